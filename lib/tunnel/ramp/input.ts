import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { declarationsOf } from '../device/observation';
import { bigipAddress } from '../declaration/tunnel';
import type { RampFacts } from './facts';
import { inputChecks, inputQuestion, refusedInput } from './firewall';
import { PROTOCOL } from './tunnel';

/** The firewall rule that lets the tunnel's packets in, ahead of any that would turn them away; none where iptables takes none and INPUT accepts. */
export const input: ObjectKind<RampFacts> = {
  kind: 'input',
  questions: (subject) => [
    ...new Set(declarationsOf(subject).map((tunnel) => inputQuestion(subject, tunnel))),
    ...inputChecks(subject.spec),
  ],
  read: (look) =>
    look.declarations.map((tunnel) => ({
      object: `input ${bigipAddress(tunnel)}`,
      value: readInput(look, inputQuestion(look.subject, tunnel)),
    })),
  desired: ({ spec }, { facts, state }) => {
    const object = `input ${bigipAddress(spec)}`;
    return facts.withoutRules === null || state[object] !== undefined ? { [object]: 'ahead' } : {};
  },
  turn: ({ verb }) => (verb === 'delete' ? 'late' : 'in place'),
  say: (operation) =>
    `${sign(operation)} firewall: let the tunnel (protocol ${PROTOCOL}) in from ${operation.object.split(' ')[1]}${operation.to === 'ahead' ? ', ahead of any REJECT' : ''}`,
};

/**
 * The rule by its place: `ours N` for each copy, `reject N` for the first rule that may turn BIG-IP's packets away.
 *
 * @returns undefined: there is no such rule
 * @throws NotUnderstood
 */
export function readInput(look: Look, question: string): 'ahead' | 'behind' | undefined {
  if (look.answer(question).code !== 0 && refusedInput(look) !== undefined) return undefined;
  const lines = look.lines(question, 'list its INPUT chain');
  const place = (word: string): number | undefined =>
    lines
      .map((line) => line.split(' '))
      .filter(([first]) => first === word)
      .map(([, n]) => Number(n))[0];
  const [ours, reject] = [place('ours'), place('reject') ?? Infinity];
  return ours === undefined ? undefined : ours < reject ? 'ahead' : 'behind';
}
