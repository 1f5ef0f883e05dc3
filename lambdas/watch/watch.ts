import { heldBack, isDue } from '../../lib/tunnel/automation';
import { digestOf } from '../../lib/tunnel/digest';
import type { Kind } from '../../lib/tunnel/devices';
import { Throttled } from '../../lib/tunnel/errors';
import type { Memory } from '../../lib/tunnel/memory';
import type { Declared } from '../../lib/tunnel/tunnel';
import type { Log } from '../log';
import type { RunCommand } from '../run-command/port';
import type { Declarations } from '../runs/declared';
import type { Runs } from '../runs/port';
import { atMost } from './at-most';
import type { Blindness } from './blindness';
import { type Finding, glance, instancesOf } from './glance';
import { answerWhatIsLeft } from './left-behind';

/** The schedule's event. */
export interface Tick {
  readonly id: string;
  /** The schedule's own time of the tick, ISO 8601. */
  readonly time: string;
}

/** All that the watch knows of the world. Nothing in it can write to the table or change a device. */
export interface Around {
  declared(): Promise<Declarations>;
  memory(tunnel: string): Promise<Memory>;
  readonly runs: Runs;
  connected(instances: readonly string[]): Promise<ReadonlySet<string>>;
  readonly commands: RunCommand;
  /** The name of the observe document of each kind of device. */
  readonly documents: Readonly<Record<Kind, string>>;
  readonly blindness: Blindness;
  readonly measure: { couldNotLook(): void };
  readonly log: Log;
  now(): Date;
}

/** So many tunnels at a time: Run Command's quota is shared with the runs. */
const AT_ONCE = 8;

/** A tunnel whose devices have to be looked at. */
interface ToLook {
  readonly spec: Declared;
  readonly memory: Memory;
}

/**
 * One tick: for each tunnel whose turn it is, first what its item says, then one look at its devices. No tunnel can fail another one.
 *
 * A tunnel that could not be looked at is told and is no failure of the tick; a run that could not be started is one.
 * @throws what kept a run from being started, or the declarations from being read, when all the rest is done: the tick comes again
 */
export function watch(around: Around): (tick: Tick, inTime: () => boolean) => Promise<void> {
  return async (tick, inTime) => {
    const { tunnels, unreadable } = await around.declared();
    if (unreadable.length > 0)
      around.log.warn(`no declarations: ${unreadable.join(', ')}; deploy again`, { unreadable });
    const due = tunnels.filter(({ watch, example }) => !example && isDue(watch, new Date(tick.time)));

    const failures: unknown[] = [];
    const asked = await atMost(AT_ONCE, due, (spec) =>
      readItem(spec, tick, around).catch((error: unknown) => void failures.push(error)),
    );
    const toLook = asked.filter((each) => each !== undefined);
    const connected = remembered(() => around.connected([...new Set(toLook.flatMap(instances))]));
    await atMost(AT_ONCE, toLook, async (each) => {
      const finding = await tryToLook(each, tick, around, connected, inTime);
      if (finding?.runNeeded)
        await startRun(each.spec, tick, around).catch((error: unknown) => void failures.push(error));
    });
    if (failures.length > 0) throw failures[0];
  };
}

const instances = ({ spec, memory }: ToLook): readonly string[] => instancesOf(spec, memory);

/** @returns undefined when the item says enough. @throws what kept a run from being started */
async function readItem(spec: Declared, tick: Tick, around: Around): Promise<ToLook | undefined> {
  const { runs, log } = around;
  const tunnel = spec.name;
  let memory: Memory;
  try {
    memory = await around.memory(tunnel);
  } catch (error) {
    await blind(tunnel, error, around);
    return undefined;
  }
  const found = { id: tick.id, trigger: 'schedule', asked: tick.time } as const;
  const now = around.now();
  const because = (await answerWhatIsLeft(spec, memory, found, runs, now)) ?? whyNotLook(spec, memory, tick, now);
  if (because === null) return { spec, memory };
  around.blindness.over(tunnel);
  log.info(because, { tunnel });
  return undefined;
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
  around: Around,
  connected: () => Promise<ReadonlySet<string>>,
  inTime: () => boolean,
): Promise<Finding | undefined> {
  const { commands, documents, blindness, log } = around;
  const tunnel = spec.name;
  try {
    if (!inTime()) throw new Throttled('other tunnels took so long that there was no time left for it in this tick');
    const trips = { commands, documents, connected: await connected(), occasion: tick.id };
    const finding = await glance(spec, memory, trips);
    blindness.over(tunnel);
    log.info(finding.because, { tunnel, runNeeded: finding.runNeeded });
    return finding;
  } catch (error) {
    await blind(tunnel, error, around);
    return undefined;
  }
}

/** Tells that nobody could look. That it cannot even be told stands in the log, and in the metric. */
async function blind(tunnel: string, error: unknown, { blindness, measure, log }: Around): Promise<void> {
  const why = error instanceof Error ? error : new Error(String(error));
  log.warn(`could not look: ${why.message}`, { tunnel, error: why.name });
  measure.couldNotLook();
  await blindness
    .failed(tunnel, why)
    .catch((failure: unknown) => log.warn(`could not tell either: ${String(failure)}`, { tunnel }));
}

async function startRun({ name }: Declared, tick: Tick, { runs, log }: Around): Promise<void> {
  const started = await runs.start(`${name}-${tick.id}`, { tunnel: name, trigger: 'schedule', asked: tick.time });
  log.info(started ? 'started a run' : 'this tick has started its run before', { tunnel: name });
}

/** Asks once, when somebody first wants to know; a failure is everybody's. */
function remembered<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
