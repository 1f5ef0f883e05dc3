import { type Declared, bigipUnits, isBigIpPair } from '../declaration/tunnel';
import { type Execution, died, mayWork } from './automation';
import { readAttributes } from './memory';

/*
 * One run at a time changes a pair of BIG-IPs, whatever its tunnel: a config-sync carries all that is pending on the unit, also what another run
 * has made by half. The pair has an item of its own beside the tunnels' (ADR 0028). Nobody clears it: a run that has ended holds nothing, and one
 * that died holds the pair until a run of its own tunnel takes it over.
 */

/** How often a run waits for the pair, 15 s each time: ten minutes. A run on a pair that goes well takes one or two. */
export const MOST_WAITS = 40;

/** A tunnel's name has no blank, so no tunnel's item has such a key. */
const PREFIX = 'pair ';

/** True for the key of a pair's item. */
export function isPairKey(key: string): boolean {
  return key.startsWith(PREFIX);
}

/**
 * The keys of the items of the pairs in a tunnel's declarations: `pair 10.3.88.67+10.3.88.68`, by management addresses. Sorted, so that no two runs
 * that take several wait for each other.
 */
export function pairKeys(declarations: readonly Declared[]): readonly string[] {
  return [...new Set(declarations.filter(isBigIpPair).map(keyOf))].sort();
}

function keyOf(declared: Declared): string {
  const units = bigipUnits(declared).map(({ management }) => management);
  return PREFIX + units.sort().join('+');
}

/** A pair's item. null or 0: the item has no such attribute. */
export interface PairItem {
  /** The ARN of the last run that took the pair, and its tunnel. */
  readonly holder: string | null;
  readonly holderTunnel: string | null;
  /** When it took the pair. Milliseconds since the epoch. */
  readonly since: number;
}

/** @param item as `readMemory` takes it; undefined: no run has ever taken the pair */
export function readPairItem(item: Readonly<Record<string, unknown>> | undefined): PairItem {
  const { text, number } = readAttributes(item);
  return { holder: text('holder'), holderTunnel: text('holderTunnel'), since: number('since') };
}

/**
 * Why a run of the tunnel may not take the pair yet, in words; null: it may.
 *
 * What a run that died has sent may still be carried out, and Step Functions could redrive that run. Both are over when a run of the same tunnel
 * has taken its lease and looked at the devices (ADR 0004). A run that ended in an end state has reported what it left; where that waits on a unit
 * to be synchronised, planning refuses it.
 * @param run the holder; undefined when Step Functions does not know it
 */
export function pairHeld(
  { holder, holderTunnel, since }: PairItem,
  run: Execution | undefined,
  tunnel: string,
  now: Date,
): string | null {
  const who = `${holder} of tunnel ${holderTunnel}`;
  if (mayWork(run, since, now)) return `the pair of BIG-IPs is held by ${who}`;
  if (run !== undefined && died(run) && holderTunnel !== tunnel)
    return `the pair of BIG-IPs is held by ${who}, which died and may have left changes by half: tunnel ${holderTunnel} has to be repaired first`;
  return null;
}
