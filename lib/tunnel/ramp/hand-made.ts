import { contains, parseCidr } from '../declaration/address';
import { isRampPair, rampNode } from '../declaration/tunnel';
import { readAddresses } from '../device/iproute';
import type { Look } from '../device/look';
import type { Subject } from '../device/observation';
import { readHolders } from './holders';

/** What a ramp node says of a tunnel that somebody built, known by the name of its device. undefined: there is none, or more than one. */
export interface HandMadeOnNode {
  /** TUNNEL_IP2: the address on the tunnel device. */
  readonly inside: string | undefined;
  /** The interface that has RAMP_IP; of a pair the one that was asked for. */
  readonly interface: string | undefined;
  /** Of a pair: the node's own address on that interface. */
  readonly address: string | undefined;
}

/** What is asked: the addresses of the tunnel device, and which interface has RAMP_IP; of a pair, whose RAMP_IP moves, the addresses of its interface. */
export function handMadeOnNodeQuestions({ name, spec }: Subject): readonly [string, string] {
  const node = rampNode(name, spec);
  return [
    `addresses ${spec.tunnel.interface}`,
    isRampPair(spec) ? `addresses ${node.interface}` : `holder ${node.address}`,
  ];
}

/** @throws NotUnderstood */
export function readHandMadeOnNode(look: Look): HandMadeOnNode {
  const { name, spec } = look.subject;
  const [tunnel, outside] = handMadeOnNodeQuestions(look.subject);
  const on = (question: string) => readAddresses(look.device, look.answer(question)).map(({ address }) => address);
  const prefix = parseCidr(spec.tunnel.bigip);
  const inside = only(on(tunnel).filter((address) => prefix === undefined || contains(prefix, address)));
  if (isRampPair(spec)) {
    const own = only(on(outside).filter((address) => address !== spec.ramp.vip));
    return { inside, interface: rampNode(name, spec).interface, address: own };
  }
  return { inside, interface: only(readHolders(look).holders), address: undefined };
}

function only(found: readonly string[]): string | undefined {
  return found.length === 1 ? found[0] : undefined;
}
