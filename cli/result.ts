import type { Drained } from '../lib/tunnel/bigip/drained';
import type { HealedDevice } from '../lib/tunnel/device/healed';
import type { Probe } from '../lib/tunnel/device/observation';
import { END_STATES } from '../lib/tunnel/run/outcome';
import type { Change } from '../lib/tunnel/plan/plan';
import type { Described } from './aws/executions';
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

/** What a run gives out, or writes down of itself. Runs of older versions left out some of it. */
export interface Told
  extends
    Partial<Omit<Result, 'verification' | 'drained' | 'status' | 'exitCode' | 'words'>>,
    Outcomes<Partial<Drained>> {
  readonly endState?: string;
  readonly sentence?: string;
  readonly verification?: readonly Probe[] | Outcomes<{ readonly verification?: readonly Probe[] }> | null;
  /** Of what was written down: which execution it was, what it was asked, and when that was (ISO 8601). */
  readonly execution?: string;
  readonly action?: string;
  readonly at?: string;
  /** What nodes had put back by themselves within an hour before the look. */
  readonly healed?: readonly HealedDevice[];
  /** Of a look: the fence at its beginning, and whether no run held the lease then. */
  readonly fence?: number;
  readonly free?: boolean;
}

/** The answers of devices, as the steps gather them. */
interface Outcomes<Device> {
  readonly outcomes?: readonly { readonly devices?: readonly Device[] }[];
}

/** An object out of a JSON text; empty when it is none. */
export function objectIn<T extends object = Told>(json: unknown): Partial<T> {
  try {
    const value = JSON.parse(String(json)) as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** The end state that an execution came to. @returns undefined when it came to none */
function endOf({ status, output, error }: Pick<Described, 'status' | 'output' | 'error'>) {
  const name = status === 'SUCCEEDED' ? objectIn(output).endState : error;
  return END_STATES.find((each) => each.name === name && each.succeeds === (status === 'SUCCEEDED'));
}

/** The end state; or `Interrupted`, or `Failed` where an execution that is over came to none of its ends. */
export function statusOf(execution: Pick<Described, 'status' | 'output' | 'error'>): string {
  return execution.status === 'ABORTED' ? 'Interrupted' : (endOf(execution)?.name ?? 'Failed');
}

/** What nobody can call as it was before. */
const UNKNOWN = 3;

/**
 * Reads how a run ended: a success from its output, a failure from what it wrote down in the table before it failed, where it came so far: a
 * verify as the last look, any other run as the last result.
 * @param item the tunnel's item, undefined when there is none
 */
export function resultOf(execution: Described, item: Item = {}): Result {
  const { status, output, executionArn: arn } = execution;
  const writtenDown = [item['lastResult'], item['lastLook']].map((json) => objectIn(json));
  const told = status === 'SUCCEEDED' ? objectIn(output) : writtenDown.find((each) => each.execution === arn);
  const end = endOf(execution);
  return {
    ...whatWasTold(told),
    status: statusOf(execution),
    exitCode: end && status !== 'ABORTED' ? end.exitCode : UNKNOWN,
    words: wordsOf(execution, told?.sentence, end !== undefined),
  };
}

/** How a run ended, by what it wrote down in the table alone. */
export function resultWrittenDown(told: Partial<Told>): Result {
  const { endState = 'Failed', sentence = told.failure?.cause ?? '', changes = [] } = told;
  return {
    ...whatWasTold(told),
    interrupts: changes.flatMap(({ device, interrupts }) => (interrupts === null ? [] : [`${device}: ${interrupts}`])),
    status: endState,
    exitCode: END_STATES.find(({ name }) => name === endState)?.exitCode ?? UNKNOWN,
    words: sentence,
  };
}

/** All that a run tells beside how it ended. */
function whatWasTold(told: Partial<Told> | undefined): Omit<Result, 'status' | 'exitCode' | 'words'> {
  return {
    changes: told?.changes ?? [],
    verification: probesOf(told?.verification),
    remarks: told?.remarks ?? [],
    degraded: told?.degraded ?? [],
    interrupts: told?.interrupts ?? [],
    digest: told?.digest ?? null,
    work: told?.work ?? null,
    failure: told?.failure ?? null,
    restoreFailure: told?.restoreFailure ?? null,
    remaining: told?.remaining ?? null,
    drained: devicesIn(told ?? {}).flatMap(({ drained, cut = null, seconds = 0 }) =>
      drained === undefined ? [] : [{ drained, cut, seconds }],
    ),
    left: told?.left ?? [],
  };
}

/** A success says a sentence. An end state that is none names the error itself; what is no end state is named here. */
function wordsOf({ status, error, cause }: Described, sentence = '', isEnd = false): string {
  if (status === 'SUCCEEDED') return sentence;
  if (isEnd) return cause ?? 'no cause was given';
  return `${status}: ${[error, cause].filter((text) => text !== undefined).join(': ')}`;
}

/** The probes of a run: a plan's own, or the answers of the devices that proved, whichever the run had last. */
export function probesOf(verification: Told['verification']): readonly Probe[] {
  if (!verification) return [];
  if (!('outcomes' in verification)) return verification as readonly Probe[];
  return devicesIn(verification).flatMap((device) => device.verification ?? []);
}

function devicesIn<Device>({ outcomes = [] }: Outcomes<Device>): readonly Device[] {
  return outcomes.flatMap(({ devices = [] }) => devices);
}
