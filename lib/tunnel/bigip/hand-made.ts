import { readAnswers } from '../device/answer';
import { Look } from '../device/look';
import type { Subject } from '../device/observation';
import type { State } from '../device/operation';
import { property } from '../device/words';
import { route } from './route';
import { self } from './self';
import { tunnel } from './tunnel';

/** What a BIG-IP says of a tunnel that somebody built, known by the names of its objects. undefined: there is no such object, or it says something else. */
export interface HandMade {
  /** F5_IP and RAMP_IP: the ends of the tunnel. */
  readonly local: string | undefined;
  readonly remote: string | undefined;
  /** TUNNEL_IP1 with its prefix length: the self IP on the tunnel. */
  readonly inside: string | undefined;
  /** The networks to which it has a route by the tunnel. */
  readonly networks: readonly string[];
}

const ASKED = [tunnel, self, route];

/** What is asked: objects by the names of a declaration, whose addresses nobody knows yet. */
export function handMadeQuestions(subject: Subject): readonly string[] {
  return [...new Set(ASKED.flatMap((each) => each.questions?.(subject) ?? []))];
}

/** @throws NotUnderstood */
export function readHandMade(subject: Subject, text: string): HandMade {
  const { objects } = subject.spec;
  const title = `BIG-IP ${subject.name}`;
  const look = new Look(title, subject, readAnswers(title, text, handMadeQuestions(subject)));
  const state: State = Object.fromEntries(
    ASKED.flatMap((each) => each.read(look, each.questions?.(subject) ?? [], {})).map(({ object, value }) => [
      object,
      value ?? '',
    ]),
  );
  const [ends, own] = [state[`tunnel ${objects.tunnel}`], state[`self ${objects.self}`]];
  const routes = Object.entries(state).filter(
    ([object, value]) => object.startsWith('route ') && property(value, 'interface') === objects.tunnel,
  );
  return {
    local: property(ends, 'local-address'),
    remote: property(ends, 'remote-address'),
    inside: property(own, 'vlan') === objects.tunnel ? property(own, 'address') : undefined,
    networks: routes.flatMap(([, value]) => property(value, 'network') ?? []),
  };
}
