import { contains, parseCidr } from '../declaration/address';
import { bigipAddress, isBigIpPair, unitSelf } from '../declaration/tunnel';
import { Look } from '../device/look';
import type { Subject } from '../device/observation';
import type { State } from '../device/operation';
import { property } from '../device/words';
import { readBigIpAnswers } from './listing';
import { FOLDER, readCommon, readSelfs } from './pair';
import { route } from './route';
import { self } from './self';
import { tunnel } from './tunnel';
import { ownSelfOfUnit } from './unit-self';

/** What a BIG-IP says of a tunnel that somebody built, known by the names of its objects. undefined: there is no such object, or it says something else. */
export interface HandMade {
  /** F5_IP and RAMP_IP: the ends of the tunnel. */
  readonly local: string | undefined;
  readonly remote: string | undefined;
  /** TUNNEL_IP1 with its prefix length: the self IP on the tunnel. */
  readonly inside: string | undefined;
  /** The networks to which it has a route by the tunnel. */
  readonly networks: readonly string[];
  /** Of a unit of a pair: its own address inside the tunnel, and the device group of /Common. */
  readonly inner: string | undefined;
  readonly deviceGroup: string | undefined;
}

const ASKED = [tunnel, ownSelfOfUnit, self, route];

/** What is asked: objects by the names of a declaration, whose addresses nobody knows yet. */
export function handMadeQuestions(subject: Subject): readonly string[] {
  const pair = isBigIpPair(subject.spec) ? [FOLDER] : [];
  return [...new Set([...ASKED.flatMap((each) => each.questions?.(subject) ?? []), ...pair])];
}

/** @throws NotUnderstood */
export function readHandMade(subject: Subject, text: string): HandMade {
  const { objects } = subject.spec;
  const look = lookOf(subject, text, handMadeQuestions(subject));
  const state: State = Object.fromEntries(
    ASKED.flatMap((each) => each.read(look, each.questions?.(subject) ?? [], {})).map(({ object, value }) => [
      object,
      value ?? '',
    ]),
  );
  const [ends, own] = [state[`tunnel ${objects.tunnel}`], state[`self ${objects.self}`]];
  const address = (value: string | undefined): string | undefined =>
    property(value, 'vlan') === objects.tunnel ? property(value, 'address') : undefined;
  const routes = Object.entries(state).filter(
    ([object, value]) => object.startsWith('route ') && property(value, 'interface') === objects.tunnel,
  );
  return {
    local: property(ends, 'local-address'),
    remote: property(ends, 'remote-address'),
    inside: address(own),
    networks: routes.flatMap(([, value]) => property(value, 'network') ?? []),
    inner: address(state[`unit-self ${unitSelf(subject.spec)}`])?.split('/')[0],
    deviceGroup: isBigIpPair(subject.spec) ? readCommon(look).deviceGroup : undefined,
  };
}

/** What a unit of a pair is asked for its own address, when F5_IP is known: the self IPs on the VLAN of the floating one. */
export function outerQuestions({ spec }: Subject): readonly [string] {
  return [`beside ${bigipAddress(spec)}`];
}

/** The only self IP there that does not float and has F5_IP in its network; undefined: there is none, or more than one. @throws NotUnderstood */
export function readOuter(subject: Subject, text: string): string | undefined {
  const floating = bigipAddress(subject.spec);
  const [beside] = outerQuestions(subject);
  const own = readSelfs(lookOf(subject, text, [beside]), beside).filter(({ address, trafficGroup }) => {
    const network = parseCidr(address);
    return trafficGroup === 'traffic-group-local-only' && network !== undefined && contains(network, floating);
  });
  return own.length === 1 ? own[0]!.address.split('/')[0] : undefined;
}

function lookOf(subject: Subject, text: string, questions: readonly string[]): Look {
  const title = `BIG-IP ${subject.name}`;
  return new Look(title, subject, readBigIpAnswers(title, text, questions));
}
