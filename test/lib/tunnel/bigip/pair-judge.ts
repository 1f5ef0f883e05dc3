import type { PairFacts } from '../../../../lib/tunnel/bigip/facts';
import type { UnitLook } from '../../../../lib/tunnel/bigip/pair-objects';
import { refusePair, type PairCase } from '../../../../lib/tunnel/bigip/pair-refusals';
import { NotUnderstood, Refused } from '../../../../lib/tunnel/errors/errors';
import { ONE, PAIR, TWO, unit } from '../bigip-pair';

export const APPLY: PairCase = { goal: 'declared', pendingIsOurs: false };
export const TEARDOWN: PairCase = { goal: 'absent', pendingIsOurs: false };
export const RESTORE: PairCase = { goal: 'recorded', pendingIsOurs: false };
export const OURS: PairCase = { goal: 'declared', pendingIsOurs: true };

export type Changes = Partial<PairFacts>;

/** Both units; what is known of each differs so from a pair in order. */
export const units = (one: Changes = {}, two: Changes = {}): readonly UnitLook[] => [unit(ONE, one), unit(TWO, two)];

export const judge = (looks: readonly UnitLook[], run = APPLY) => refusePair(PAIR, looks, run);

export function refused(looks: readonly UnitLook[], run: PairCase, code: string, ...words: readonly string[]): void {
  let error: unknown;
  try {
    judge(looks, run);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(code === 'pair-unknown' ? NotUnderstood : Refused);
  const { message, code: found } = error as Refused;
  expect(found).toBe(code);
  for (const each of words) expect(message).toContain(each);
}

export const role = (is: PairFacts['role']['is']): Changes => ({
  role: { is, said: is === 'unknown' ? 'Status  AWAY' : is },
});
export const sync = (is: PairFacts['sync']['is'], source?: string): Changes => ({
  sync: { is, said: `edge-dg (${is})`, ...(source === undefined ? {} : { source: `${source}.example.com` }) },
});
export const both = (changes: Changes): readonly UnitLook[] => units(changes, changes);
export const members = (...names: readonly string[]): Changes => ({
  deviceGroup: {
    type: 'sync-failover',
    members: names.map((name) => `${name}.example.com`),
    autoSync: false,
    saveOnAutoSync: false,
  },
});
export const common = (changes: Partial<PairFacts['common']>): Changes => ({
  common: { deviceGroup: 'edge-dg', trafficGroup: 'traffic-group-1', ...changes },
});
