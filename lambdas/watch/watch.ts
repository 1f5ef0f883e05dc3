import { heldBack, isDue } from '../../lib/tunnel/run/automation';
import { digestOf } from '../../lib/tunnel/declaration/digest';
import type { DocumentSet } from '../../lib/tunnel/plan/devices';
import { healedInWords } from '../../lib/tunnel/device/healed';
import { Throttled } from '../../lib/tunnel/errors/errors';
import { lastDeclared } from '../../lib/tunnel/plan/situation';
import type { Memory } from '../../lib/tunnel/run/memory';
import type { PairItem } from '../../lib/tunnel/run/pair';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import type { Log } from '../log';
import type { RunCommand } from '../run-command/ssm';
import type { timeOutsFor } from '../run-command/time-outs';
import { repairDeadRuns, type Discovery } from '../runs/dead-runs';
import { warnOfUnreadable, type Declarations } from '../runs/declarations';
import { nextPair } from '../runs/pair';
import type { Runs } from '../runs/sfn';
import { errorFields } from '../telemetry/logger';
import { inParallel } from './in-parallel';
import type { LookFailures } from './look-failures';
import type { NoticesOnce } from './notices-once';
import { type Finding, compareWithDeclaration, reachedBy } from './comparison';

/** The schedule's event. */
export interface Tick {
  readonly id: string;
  /** The schedule's own time of the tick, ISO 8601. */
  readonly time: string;
}

/** What the watch depends on. None of it can write to the table or change a device. */
export interface WatchDependencies {
  declared(): Promise<Declarations>;
  memory(tunnel: string): Promise<Memory>;
  /** The item of a pair of BIG-IPs, by its key. */
  pair(key: string): Promise<PairItem>;
  /** The tunnels with a lease or a record `before`, declared or not. */
  unfinished(): Promise<readonly string[]>;
  readonly runs: Runs;
  connected(instances: readonly string[]): Promise<ReadonlySet<string>>;
  readonly commands: RunCommand;
  /** The name of an observe document. */
  readonly documents: (set: DocumentSet) => string;
  readonly timeOuts: typeof timeOutsFor;
  readonly lookFailures: LookFailures;
  readonly repeatedDrift: NoticesOnce;
  readonly measure: { couldNotLook(): void };
  readonly log: Log;
  now(): Date;
}

/** Tunnels at a time: the runs share Run Command's quota. */
const AT_ONCE = 8;

/** Minutes between two scans of the table, for dead runs of tunnels that are not declared any more. */
const UNDECLARED = 60;

/** A tunnel whose devices have to be looked at. */
interface ToLook {
  readonly spec: Declared;
  readonly memory: Memory;
  readonly instances: readonly string[];
  /** How long the look may take, in seconds. */
  readonly deadline: number;
}

/**
 * One tick: reads the item of each tunnel that is due, then looks once at its devices. No tunnel can fail another one.
 *
 * A failed look is reported and does not fail the tick; a run that could not be started does.
 * @throws after all tunnels, the first error of starting a run or of reading declarations or table: Lambda then repeats the tick
 */
export function watch(
  dependencies: WatchDependencies,
): (tick: Tick, inTime: (deadline: number) => boolean) => Promise<void> {
  return async (tick, inTime) => {
    const { tunnels, unreadable } = await dependencies.declared();
    warnOfUnreadable(unreadable, dependencies.log);
    const due = tunnels.filter(({ watch, example }) => !example && isDue(watch, new Date(tick.time)));

    const failures: unknown[] = [];
    const keep = (error: unknown): void => void failures.push(error);
    const read = await inParallel(AT_ONCE, due, (spec) => readItem(spec, tick, dependencies).catch(keep));
    if (isDue(UNDECLARED, new Date(tick.time)))
      await repairUndeclared([...tunnels.map(({ name }) => name), ...unreadable], tick, dependencies).catch(keep);
    const toLook = read.filter((each) => each !== undefined);
    const connected = once(() => dependencies.connected([...new Set(toLook.flatMap(({ instances }) => instances))]));
    await inParallel(AT_ONCE, toLook, async (each) => {
      const finding = await tryToLook(each, tick, dependencies, connected, inTime);
      if (finding?.runNeeded) await startRun(each.spec, tick, dependencies).catch(keep);
    });
    if (failures.length > 0) throw failures[0];
  };
}

/** @returns undefined when nobody has to look. @throws the error of starting a run */
async function readItem(spec: Declared, tick: Tick, dependencies: WatchDependencies): Promise<ToLook | undefined> {
  const { runs, log, lookFailures, repeatedDrift, timeOuts } = dependencies;
  const tunnel = spec.name;
  let memory: Memory;
  let reached: Pick<ToLook, 'instances' | 'deadline'>;
  try {
    memory = await dependencies.memory(tunnel);
    reached = reachedBy(spec, memory, timeOuts); // throws for an item that somebody changed by hand: that must not stop the look at other tunnels
  } catch (error) {
    await reportFailure(tunnel, error, dependencies);
    return undefined;
  }
  const now = dependencies.now();
  const because =
    (await repairDeadRuns(spec, memory, discovery(tick), runs, now)) ?? whyNotLook(spec, memory, tick, now);
  if (because === null) return { spec, memory, ...reached };
  lookFailures.over(tunnel);
  repeatedDrift.over(tunnel);
  log.info(because, { tunnel });
  return undefined;
}

