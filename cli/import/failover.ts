import {
  failoverNameQuestions,
  handMadeFailoverQuestions,
  readFailoverName,
  readHandMadeFailover,
  type HandMadeFailover,
} from '../../lib/tunnel/cluster/hand-made';
import type { Draft } from '../../lib/tunnel/declaration/draft';
import type { Ends } from './ends';
import { askEach, toAskBy, type AskDevice, type HandMadeReading } from './looks';

const NAME: HandMadeReading<string | undefined> = { questions: failoverNameQuestions, read: readFailoverName };
const SAYS: HandMadeReading<HandMadeFailover> = { questions: handMadeFailoverQuestions, read: readHandMadeFailover };

/** The ipfailover object of a pair of ramp nodes, as its cluster tells. */
export type FoundFailover = { readonly name: string } & HandMadeFailover;

/** The object that moves the virtual IP: its name, and then what it says; undefined: not one does. @throws NotUnderstood, and whatever asking throws */
export async function failoverOf(draft: Draft, ends: Ends, ask: AskDevice): Promise<FoundFailover | undefined> {
  const [found] = await askEach('cluster', toAskBy(draft, ends), NAME, ask);
  const name = found!.told;
  if (name === undefined) return undefined;
  const [said] = await askEach('cluster', toAskBy(draft, { ...ends, failover: name }), SAYS, ask);
  return { name, ...said!.told };
}
