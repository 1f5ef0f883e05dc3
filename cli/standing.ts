import { isDeepStrictEqual } from 'node:util';
import { heldBack, isPaused, MOST_FAILURES, mayWork, repairHeldBack } from '../lib/tunnel/run/automation';
import { digestOf } from '../lib/tunnel/declaration/digest';
import type { Memory } from '../lib/tunnel/run/memory';
import type { Declared } from '../lib/tunnel/declaration/tunnel';
import { objectIn } from './result';
import { again, type Where } from './where';
import type { Known } from './aws/tunnels';

/** What was seen of a tunnel last, and by whom: a run that held the lease, or a verify, which holds none. */
interface Seen {
  /** ISO 8601; null: a run of an older version, which did not write it down. */
  readonly at: string | null;
  /** The ARN of the run. */
  readonly by: string | null;
  readonly action: string;
  /** The end state. */
  readonly outcome: string | null;
  /** How many changes it made, or found missing; and how many of them cut live traffic. */
  readonly changes: number;
  readonly cutting: number;
}

/** How a tunnel stands, by what runs and looks wrote down last. No device was asked. */
export interface Standing {
  readonly tunnel: string;
  readonly declared: boolean;
  /** null: it was never applied. */
  readonly wanted: 'applied' | 'absent' | null;
  /** null: nothing is there that could be, or nobody knows; `why` says so. */
  readonly inSync: boolean | null;
  readonly why: string;
  /** The last run that wrote down what it saw, or did; null: none. */
  readonly lastSeen: Seen | null;
  /** ISO 8601, and the ARN of the run; null: never. */
  readonly provenAt: string | null;
  readonly provenBy: string | null;
  readonly lastDrift: Memory['drifts'][number] | null;
  /** The run that works on it; `alive` false: it died, and holds the lease all the same. null: the lease is free. */
  readonly lease: { readonly owner: string; readonly since: string | null; readonly alive: boolean } | null;
  readonly paused: Memory['paused'];
  readonly degraded: readonly string[];
  /** Why the automation leaves it alone; null: it looks after it. */
  readonly leftAlone: string | null;
  /** What becomes of it by itself, in a word or two. */
  readonly automation: 'on' | 'events only' | 'paused' | 'stopped' | 'example' | 'not wanted' | 'not declared';
  /** What needs a person, and the command to begin with. */
  readonly needs: readonly { readonly what: string; readonly command: string }[];
}

/** Judges a tunnel by what is written down of it. */
export function standingOf(known: Known, where: Where, now: Date): Standing {
  const { name, declared, memory, owner } = known;
  const { wanted, degraded } = memory;
  const seen = lastSeen(memory);
  // A verify that found it standing and carrying has proven it, and wrote down only that it looked.
  const proven = seen?.outcome === 'Verified' ? { provenAt: seen.at, provenBy: seen.by } : memory;
  const alive = memory.owner !== null && mayWork(owner, memory.fence, now);
  const lease =
    memory.owner === null ? null : { owner: memory.owner, since: owner?.began?.toISOString() ?? null, alive };
  const leftAlone = declared ? heldBack(memory, declared, digestOf(declared), now) : 'it is not declared any more';
  return {
    tunnel: name,
    declared: declared !== undefined,
    wanted,
    ...syncOf(known, alive),
    lastSeen: seen,
    provenAt: proven.provenAt,
    provenBy: proven.provenBy,
    lastDrift: memory.drifts.at(-1) ?? null,
    lease,
    paused: isPaused(memory, now) ? memory.paused : null,
    degraded,
    leftAlone,
    automation: automationOf(known, leftAlone, now),
    needs: needsOf(known, alive, where, now),
  };
}

/** The reason for which it is left alone, or how it is looked after. */
function automationOf({ declared, memory }: Known, leftAlone: string | null, now: Date): Standing['automation'] {
  if (!declared) return 'not declared';
  if (leftAlone === null) return declared.watch === 0 ? 'events only' : 'on';
  if (declared.example) return 'example';
  if (isPaused(memory, now)) return 'paused';
  return memory.wanted === 'applied' ? 'stopped' : 'not wanted';
}

