import { contains, parseCidr } from '../declaration/address';
import { bigipAddress, isBigIpPair, unitSelf } from '../declaration/tunnel';
import type { Look } from '../device/look';
import type { Subject } from '../device/observation';
import type { State } from '../device/operation';
import { property } from '../device/words';
import { NotUnderstood } from '../errors/errors';
import { listed } from './listing';
import { FOLDER, readCommon, readSelfs } from './pair';
import { route } from './route';
import { self } from './self';
import { tunnel } from './tunnel';
import { translation } from './translation';
import { ownSelfOfUnit } from './unit-self';
import { translationIn } from './virtual';

/** What a BIG-IP says of a tunnel that somebody built, known by the names of its objects. undefined: there is no such object, or it says something else. */
export interface HandMade {
  /** F5_IP and RAMP_IP: the ends of the tunnel. */
  readonly local: string | undefined;
  readonly remote: string | undefined;
  /** TUNNEL_IP1 with its prefix length: the self IP on the tunnel. */
  readonly inside: string | undefined;
  /** The networks to which it has a route by the tunnel. */
  readonly networks: readonly string[];
  /** The virtual servers of /Common that use the SNAT pool; undefined: it did not list them (BIP-31). */
  readonly virtualServers: readonly string[] | undefined;
  /** Of a unit of a pair: its own address inside the tunnel, and the device group of /Common. */
  readonly inner: string | undefined;
  readonly deviceGroup: string | undefined;
}

const ASKED = [tunnel, ownSelfOfUnit, self, route];

/** What is asked: objects by the names of a declaration, whose addresses nobody knows yet. */
export function handMadeQuestions(subject: Subject): readonly string[] {
  const pair = isBigIpPair(subject.spec) ? [FOLDER] : [];
  return [...new Set([...ASKED.flatMap((each) => each.questions?.(subject) ?? []), usersQuestion(subject), ...pair])];
}

/** @throws NotUnderstood */
export function readHandMade(look: Look): HandMade {
  const { subject } = look;
  const { objects } = subject.spec;
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
    virtualServers: readUsers(look),
    inner: address(state[`unit-self ${unitSelf(subject.spec)}`])?.split('/')[0],
    deviceGroup: isBigIpPair(subject.spec) ? readCommon(look).deviceGroup : undefined,
  };
}

function usersQuestion({ spec }: Subject): string {
  return `users ${spec.objects.snatPool}`;
}

/** A listing in other words than are known is none: that the rest of the tunnel is known does not hang on it. */
function readUsers(look: Look): readonly string[] | undefined {
  const question = usersQuestion(look.subject);
  try {
    return listed(look.device, 'ltm virtual', question, look.answer(question))
      .filter(({ block }) => translationIn(block) === translation(look.subject.spec.objects.snatPool))
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

/** What a unit of a pair is asked for its own address, when F5_IP is known: the self IPs on the VLAN of the floating one. */
export function outerQuestions({ spec }: Subject): readonly [string] {
  return [`beside ${bigipAddress(spec)}`];
}

/** The only self IP there that does not float and has F5_IP in its network; undefined: there is none, or more than one. @throws NotUnderstood */
export function readOuter(look: Look): string | undefined {
  const floating = bigipAddress(look.subject.spec);
  const [beside] = outerQuestions(look.subject);
  const own = readSelfs(look, beside).filter(({ address, trafficGroup }) => {
    const network = parseCidr(address);
    return trafficGroup === 'traffic-group-local-only' && network !== undefined && contains(network, floating);
  });
  return own.length === 1 ? own[0]!.address.split('/')[0] : undefined;
}
