import { toNumber } from './address';
import { isRampPair, type Declared } from './tunnel';

/** The commonest length of a prefix: what has that much in common needs no remark. Bits. */
const USUAL = 24;

/**
 * What is to be known of a declaration that breaks no rule. No declaration has the network of the nodes' interface, so a virtual IP outside of it is
 * certain to a plan alone; what is certain here is how large that network has to be.
 */
export function remarksOn(declared: Declared): readonly string[] {
  if (declared.kind !== 'ramp' || !isRampPair(declared)) return [];
  const { vip, nodes } = declared.ramp;
  const common = Math.min(...nodes.map(({ address }) => commonBits(vip!, address)));
  if (common >= USUAL) return [];
  const beside = nodes.map(({ address }) => address).join(' and ');
  return [
    `ramp.vip ${vip} lies in one network with the nodes' ${beside} only if that has a prefix length of ${common} or less. Outside of it BIG-IP reaches the address only where a router knows the way; the plan, which sees the network, says so`,
  ];
}

/** With how many equal bits two addresses begin. */
function commonBits(a: string, b: string): number {
  return Math.clz32(toNumber(a) ^ toNumber(b));
}
