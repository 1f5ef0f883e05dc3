import { contains, parseCidr } from '../declaration/address';
import { rampNode } from '../declaration/tunnel';
import { readAddresses, readNodeAnswers } from '../device/iproute';
import { Look } from '../device/look';
import type { Subject } from '../device/observation';

/** What a ramp node says of a tunnel that somebody built, known by the name of its device. undefined: there is none, or more than one. */
export interface HandMadeOnNode {
  /** TUNNEL_IP2: the address on the tunnel device. */
  readonly inside: string | undefined;
  /** The interface that has RAMP_IP. */
  readonly interface: string | undefined;
}

/** What is asked: the addresses of the tunnel device, and which interface has RAMP_IP. */
export function handMadeOnNodeQuestions({ name, spec }: Subject): readonly [string, string] {
  return [`addresses ${spec.tunnel.interface}`, `holder ${rampNode(name, spec).address}`];
}

/** @throws NotUnderstood */
export function readHandMadeOnNode(subject: Subject, text: string): HandMadeOnNode {
  const [addresses, holder] = handMadeOnNodeQuestions(subject);
  const title = `ramp node ${subject.name}`;
  const look = new Look(title, subject, readNodeAnswers(title, text, [addresses, holder]));
  const prefix = parseCidr(subject.spec.tunnel.bigip);
  const inside = readAddresses(title, look.answer(addresses)).map(({ address }) => address);
  const fitting = inside.filter((address) => prefix === undefined || contains(prefix, address));
  const holders = look.lines(holder, 'show its addresses').filter((line) => line !== '');
  return { inside: only(fitting), interface: only(holders) };
}

function only(found: readonly string[]): string | undefined {
  return found.length === 1 ? found[0] : undefined;
}
