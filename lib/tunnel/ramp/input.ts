import { NotUnderstood } from '../errors';
import { bigipUnit, type RampNode, type Tunnel } from '../tunnel';
import type { NodeAnswer } from '../node-answer';

/** What is asked of the INPUT chain: rules for BIG-IP's packets, on the interface where they arrive. */
export function inputQuestion(spec: Tunnel, node: RampNode): string {
  return `input ${bigipUnit(spec).address} ${node.interface}`;
}

/**
 * The rule that lets the tunnel in, by its place: `ours N` for each copy, `reject N` for the first rule that may turn BIG-IP's packets away.
 *
 * @returns undefined: there is no such rule
 * @throws NotUnderstood
 */
export function readInput(device: string, answer: NodeAnswer): 'ahead' | 'behind' | undefined {
  if (answer.code !== 0)
    throw new NotUnderstood('look-refused', `${device} would not list its INPUT chain: ${answer.printed}`);
  const place = (word: string): number | undefined =>
    answer.lines
      .map((line) => line.split(' '))
      .filter(([first]) => first === word)
      .map(([, n]) => Number(n))[0];
  const [ours, reject] = [place('ours'), place('reject') ?? Infinity];
  return ours === undefined ? undefined : ours < reject ? 'ahead' : 'behind';
}
