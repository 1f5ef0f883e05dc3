import { heldBack, isDue } from '../../lib/tunnel/run/automation';
import { digestOf } from '../../lib/tunnel/declaration/digest';
import type { StepKind } from '../../lib/tunnel/plan/devices';
import { Throttled } from '../../lib/tunnel/errors/errors';
import { lastDeclared } from '../../lib/tunnel/plan/situation';
import type { Memory } from '../../lib/tunnel/run/memory';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import type { Log } from '../log';
import type { RunCommand } from '../run-command/port';
import type { Declarations } from '../runs/declarations';
import type { Runs } from '../runs/port';
import { errorFields } from '../telemetry/logger';
import { inParallel } from './in-parallel';
import type { LookFailures } from './look-failures';
import { type Finding, compareWithDeclaration, instancesOf } from './comparison';
import { repairDeadRuns } from './dead-runs';

/** The schedule's event. */
export interface Tick {
  readonly id: string;
  /** The schedule's own time of the tick, ISO 8601. */
  readonly time: string;
}

/** All that the watch knows of the world. Nothing in it can write to the table or change a device. */
export interface WatchDependencies {
  declared(): Promise<Declarations>;
  memory(tunnel: string): Promise<Memory>;
  /** The tunnels of which a run left something, declared or not. */
  unfinished(): Promise<readonly string[]>;
  readonly runs: Runs;
  connected(instances: readonly string[]): Promise<ReadonlySet<string>>;
  readonly commands: RunCommand;
  /** The name of the observe document of each kind of device. */
  readonly documents: (kind: StepKind) => string;
  readonly lookFailures: LookFailures;
  readonly measure: { couldNotLook(): void };
  readonly log: Log;
  now(): Date;
}

/** So many tunnels at a time: Run Command's quota is shared with the runs. */
const AT_ONCE = 8;

/** Minutes between two looks through the whole table, for what a run left of a tunnel that is not declared any more. */
const UNDECLARED = 60;

/** A tunnel whose devices have to be looked at. */
interface ToLook {
  readonly spec: Declared;
  readonly memory: Memory;
  readonly instances: readonly string[];
}

/**
 * One tick: for each tunnel whose turn it is, first what its item says, then one look at its devices. No tunnel can fail another one.
 *
 * A tunnel that could not be looked at is told and is no failure of the tick; a run that could not be started is one.
 * @throws what kept a run from being started, or the declarations from being read, when all the rest is done: the tick comes again
 */
export function watch(around: WatchDependencies): (tick: Tick, inTime: () => boolean) => Promise<void> {
  return async (tick, inTime) => {
    const { tunnels, unreadable } = await around.declared();
    if (unreadable.length > 0)
      around.log.warn(`no declarations: ${unreadable.join(', ')}; deploy again`, { unreadable });
    const due = tunnels.filter(({ watch, example }) => !example && isDue(watch, new Date(tick.time)));

    const failures: unknown[] = [];
    const asked = await inParallel(AT_ONCE, due, (spec) =>
      readItem(spec, tick, around).catch((error: unknown) => void failures.push(error)),
    );
    if (isDue(UNDECLARED, new Date(tick.time)))
      await answerUndeclared([...tunnels.map(({ name }) => name), ...unreadable], tick, around).catch(
        (error: unknown) => void failures.push(error),
      );
    const toLook = asked.filter((each) => each !== undefined);
    const connected = remembered(() => around.connected([...new Set(toLook.flatMap(({ instances }) => instances))]));
    await inParallel(AT_ONCE, toLook, async (each) => {
      const finding = await tryToLook(each, tick, around, connected, inTime);
      if (finding?.runNeeded)
        await startRun(each.spec, tick, around).catch((error: unknown) => void failures.push(error));
    });
    if (failures.length > 0) throw failures[0];
  };
}

/** @returns undefined when the item says enough. @throws what kept a run from being started */
async function readItem(spec: Declared, tick: Tick, around: WatchDependencies): Promise<ToLook | undefined> {
  const { runs, log } = around;
  const tunnel = spec.name;
  let memory: Memory;
  let instances: readonly string[];
  try {
    memory = await around.memory(tunnel);
    instances = instancesOf(spec, memory); // throws where somebody spoiled the item: no other tunnel is looked at less for it
  } catch (error) {
    await blind(tunnel, error, around);
    return undefined;
  }
  const found = { id: tick.id, trigger: 'schedule', asked: tick.time } as const;
  const now = around.now();
  const because = (await repairDeadRuns(spec, memory, found, runs, now)) ?? whyNotLook(spec, memory, tick, now);
  if (because === null) return { spec, memory, instances };
  around.lookFailures.over(tunnel);
  log.info(because, { tunnel });
  return undefined;
}

/**
 * Nobody watches a tunnel that is not declared any more, but what a run left that died on it is put back.
 * @param declared names, and names of parameters that hold no declaration
 */
async function answerUndeclared(declared: readonly string[], tick: Tick, around: WatchDependencies): Promise<void> {
  const { runs, log } = around;
  const found = { id: tick.id, trigger: 'schedule', asked: tick.time } as const;
  for (const tunnel of await around.unfinished()) {
    if (declared.some((name) => name.split('/').at(-1) === tunnel)) continue;
    const memory = await around.memory(tunnel);
    const spec = lastDeclared(memory);
    const because =
      spec === null ? 'the table knows no declaration' : await repairDeadRuns(spec, memory, found, runs, around.now());
    log.info(`not declared: ${because}`, { tunnel });
  }
}

function whyNotLook(spec: Declared, memory: Memory, tick: Tick, now: Date): string | null {
  const reason = heldBack(memory, spec, digestOf(spec), now);
  if (reason !== null) return `left alone: ${reason}`;
  return memory.lookedAt >= Date.parse(tick.time) ? 'left alone: a run has looked since' : null;
}

/** @returns undefined when it could not look, which has been told then */
async function tryToLook(
  { spec, memory }: ToLook,
  tick: Tick,
  around: WatchDependencies,
  connected: () => Promise<ReadonlySet<string>>,
  inTime: () => boolean,
): Promise<Finding | undefined> {
  const { commands, documents, lookFailures, log } = around;
  const tunnel = spec.name;
  try {
    if (!inTime())
      throw new Throttled(
        'watch-out-of-time',
        'other tunnels took so long that there was no time left for it in this tick',
      );
    const trips = { commands, documents, connected: await connected(), occasion: tick.id };
    const finding = await compareWithDeclaration(spec, memory, trips);
    lookFailures.over(tunnel);
    log.info(finding.because, { tunnel, runNeeded: finding.runNeeded });
    return finding;
  } catch (error) {
    await blind(tunnel, error, around);
    return undefined;
  }
}

/** Tells that nobody could look. That it cannot even be told stands in the log, and in the metric. */
async function blind(tunnel: string, error: unknown, { lookFailures, measure, log }: WatchDependencies): Promise<void> {
  const why = error instanceof Error ? error : new Error(String(error));
  log.warn('could not look', { tunnel, ...errorFields(why) });
  measure.couldNotLook();
  await lookFailures
    .failed(tunnel, why)
    .catch((failure: unknown) => log.warn(`could not tell either: ${String(failure)}`, { tunnel }));
}

async function startRun({ name }: Declared, tick: Tick, { runs, log }: WatchDependencies): Promise<void> {
  const started = await runs.start(`${name}-${tick.id}`, { tunnel: name, trigger: 'schedule', asked: tick.time });
  log.info(started ? 'started a run' : 'this tick has started its run before', { tunnel: name });
}

/** Asks once, when somebody first wants to know; a failure is everybody's. */
function remembered<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
