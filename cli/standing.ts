import { isDeepStrictEqual } from 'node:util';
import { heldBack, isPaused, MOST_FAILURES, mayWork, repairHeldBack } from '../lib/tunnel/run/automation';
import { digestOf } from '../lib/tunnel/declaration/digest';
import type { Memory } from '../lib/tunnel/run/memory';
import type { Declared } from '../lib/tunnel/declaration/tunnel';
import type { HealedDevice } from '../lib/tunnel/device/healed';
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
  /** What nodes had put back by themselves within the hour before: how often, what the last time, and about when that was (ISO 8601). */
  readonly healed: readonly {
    readonly device: string;
    readonly times: number;
    readonly repeated: boolean;
    readonly lastAt: string | null;
    readonly what: string;
  }[];
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
  const seen = lastSeen(memory);
  // A verify that found it standing and carrying has proven it, and wrote down only that it looked.
  const { provenAt, provenBy } = seen?.outcome === 'Verified' ? { provenAt: seen.at, provenBy: seen.by } : memory;
  const alive = memory.owner !== null && mayWork(owner, memory.fence, now);
  const since = owner?.began?.toISOString() ?? null;
  const leftAlone = declared ? heldBack(memory, declared, digestOf(declared), now) : 'it is not declared any more';
  const automation = automationOf(known, leftAlone, now);
  const [inSync, why] = syncOf(known, seen, alive, automation);
  return {
    tunnel: name,
    declared: declared !== undefined,
    wanted: memory.wanted,
    inSync,
    why,
    lastSeen: seen,
    provenAt,
    provenBy,
    lastDrift: memory.drifts.at(-1) ?? null,
    lease: memory.owner === null ? null : { owner: memory.owner, since, alive },
    paused: isPaused(memory, now) ? memory.paused : null,
    degraded: memory.degraded,
    leftAlone,
    automation,
    needs: needsOf(known, seen, { alive, automation }, where, now),
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

/** Whether devices are as declared, as far as that was written down, and why. */
type Sync = readonly [Standing['inSync'], Standing['why']];

function syncOf(
  { declared, memory }: Known,
  seen: Seen | null,
  alive: boolean,
  automation: Standing['automation'],
): Sync {
  const { wanted, before, applied } = memory;
  if (alive) return [null, 'a run works on it'];
  if (before !== null) return [false, 'a run left it half-way'];
  if (wanted !== 'applied') return [null, wanted === 'absent' ? 'it was torn down' : 'it was never applied'];
  if (!declared) return [false, 'it is not declared any more, and still stands'];
  if (differs(declared, applied)) return [false, DIFFERS];
  if (seen?.outcome === 'NotVerified') return [false, seen.changes > 0 ? notAsDeclared(seen) : NOT_CARRYING];
  if (seen?.outcome === 'RolledBack' && seen.action === 'teardown') return [null, 'a teardown failed and was put back'];
  if (seen?.outcome === 'NotStarted')
    return [
      null,
      automation === 'on'
        ? `${NOT_STARTED}; the automation looks every ${declared.watch} minutes, and sends a notice when it cannot`
        : NOT_STARTED,
    ];
  return SEEN[seen?.outcome ?? ''] ?? [null, 'of the last run nothing is known'];
}

const GOOD: Sync = [true, 'by the last run that looked'];

/** What the end of the last look says, whatever it was. */
const SEEN: Readonly<Record<string, Sync>> = {
  Applied: GOOD,
  Unchanged: GOOD,
  Verified: GOOD,
  Planned: [false, 'what has to change would cut live traffic'],
  RolledBack: [false, 'what had to change could not be changed, and was put back'],
  Restored: [null, 'what a run that died had left was put back, and nobody has looked since'],
};

const NOT_STARTED = 'the last run failed before its first change';

const DIFFERS = 'declared differs from what is applied';

const NOT_CARRYING = 'it stood as declared and did not carry';

const notAsDeclared = ({ changes, cutting }: Seen): string =>
  `it did not stand as declared: ${changes} ${changes === 1 ? 'change is' : 'changes are'} needed${cutting === 0 ? '' : `, ${cutting} of which cut live traffic`}`;

/** What a person has to do, the most pressing first. */
function needsOf(
  known: Known,
  seen: Seen | null,
  { alive, automation }: Pick<Standing, 'automation'> & { readonly alive: boolean },
  where: Where,
  now: Date,
): Standing['needs'] {
  const { name, declared, memory } = known;
  const { wanted, before, owner, closedBy, failures, failedSpec, paused, notified, degraded, applied } = memory;
  const to = (action: Parameters<typeof again>[0], options = ''): string => again(action, name, where, options);
  const left = !alive && (before !== null || owner !== null);
  const nobody = repairerMissing(declared, memory, now);
  const stands = wanted === 'applied' && !alive && before === null;
  const different = declared !== undefined && differs(declared, applied);
  const stopped = declared !== undefined && failures >= MOST_FAILURES && failedSpec === digestOf(declared);
  const cuts = 'what has to change would cut live traffic, which the automation leaves to a person';
  const bad = stands && seen?.outcome === 'NotVerified' ? seen : undefined;
  const away = `degraded: ${degraded.join(' and ')} could not be reached; when that is back`;
  const needs: readonly (readonly [boolean, string, string])[] = [
    [
      left && nobody !== null,
      `a run left it half-way, and nobody puts it back by himself: ${nobody}`,
      // Without the run's name there is nothing to repair; an apply begins with what it wrote down.
      to(owner === null && closedBy === null ? 'apply' : 'repair'),
    ],
    [stands && !declared, 'it is not declared any more, and still stands', to('teardown')],
    [stands && different, DIFFERS, to('plan')],
    [stopped, `the automation has stopped after ${failures} runs in a row that failed`, to('history')],
    [
      stands && notified !== null && seen?.outcome === 'Planned',
      cuts,
      to('apply', `--allow-interruption --expect ${notified}`),
    ],
    [
      stands && seen?.outcome === 'NotStarted' && !different && !stopped && automation !== 'on',
      `${NOT_STARTED}, and nobody has looked since`,
      to('verify'),
    ],
    [bad?.changes === 0, NOT_CARRYING, to('verify')],
    ...(bad && bad.changes > 0
      ? [[true, notAsDeclared(bad), to('apply', bad.cutting === 0 ? '' : '--allow-interruption')] as const]
      : []),
    [
      isPaused(memory, now) && paused?.until === null,
      `it is paused until somebody resumes it (${paused?.reason})`,
      to('resume'),
    ],
    [stands && degraded.length > 0, away, to('apply')],
  ];
  return needs.flatMap(([is, what, command]) => (is ? [{ what, command }] : []));
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
  const {
    at = null,
    execution: by = null,
    action = 'apply',
    endState: outcome = null,
    changes = [],
    healed = [],
  } = last;
  const cutting = changes.filter(({ interrupts }) => interrupts !== null).length;
  return {
    at,
    by,
    action,
    outcome,
    changes: changes.length,
    cutting,
    healed: healed.map((each) => healedAt(each, at)),
  };
}

function healedAt(
  { device, times, repeated, secondsAgo, what }: HealedDevice,
  at: string | null,
): Seen['healed'][number] {
  const lastAt = at === null ? null : new Date(Date.parse(at) - secondsAgo * 1000).toISOString();
  return { device, times, repeated, lastAt, what };
}
