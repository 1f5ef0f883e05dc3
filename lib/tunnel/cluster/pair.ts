import { isAddress, toAddress, toNumber } from '../declaration/address';
import { sdnNodes, vipMark, type Declared, type IpFailover, type RampNode } from '../declaration/tunnel';

/** A declared pair with all that moves its virtual IP. */
export interface Pair {
  readonly vip: string;
  readonly nodes: readonly [RampNode, ...RampNode[]];
  readonly ipfailover: IpFailover;
}

/** The pair of a declaration; undefined: it has one ramp node, no cluster, or is a balancer inside the SDN. */
export function pairOf(declared: Declared): Pair | undefined {
  if (declared.kind !== 'ramp') return undefined;
  const { ramp, cluster, ipfailover } = declared;
  if (cluster === undefined || ipfailover === undefined || ramp.vip === undefined) return undefined;
  return { vip: ramp.vip, nodes: ramp.nodes as [RampNode, ...RampNode[]], ipfailover };
}

/** The names that a declaration's ramp nodes, or its balancer, have in its cluster; none without a cluster. */
export function nodeNames(declared: Declared): readonly string[] {
  return declared.cluster === undefined ? [] : sdnNodes(declared).flatMap(({ node }) => node ?? []);
}

/** The ipfailover object of a pair, without its owner. */
export function failoverValue({ vip, nodes, ipfailover }: Pair): string {
  const { vrrpIdOffset, serviceAccount, label } = ipfailover;
  return [
    `vip ${vip} interface ${nodes[0].interface} port 0 check ${vipMark(ipfailover)} offset ${vrrpIdOffset} replicas ${nodes.length}`,
    `account ${serviceAccount} selector ${label}=true`,
  ].join(' ');
}

/** A value without its owner: what cannot be changed in place. */
export function withoutOwner(value: string): string {
  return value.replace(/ owner \S+$/, '');
}

/** An address list of ipfailover's, `10.1.1.20-24,10.1.1.30-10.1.1.34`, written out. Nothing that is no address; of one range 256 at most. */
export function addresses(list: string): readonly string[] {
  return list.split(',').flatMap((part) => {
    const [from = '', to = from] = part.split('-');
    const last = to.includes('.') ? to : from.replace(/[0-9]+$/, to);
    if (!isAddress(from) || !isAddress(last)) return [];
    const count = Math.max(0, Math.min(256, toNumber(last) - toNumber(from) + 1));
    return Array.from({ length: count }, (_, i) => toAddress(toNumber(from) + i));
  });
}
