import type { Look } from '../device/look';
import type { Subject } from '../device/observation';
import { rampNode } from '../declaration/tunnel';
import type { RampFacts } from './facts';

/** Which devices have the node's own address. */
export function holderQuestion({ name, spec }: Subject): string {
  return `holder ${rampNode(name, spec).address}`;
}

/** Reads a line for each device: `eth0 10.3.89.89/24`. @throws NotUnderstood */
export function readHolders(look: Look): Pick<RampFacts, 'holders' | 'network'> {
  const found = look
    .lines(holderQuestion(look.subject), 'show its addresses')
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
  return { holders: found.map(([device]) => device!), network: found[0]?.[1] ?? null };
}
