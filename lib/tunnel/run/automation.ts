import type { Drift, Memory } from './memory';
import { END_STATES } from './outcome';
import type { Declared } from '../declaration/tunnel';

/** So many automatic runs that failed in a row stop automation, until one succeeds or the declaration changes. */
export const MOST_FAILURES = 2;
/** So many repairs are begun by themselves until `before` is cleared. */
export const MOST_ATTEMPTS = 2;
/** So many runs in which automation had to change something, within so many milliseconds, are told. */
const DRIFTS = 3;
const DRIFT_SPAN = 24 * 3_600_000;

/** The schedule's one rule ticks so often. Minutes. */
export const TICK = 5;

/** So long after a run began or ended, others leave it alone: Step Functions may not know it yet, and its own event comes first. Milliseconds. */
const YOUNG = 60_000;

/**
 * Whether a tunnel is looked at on this tick. It needs no memory: the ticks fall into intervals, and the first of each interval counts.
 * @param minutes how often, a multiple of `ticksEvery`; 0: never
 * @param tick the schedule's own time of the tick, which is regular; not the time at which somebody reads it
 * @param ticksEvery minutes between two ticks
 */
export function isDue(minutes: number, tick: Date, ticksEvery: number = TICK): boolean {
  if (minutes === 0) return false;
  const interval = (at: number): number => Math.floor(at / (minutes * 60_000));
  return interval(tick.getTime()) !== interval(tick.getTime() - ticksEvery * 60_000);
}

/**
 * Why automation leaves a tunnel alone, in words that fit behind "left alone: "; null when it maintains it. Who holds the lease is not asked
 * here. A person's run is held back by none of this.
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
 * Why nobody repairs the tunnel by himself, in words; null: a repair may begin. It asks less than `heldBack`: what a run that died has left is
 * put back whether the tunnel is wanted yet or not.
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

/** What a run is asked for, as far as automation cares. null: a person asks; no repair; nothing is awaited. */
export interface Asking {
  readonly trigger: 'event' | 'schedule' | null;
  readonly repair: string | null;
  readonly awaits: string | null;
  /** When that happened which an event or a schedule answers. Milliseconds since the epoch. */
  readonly asked: number | null;
  /** The digest of the declaration; null: the tunnel is not declared any more. */
  readonly specDigest: string | null;
  readonly spec: Pick<Declared, 'example'>;
}

/** Stands for the digest of a tunnel that is not declared any more. */
const UNDECLARED = 'none';

/**
 * Why a run leaves the tunnel alone that an event or a schedule started, in words; null: it goes on, as a person's run always does.
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

/** What a run leaves in the tunnel's memory, as it is known before the run begins. */
export interface Toll {
  /** Repairs begun since `before` was last cleared, this one included. */
  readonly attempts: number;
  /** If it fails: the automatic runs in a row that failed, and the digest of the declaration with which they did. */
  readonly failures: number;
  readonly failedSpec: string;
  /** If it fails: true when automation stops with it; and that in words, empty where it does not. */
  readonly stops: boolean;
  readonly stopped: string;
  /** If it changes something: the drifts before it that are still remembered, oldest first. */
  readonly drifts: readonly Drift[];
  /** If it changes something: true when automation had to do so again and again. */
  readonly repeatedDrift: boolean;
}

/**
 * A person's failure neither counts nor clears. Nor does that of a run which awaits an instance: its SDN comes up minutes after its agent, and
 * several nodes that restart together would stop automation just when it is needed. The watch looks again.
 * @param me the run's own ARN: a run that lost the answer to its own taking of the lease is not counted twice
 */
export function tollOf(memory: Memory, request: Asking, me: string, now: Date): Toll {
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

/** An execution of the state machine, as Step Functions describes it; null where that says nothing. */
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
 * Whether the run that holds a lease still works, or may: then nobody disturbs it.
 * @param run undefined when Step Functions does not know it
 * @param fence with which the lease was taken: milliseconds since the epoch, or little later
 */
export function mayWork(run: Execution | undefined, fence: number, now: Date): boolean {
  if (run === undefined) return now.getTime() - fence < YOUNG;
  return run.status === 'RUNNING' || run.status === 'PENDING_REDRIVE';
}

/** True when a run ended so lately that the event of its end is still on its way. */
export function endedJustNow(run: Execution | undefined, now: Date): boolean {
  return run?.ended != null && now.getTime() - run.ended.getTime() < YOUNG;
}

/** What a run that ended asks of automation: to put back what it left, to leave the tunnel alone, or nothing. */
export type Reaction = { readonly to: 'repair' } | { readonly to: 'pause'; readonly reason: string } | null;

/**
 * What is done about a run that has ended. One that came to an end of its own has told what is left; one that only looked leaves nothing;
 * a repair that an operator stopped was stopped for a reason, and automation begins no other.
 */
export function reactionTo(run: Execution): Reaction {
  const request = requestOf(run);
  if (request === null || LEAVES_NOTHING.includes(request.action)) return null;
  const own = END_STATES.some(({ name }) => name === run.error);
  if (run.status === 'SUCCEEDED' || (run.status === 'FAILED' && own)) return null;
  if (run.status === 'ABORTED' && request.repair)
    return { to: 'pause', reason: spelled(`a repair was stopped: ${run.arn.split(':').at(-1)}`) };
  return { to: 'repair' };
}

/** Actions that change no device. */
const LEAVES_NOTHING = ['plan', 'verify', 'pause', 'resume'];

/** What a run was asked for, as far as its input can be read; null when it names no tunnel. */
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

/** In the letters that a request's `reason` may have. */
function spelled(reason: string): string {
  return reason.replace(/[^\p{L}\p{N} .,:;()/#@_+-]/gu, '-').slice(0, 200);
}
