import type { Drift, Memory } from './memory';
import { END_STATES } from './outcome';
import type { Declared } from '../declaration/tunnel';

/** How many failed automatic runs in a row stop automation, until one succeeds or the declaration changes. */
export const MOST_FAILURES = 2;
/** How many repairs begin without a person until `before` is cleared. */
export const MOST_ATTEMPTS = 2;
/** How many automatic runs with changes, within how many milliseconds, are repeated drift. */
const DRIFTS = 3;
const DRIFT_SPAN = 24 * 3_600_000;

/** Minutes between two ticks of the schedule. */
export const TICK = 5;

/** How long others leave a run alone that began or ended: Step Functions may not know it yet, and its own event comes first. Milliseconds. */
const YOUNG = 60_000;

/**
 * True when the watch looks at a tunnel on this tick: the first tick of each interval counts.
 * @param minutes the interval, a multiple of `TICK`; 0: never
 * @param tick the schedule's own time of the tick, which is regular; not the time of the look
 */
export function isDue(minutes: number, tick: Date): boolean {
  if (minutes === 0) return false;
  const interval = (at: number): number => Math.floor(at / (minutes * 60_000));
  return interval(tick.getTime()) !== interval(tick.getTime() - TICK * 60_000);
}

/**
 * Why automation leaves a tunnel alone, in words that fit behind "left alone: "; null: it maintains the tunnel. The lease plays no part here.
 * None of this holds a person's run back.
 * @param digest of the declaration as it is now (`digestOf(spec)`)
 */
export function heldBack(memory: Memory, spec: Pick<Declared, 'example'>, digest: string, now: Date): string | null {
  if (spec.example) return 'the tunnel is declared as an example';
  if (isPaused(memory, now)) return whyPaused(memory.paused);
  if (memory.wanted !== 'applied') return 'the tunnel is not wanted';
  if (memory.failures >= MOST_FAILURES && memory.failedSpec === digest)
    return `automation is stopped, since ${memory.failures} automatic runs in a row failed with this declaration`;
  return null;
}

/**
 * Why automation begins no repair, in words; null: it may. It asks less than `heldBack`: what a dead run left is restored whether the tunnel is
 * wanted or not.
 */
export function repairHeldBack(memory: Memory, spec: Pick<Declared, 'example'>, now: Date): string | null {
  if (spec.example) return 'the tunnel is declared as an example';
  if (isPaused(memory, now)) return whyPaused(memory.paused);
  if (memory.attempts >= MOST_ATTEMPTS) return `${memory.attempts} repairs were tried already`;
  return null;
}

/** True while a pause lasts: until its time, or until somebody resumes the tunnel. */
export function isPaused<M extends Pick<Memory, 'paused'>>(
  memory: M,
  now: Date,
): memory is M & { readonly paused: NonNullable<Memory['paused']> } {
  const { paused } = memory;
  return paused !== null && (paused.until === null || Date.parse(paused.until) > now.getTime());
}

/** The part of a request that automation reads. null: a person asks; no repair; nothing is awaited. */
export interface Asking {
  readonly trigger: 'event' | 'schedule' | null;
  readonly repair: string | null;
  readonly awaits: string | null;
  /** The time of the event or tick that started the run. Milliseconds since the epoch. */
  readonly asked: number | null;
  /** The digest of the declaration; null: the tunnel is not declared any more. */
  readonly specDigest: string | null;
  readonly spec: Pick<Declared, 'example'>;
}

/** Stands for the digest of a tunnel that is not declared any more. */
const UNDECLARED = 'none';

/**
 * Why a run of an event or a schedule leaves the tunnel alone, in words; null: it goes on, as a person's run always does.
 * @param me the run's own ARN
 */
export function leftAlone(memory: Memory, request: Asking, me: string, now: Date): string | null {
  const { trigger, repair, asked, spec, specDigest } = request;
  if (trigger === null) return null;
  if (repair !== null) return repairHeldBack(memory, spec, now);
  const reason = heldBack(memory, spec, specDigest ?? UNDECLARED, now);
  if (reason !== null) return reason;
  if (memory.owner !== null && memory.owner !== me) return heldBy(memory.owner);
  return asked !== null && memory.lookedAt >= asked ? 'a run that began later has looked already' : null;
}

/** @param owner the ARN of a run */
export function heldBy(owner: string): string {
  return `the lease is held by ${owner}`;
}

/** What a run will write to automation's memory, and report of it: decided before the run begins. */
export interface Bookkeeping {
  /** Repairs begun since `before` was last cleared, this one included. */
  readonly attempts: number;
  /** If it fails: the automatic runs in a row that failed, and the digest of the declaration with which they did. */
  readonly failures: number;
  readonly failedSpec: string;
  /** If it fails: whether automation stops with it; and that in words, empty if not. */
  readonly stops: boolean;
  readonly stopped: string;
  /** If it changes something: the earlier drifts that stay in memory, oldest first. */
  readonly drifts: readonly Drift[];
  /** If it changes something: whether the drift is repeated. */
  readonly repeatedDrift: boolean;
}