/**
 * Repairs dead runs of tunnels that are not declared any more. Nothing else of these is watched.
 * @param declared names, and names of parameters that hold no declaration
 */
async function repairUndeclared(
  declared: readonly string[],
  tick: Tick,
  dependencies: WatchDependencies,
): Promise<void> {
  const { runs, log } = dependencies;
  for (const tunnel of await dependencies.unfinished()) {
    if (declared.some((name) => name.split('/').at(-1) === tunnel)) continue;
    const memory = await dependencies.memory(tunnel);
    const spec = lastDeclared(memory);
    const because =
      spec === null
        ? 'the table knows no declaration'
        : await repairDeadRuns(spec, memory, discovery(tick), runs, dependencies.now());
    log.info(`not declared: ${because}`, { tunnel });
  }
}

function discovery({ id, time }: Tick): Discovery {
  return { id, trigger: 'schedule', asked: time };
}

function whyNotLook(spec: Declared, memory: Memory, tick: Tick, now: Date): string | null {
  const reason = heldBack(memory, spec, digestOf(spec), now);
  if (reason !== null) return `left alone: ${reason}`;
  return memory.lookedAt >= Date.parse(tick.time) ? 'left alone: a run has looked since' : null;
}

/** @returns undefined when it could not look, which is reported then, and when it must not */
async function tryToLook(
  { spec, memory, deadline }: ToLook,
  tick: Tick,
  dependencies: WatchDependencies,
  connected: () => Promise<ReadonlySet<string>>,
  inTime: (deadline: number) => boolean,
): Promise<Finding | undefined> {
  const { commands, documents, timeOuts, lookFailures, log, runs } = dependencies;
  const tunnel = spec.name;
  try {
    // While a run works on the pair of BIG-IPs, the units differ and changes wait to be synchronised. That is no drift.
    const sources = {
      pair: (key: string) => dependencies.pair(key),
      describe: (arn: string) => runs.describe(arn),
    };
    const pair = await nextPair(spec, memory, null, sources, dependencies.now());
    if (pair !== null && pair.held !== null) {
      log.info(`left alone: ${pair.held}`, { tunnel });
      return undefined;
    }
    if (!inTime(deadline))
      throw new Throttled(
        'watch-out-of-time',
        'the other tunnels took so long that there was no time left for it in this tick',
      );
    const trips = {
      commands,
      documents,
      connected: await connected(),
      timeOuts,
      occasion: tick.id,
    };
    const finding = await compareWithDeclaration(spec, memory, trips);
    lookFailures.over(tunnel);
    log.info(finding.because, { tunnel, runNeeded: finding.runNeeded });
    await reportDrift(tunnel, finding, dependencies);
    return finding;
  } catch (error) {
    await reportFailure(tunnel, error, dependencies);
    return undefined;
  }
}

/** Reports a failed look by log, metric and notice. A notice that fails is in the log only. */
async function reportFailure(
  tunnel: string,
  error: unknown,
  { lookFailures, measure, log }: WatchDependencies,
): Promise<void> {
  const why = error instanceof Error ? error : new Error(String(error));
  log.warn('could not look', { tunnel, ...errorFields(why) });
  measure.couldNotLook();
  await lookFailures
    .failed(tunnel, why)
    .catch((failure: unknown) => log.warn(`the notice failed: ${String(failure)}`, { tunnel }));
}

/** Tells people once that a node puts something back again and again, until it has not for an hour. A notice that fails is in the log only. */
async function reportDrift(
  tunnel: string,
  { healed }: Finding,
  { repeatedDrift, log }: WatchDependencies,
): Promise<void> {
  const again = healed.filter(({ repeated }) => repeated);
  if (healed.length === 0) repeatedDrift.over(tunnel);
  if (again.length === 0) return;
  const why = again.map((each) => `${each.device}: ${healedInWords(each)}`).join('; ');
  await repeatedDrift
    .holds(tunnel, why)
    .catch((failure: unknown) => log.warn(`the notice failed: ${String(failure)}`, { tunnel }));
}

async function startRun({ name }: Declared, tick: Tick, { runs, log }: WatchDependencies): Promise<void> {
  const started = await runs.start(`${name}-${tick.id}`, { tunnel: name, trigger: 'schedule', asked: tick.time });
  log.info(started ? 'started a run' : 'this tick has started its run before', { tunnel: name });
}

/** Asks once, at the first call; all calls share the answer, or the failure. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
