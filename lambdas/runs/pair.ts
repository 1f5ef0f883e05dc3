import type { Execution } from '../../lib/tunnel/run/automation';
import { appliedOf, begunOf } from '../../lib/tunnel/plan/situation';
import type { Memory } from '../../lib/tunnel/run/memory';
import { pairHeld, pairKeys, type PairItem } from '../../lib/tunnel/run/pair';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';

export interface PairSources {
  /** A pair's item, by its key. */
  pair(key: string): Promise<PairItem>;
  /** @returns undefined when Step Functions does not know the execution (any more, or yet) */
  describe(arn: string): Promise<Execution | undefined>;
}

/** A pair as its item was read. */
export interface PairToTake {
  readonly key: string;
  readonly holder: string | null;
  /** Why no run of the tunnel may take it yet, in words; null: one may. */
  readonly held: string | null;
}

/**
 * The tunnel's first pair that a run does not hold.
 * @param me the run's own ARN; null: no run asks
 * @returns null: the tunnel has no pair, or the run holds it
 * @throws what the sources throw, and NotUnderstood for a record that is not JSON
 */
export async function nextPair(
  spec: Declared,
  memory: Memory,
  me: string | null,
  sources: PairSources,
  now: Date,
): Promise<PairToTake | null> {
  for (const key of pairKeys(everyDeclaration(spec, memory))) {
    const item = await sources.pair(key);
    const { holder } = item;
    if (holder === null) return { key, holder, held: null };
    if (holder !== me) return { key, holder, held: pairHeld(item, await sources.describe(holder), spec.name, now) };
  }
  return null;
}

/** A tunnel that left a pair is still taken away from there: its records say which pair that was. */
function everyDeclaration(spec: Declared, memory: Memory): readonly Declared[] {
  const applied = appliedOf(memory);
  return [spec, ...(applied === null ? [] : [applied]), ...(begunOf(memory).declared ?? [])];
}