/**
 * A person's failure neither counts nor clears the count. The same holds for a run that awaits an instance: its SDN comes up minutes after its
 * agent, and several nodes that restart together would stop automation when it is needed. The watch looks again.
 * @param me the run's own ARN: a run that lost the answer to its own taking of the lease is not counted twice
 */
export function bookkeeping(memory: Memory, request: Asking, me: string, now: Date): Bookkeeping {
  const automatic = request.trigger !== null;
  const counts = automatic && request.awaits === null;
  const digest = request.specDigest ?? UNDECLARED;
  const failures = !counts ? memory.failures : memory.failedSpec === digest ? memory.failures + 1 : 1;
  const stops = counts && failures >= MOST_FAILURES;
  const drifts = memory.drifts.slice(automatic ? 1 - DRIFTS : -DRIFTS);
  return {
    attempts: memory.attempts + (request.repair !== null && memory.owner !== me ? 1 : 0),
    failures,
    failedSpec: counts ? digest : (memory.failedSpec ?? UNDECLARED),
    stops,
    stopped: stops ? '; automation is stopped for this tunnel until an apply by a person succeeds' : '',
    drifts,
    repeatedDrift: automatic && drifts.length === DRIFTS - 1 && Date.parse(drifts[0]!.at) > now.getTime() - DRIFT_SPAN,
  };
}

function whyPaused({ until, reason }: NonNullable<Memory['paused']>): string {
  return `the tunnel is paused${until === null ? '' : ` until ${until}`}: ${reason}`;
}

/** An execution of the state machine, as Step Functions describes it; null: it does not say. */
export interface Execution {
  readonly arn: string;
  /** `RUNNING`, `PENDING_REDRIVE`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`. */
  readonly status: string;
  readonly error: string | null;
  /** The request, JSON text. */
  readonly input: string | null;
  readonly ended: Date | null;
}

/**
 * True when the run that holds a lease works, or may work: then no other run takes the lease.
 * @param run undefined when Step Functions does not know it
 * @param fence with which the lease was taken: milliseconds since the epoch, or little later
 */
export function mayWork(run: Execution | undefined, fence: number, now: Date): boolean {
  if (run === undefined) return now.getTime() - fence < YOUNG;
  return run.status === 'RUNNING' || run.status === 'PENDING_REDRIVE';
}

/** True when a run ended so recently that the event of its end may still come. */
export function endedJustNow(run: Execution | undefined, now: Date): boolean {
  return run?.ended != null && now.getTime() - run.ended.getTime() < YOUNG;
}

/** True when a run that ended is in no end state: it was stopped, ran out of time, or failed with another error. Nobody knows what it left. */
export function died({ status, error }: Execution): boolean {
  if (status === 'FAILED') return !END_STATES.some(({ name }) => name === error);
  return status !== 'SUCCEEDED';
}

/** Automation's reaction to a run that ended: a repair, a pause, or none. */
export type Reaction = { readonly to: 'repair' } | { readonly to: 'pause'; readonly reason: string } | null;

/**
 * Decides the reaction to a run that ended. A run in an end state has reported what is left. A run that changes no device leaves nothing. An
 * operator had a reason to stop a repair, so automation begins no other.
 */
export function reactionTo(run: Execution): Reaction {
  const request = requestOf(run);
  if (request === null || LEAVES_NOTHING.includes(request.action)) return null;
  if (!died(run)) return null;
  if (run.status === 'ABORTED' && request.repair)
    return { to: 'pause', reason: spelled(`a repair was stopped: ${run.arn.split(':').at(-1)}`) };
  return { to: 'repair' };
}

/** Actions that change no device. */
const LEAVES_NOTHING = ['plan', 'verify', 'pause', 'resume'];

/** A run's request, as far as its input can be read; null: it names no tunnel. */
export function requestOf({
  input,
}: Pick<Execution, 'input'>): { readonly tunnel: string; readonly action: string; readonly repair: boolean } | null {
  let request: unknown;
  try {
    request = JSON.parse(input ?? '');
  } catch {
    return null;
  }
  if (typeof request !== 'object' || request === null) return null;
  const { tunnel, action = 'apply', repair } = request as Record<string, unknown>;
  if (typeof tunnel !== 'string' || typeof action !== 'string') return null;
  return { tunnel, action, repair: typeof repair === 'string' };
}

/** The text in the characters that a request's `reason` may have. */
function spelled(reason: string): string {
  return reason.replace(/[^\p{L}\p{N} .,:;()/#@_+-]/gu, '-').slice(0, 200);
}
