import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { declarationsOf, type Subject } from '../device/observation';
import { bigipAddress, rampNode, type Tunnel } from '../declaration/tunnel';
import { PROTOCOL } from './tunnel';

/** The firewall rule that lets the tunnel's packets in, ahead of any that would turn them away. */
export const input: ObjectKind = {
  kind: 'input',
  questions: (subject) => [...new Set(declarationsOf(subject).map((tunnel) => inputQuestion(subject, tunnel)))],
  read: (look) =>
    look.declarations.map((tunnel) => ({
      object: `input ${bigipAddress(tunnel)}`,
      value: readInput(look, inputQuestion(look.subject, tunnel)),
    })),
  desired: ({ spec }) => ({ [`input ${bigipAddress(spec)}`]: 'ahead' }),
  turn: ({ verb }) => (verb === 'delete' ? 'late' : 'in place'),
  say: (operation) =>
    `${sign(operation)} firewall: let the tunnel (protocol ${PROTOCOL}) in from ${operation.object.split(' ')[1]}${operation.to === 'ahead' ? ', ahead of any REJECT' : ''}`,
};

/** What is asked of the INPUT chain: rules for BIG-IP's packets, on the interface where they arrive. */
export function inputQuestion(subject: Subject, tunnel: Tunnel = subject.spec): string {
  const node = rampNode(subject.name, tunnel, ...declarationsOf(subject));
  return `input ${bigipAddress(tunnel)} ${node.interface}`;
}

/**
 * The rule by its place: `ours N` for each copy, `reject N` for the first rule that may turn BIG-IP's packets away.
 *
 * @returns undefined: there is no such rule
 * @throws NotUnderstood
 */
export function readInput(look: Look, question: string): 'ahead' | 'behind' | undefined {
  const lines = look.lines(question, 'list its INPUT chain');
  const place = (word: string): number | undefined =>
    lines
      .map((line) => line.split(' '))
      .filter(([first]) => first === word)
      .map(([, n]) => Number(n))[0];
  const [ours, reject] = [place('ours'), place('reject') ?? Infinity];
  return ours === undefined ? undefined : ours < reject ? 'ahead' : 'behind';
}