/** Whether devices are as declared, as far as that was written down. */
function syncOf({ declared, memory }: Known, alive: boolean): Pick<Standing, 'inSync' | 'why'> {
  const { wanted, before, applied } = memory;
  const judged = (inSync: boolean | null, why: string) => ({ inSync, why });
  if (alive) return judged(null, 'a run works on it');
  if (before !== null) return judged(false, 'a run left it half-way');
  if (wanted !== 'applied') return judged(null, wanted === 'absent' ? 'it was torn down' : 'it was never applied');
  if (!declared) return judged(false, 'it is not declared any more, and still stands');
  if (differs(declared, applied)) return judged(false, 'declared differs from what is applied');
  const seen = lastSeen(memory);
  switch (seen?.outcome) {
    case 'NotVerified':
      return judged(false, seen.changes > 0 ? notAsDeclared(seen) : NOT_CARRYING);
    case 'Planned':
      return judged(false, 'what has to change would cut live traffic');
    case 'NotStarted':
      return judged(null, 'the last run could not look');
    case 'RolledBack':
      return seen.action === 'teardown'
        ? judged(null, 'a teardown failed and was put back')
        : judged(false, 'what had to change could not be changed, and was put back');
    case 'Restored':
      return judged(null, 'what a run that died had left was put back, and nobody has looked since');
    case 'Applied':
    case 'Unchanged':
    case 'Verified':
      return judged(true, 'by the last run that looked');
    default:
      return judged(null, 'of the last run nothing is known');
  }
}

const NOT_CARRYING = 'it stood as declared and did not carry';

const notAsDeclared = ({ changes, cutting }: Seen): string =>
  `it did not stand as declared: ${changes} ${changes === 1 ? 'change is' : 'changes are'} needed${cutting === 0 ? '' : `, ${cutting} of which cut live traffic`}`;

/** What a person has to do, the most pressing first. */
function needsOf(known: Known, alive: boolean, where: Where, now: Date): Standing['needs'] {
  const { name, declared, memory } = known;
  const seen = lastSeen(memory);
  const { wanted, before, owner, failures, failedSpec, paused, notified, degraded, applied } = memory;
  const needs: { what: string; command: string }[] = [];
  const need = (is: boolean, what: string, command: string): void => {
    if (is) needs.push({ what, command });
  };
  const to = (action: Parameters<typeof again>[0], options = ''): string => again(action, name, where, options);
  const stands = wanted === 'applied' && !alive && before === null;

  const left = !alive && (before !== null || owner !== null);
  const nobody = repairerMissing(declared, memory, now);
  need(left && nobody !== null, `a run left it half-way, and nobody puts it back by himself: ${nobody}`, to('apply'));
  need(stands && !declared, 'it is not declared any more, and still stands', to('teardown'));
  need(
    stands && declared !== undefined && differs(declared, applied),
    'declared differs from what is applied',
    to('plan'),
  );
  need(
    declared !== undefined && failures >= MOST_FAILURES && failedSpec === digestOf(declared),
    `the automation has stopped after ${failures} runs in a row that failed`,
    to('history'),
  );
  need(
    stands && notified !== null && seen?.outcome === 'Planned',
    'what has to change would cut live traffic, which the automation leaves to a person',
    to('apply', `--allow-interruption --expect ${notified}`),
  );
  if (stands && seen?.outcome === 'NotVerified')
    if (seen.changes === 0) need(true, NOT_CARRYING, to('verify'));
    else need(true, notAsDeclared(seen), to('apply', seen.cutting === 0 ? '' : '--allow-interruption'));
  need(
    isPaused(memory, now) && paused?.until === null,
    `it is paused until somebody resumes it (${paused?.reason})`,
    to('resume'),
  );
  need(
    stands && degraded.length > 0,
    `degraded: ${degraded.join(' and ')} could not be reached; when that is back`,
    to('apply'),
  );
  return needs;
}

/** Why no repair begins by itself; null: the watch begins one. */
function repairerMissing(declared: Declared | undefined, memory: Memory, now: Date): string | null {
  if (!declared) return 'it is not declared any more';
  return repairHeldBack(memory, declared, now) ?? (declared.watch === 0 ? 'it is not watched' : null);
}

/** How often it is looked at, and that it is an example, changes nothing on a device. */
function differs(declared: Declared, applied: string | null): boolean {
  const onDevices = (each: Declared): object => ({ ...each, watch: undefined, example: undefined });
  return applied === null || !isDeepStrictEqual(onDevices(declared), onDevices(JSON.parse(applied) as Declared));
}

/**
 * The last look that counts: a verify's, unless a run worked then or has begun since; else the result of the last run.
 * @returns null when no run wrote anything down
 */
function lastSeen({ lastLook, lastResult, fence }: Memory): Seen | null {
  const look = objectIn(lastLook);
  const last = look.free === true && look.fence === fence ? look : lastResult === null ? null : objectIn(lastResult);
  if (last === null) return null;
  const { at = null, execution: by = null, action = 'apply', endState: outcome = null, changes = [] } = last;
  const cutting = changes.filter(({ interrupts }) => interrupts !== null).length;
  return { at, by, action, outcome, changes: changes.length, cutting };
}
