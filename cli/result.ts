import type { Drained } from '../lib/tunnel/bigip/drained';
import type { Probe } from '../lib/tunnel/device/observation';
import { END_STATES } from '../lib/tunnel/outcome';
import type { Change } from '../lib/tunnel/plan';
import type { ExecutionResult } from './execution';
import type { Item } from './aws/tunnels';
import type { PlannedWork } from './local/commands-of-plan';

/** What failed: the state as the console shows it, the error's name, one sentence. */
export interface Failure {
  readonly state: string;
  readonly error: string;
  readonly cause: string;
}

/** How a run ended, whichever way it told. */
export interface Result {
  /** The end state; or `Interrupted`, or `Failed` where the run came to none of its ends. */
  readonly status: string;
  readonly exitCode: number;
  readonly changes: readonly Change[];
  readonly verification: readonly Probe[];
  readonly remarks: readonly string[];
  /** Devices of a pair that could not be reached. */
  readonly degraded: readonly string[];
  readonly interrupts: readonly string[];
  readonly digest: string | null;
  readonly work: PlannedWork | null;
  readonly failure: Failure | null;
  /** What stood in the way of putting everything back; null: nothing. */
  readonly restoreFailure: Failure | null;
  /** What was not put back; null where nobody knows. */
  readonly remaining: readonly Change[] | null;
  /** What became of the connections that were waited for, a device each. */
  readonly drained: readonly Drained[];
  /** What was left alone, since another has changed it. */
  readonly left: readonly string[];
  /** The execution's own words. */
  readonly words: string;
}

/** What a run gives out, or writes down. Runs of older versions left out some of it. */
interface Told
  extends
    Partial<Omit<Result, 'verification' | 'drained' | 'status' | 'exitCode' | 'words'>>,
    Outcomes<Partial<Drained>> {
  readonly endState?: string;
  readonly execution?: string;
  readonly verification?: readonly Probe[] | Outcomes<{ readonly verification?: readonly Probe[] }> | null;
  readonly sentence?: string;
}

/** The answers of devices, as the steps gather them. */
interface Outcomes<Device> {
  readonly outcomes?: readonly { readonly devices?: readonly Device[] }[];
}

/** What nobody can call as it was before. */
const UNKNOWN = 3;

/**
 * Reads how a run ended: a success from its output, a failure from what it wrote down in the table before it failed, where it came so far: a
 * verify as the last look, any other run as the last result.
 * @param item the tunnel's item, undefined when there is none
 */
export function resultOf(execution: ExecutionResult, item: Item | undefined): Result {
  const succeeded = execution.status === 'SUCCEEDED';
  const told = succeeded ? toldIn(execution.output) : writtenDown(execution.arn, item);
  const name = succeeded ? told.endState : execution.error;
  const end = END_STATES.find((each) => each.name === name && each.succeeds === succeeded);
  return {
    status: execution.status === 'ABORTED' ? 'Interrupted' : (end?.name ?? 'Failed'),
    exitCode: end && execution.status !== 'ABORTED' ? end.exitCode : UNKNOWN,
    changes: told.changes ?? [],
    verification: probesOf(told.verification),
    remarks: told.remarks ?? [],
    degraded: told.degraded ?? [],
    interrupts: told.interrupts ?? [],
    digest: told.digest ?? null,
    work: told.work ?? null,
    failure: told.failure ?? null,
    restoreFailure: told.restoreFailure ?? null,
    remaining: told.remaining ?? null,
    drained: devicesIn(told)
      .filter(wasDrained)
      .map(({ drained, cut, seconds }) => ({ drained, cut, seconds })),
    left: told.left ?? [],
    words: succeeded ? (told.sentence ?? '') : wordsOf(execution, end !== undefined),
  };
}

/** An end state names the error itself; what is no end state is named here. */
function wordsOf({ status, error, cause }: ExecutionResult, isEnd: boolean): string {
  if (isEnd) return cause ?? 'no cause was given';
  return `${status}: ${[error, cause].filter((text) => text !== undefined).join(': ')}`;
}

/** The probes of a run: a plan's own, or the answers of the devices that proved, whichever the run had last. */
export function probesOf(verification: Told['verification']): readonly Probe[] {
  if (Array.isArray(verification)) return verification as readonly Probe[];
  return devicesIn((verification ?? {}) as Outcomes<{ readonly verification?: readonly Probe[] }>).flatMap(
    (device) => device.verification ?? [],
  );
}

function devicesIn<Device>({ outcomes = [] }: Outcomes<Device>): readonly Device[] {
  return outcomes.flatMap(({ devices = [] }) => devices);
}

/** Only devices that waited for connections to end tell of it. */
function wasDrained(device: Partial<Drained>): device is Drained {
  return device.drained !== undefined && device.cut !== undefined && device.seconds !== undefined;
}

/** The full result that this very execution wrote down; empty when it did not come so far. */
function writtenDown(arn: string, item: Item = {}): Told {
  const results = [item['lastResult'], item['lastLook']].map((json) => {
    try {
      return toldIn(JSON.parse(String(json)));
    } catch {
      return {};
    }
  });
  return results.find(({ execution }) => execution === arn) ?? {};
}

function toldIn(value: unknown): Told {
  return typeof value === 'object' && value !== null ? value : {};
}
