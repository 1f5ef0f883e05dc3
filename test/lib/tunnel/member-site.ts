import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDeclarations } from '../../../lib/tunnel/declaration/read';
import type { Observation, Subject } from '../../../lib/tunnel/device/observation';
import { balancer } from '../../../lib/tunnel/balancer/device';
import type { BalancerFacts } from '../../../lib/tunnel/balancer/device';
import { parseDeclaration } from '../../../lib/tunnel/declaration/parse';
import type { Member } from '../../../lib/tunnel/declaration/tunnel';
import { ALIVE, answerText, type Told } from './answer-text';
import { merge } from './site';

export const MEMBER_FILE = join(__dirname, '../../../tunnels/edge-lb.yaml');
/** The declared example. */
export const MEMBER = readDeclarations([
  { path: 'edge-lb.yaml', text: readFileSync(MEMBER_FILE, 'utf8') },
])[0] as Member;
export const BALANCER = MEMBER.balancer.instance;
export const NODE = MEMBER.balancer.node;
export const ADMIN = MEMBER.cluster.admin;

/** The example with other fields, checked as any declaration. */
export function member(changes: Readonly<Record<string, unknown>> = {}): Member {
  return parseDeclaration(merge(MEMBER, changes), 'test') as Member;
}

export function about(spec: Member, applied: Member | null = null): Subject<Member> {
  return { name: spec.balancer.instance, spec, applied };
}

const ADDRESS =
  '7: tun0    inet 10.129.0.1/23 brd 10.129.1.255 scope global tun0\\       valid_lft forever preferred_lft forever';
const LINK =
  '7: tun0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN\\    link/ether 4e:1f:a2:00:00:01';

/** What a member of the SDN answers. */
export const WHOLE: Readonly<Record<string, Told>> = {
  'addresses tun0': [[ADDRESS], 0],
  'link tun0': [[LINK], 0],
  'port tun0': [['2'], 0],
  'route 10.128.0.0/14': [['10.128.0.0/14 dev tun0 scope link '], 0],
  'ping 10.130.0.7': [ALIVE, 0],
};
export const NO_TUN0 = {
  'addresses tun0': [[], 1, 'Device "tun0" does not exist.'],
  'link tun0': [[], 1, 'Device "tun0" does not exist.'],
  'port tun0': [[], 1, 'ovs-vsctl: no row "tun0" in table Interface'],
  'route 10.128.0.0/14': [[], 0],
} satisfies typeof WHOLE;

export function told(changes: typeof WHOLE = {}): string {
  return answerText(Object.entries({ ...WHOLE, ...changes }).map(([question, said]) => [question, ...said]));
}

export function looked(changes: typeof WHOLE = {}, spec = MEMBER): Observation<BalancerFacts> {
  return balancer.read(told(changes), about(spec));
}
