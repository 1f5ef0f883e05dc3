import type { Probe } from '../../../lib/tunnel/device/observation';
import type { Change } from '../../../lib/tunnel/plan/plan';
import { readMemory } from '../../../lib/tunnel/run/memory';
import { describe, readOn, type Described } from '../../aws/executions';
import { figuresFrom } from '../../aws/figures';
import { History } from '../../aws/history';
import { askedOf, pastRun, type Asked, type PastRun } from '../../aws/runs';
import { itemOf, type Item } from '../../aws/tunnels';
import { whereIs } from '../../execution';
import type { Place } from '../../place';
import { concernedNothing } from '../../report/progress';
import { cutsTraffic, question } from '../../report/question';
import { visitsOf, type Visit } from '../../report/steps';
import { byMemory, endInParts, figuresLine, type Run } from '../../report/summary';
import { became } from '../../report/text';
import { resultOf, type Result } from '../../result';
import { again, type Where } from '../../where';
import { evidenceIn } from './evidence';
import { wayBack } from './going-back';
import { printableValue } from './printable';
import { sceneOf, type Scene } from './scene';
import { devicesOfRun, howKnown, type DeviceRows, type HowKnown } from './states';
import { toneOf, type Tone } from './tone';

/** All that a page shows of one run, as data: what the command line's readers read, in the order in which a person asks. */
export interface RunPage {
  readonly tunnel: string;
  readonly run: Pick<PastRun, 'execution' | 'arn' | 'action' | 'began' | 'seconds'>;
  /** Who asked for it, and where the name of a person is. */
  readonly asker: string;
  /** What it was asked beside its action. */
  readonly asked: readonly string[];
  /** Where the state machine and its hosts are. */
  readonly place: string;
  /** The execution in the console of AWS; null: it is not there. */
  readonly console: string | null;
  /** The end state; `Running` before. */
  readonly status: string;
  readonly tone: Tone;
  /** Of a failure three parts: what happened, what stands where, what to do next; of all else one sentence; none while it runs. */
  readonly end: readonly string[];
  readonly scene: Scene | null;
  readonly changes: readonly Change[];
  readonly changesTitle: string;
  readonly remaining: readonly Change[];
  readonly interrupts: readonly string[];
  readonly digest: string | null;
  /** Of a plan: what is asked before it is carried out, in the words of what that cuts, and whether it cuts anything. */
  readonly question: {
    readonly action: 'apply' | 'teardown';
    readonly words: string;
    readonly cuts: boolean;
  } | null;
  readonly steps: readonly TimelineStep[];
  readonly probes: readonly Probe[];
  /** What these probes are: of before, or after restoring. */
  readonly remarks: readonly string[];
  readonly devices: readonly DeviceRows[];
  readonly known: HowKnown;
  readonly back: readonly string[];
  readonly figures: string;
}

/** A state in which work was done. */
export interface TimelineStep extends Pick<Visit, 'state' | 'seconds' | 'retries'> {
  /** 0, or 1 within a Parallel state. */
  readonly depth: number;
  /** Seconds after the run's beginning. */
  readonly after: number;
  readonly outcome: Visit['outcome'] | 'running';
  /** The error with which it failed; empty: it did not. */
  readonly error: string;
}

/**
 * Reads one run.
 * @param history what was read of it before: only what is new is asked for
 * @returns undefined when Step Functions does not know it (any more), or it names no tunnel
 * @throws Problem when AWS cannot be asked
 * @public loaded late
 */
export async function readRun(
  { aws, deployment, words }: Place,
  where: Where,
  arn: string,
  history = new History(),
): Promise<RunPage | undefined> {
  const execution = await describe(aws, arn);
  const asked = execution && askedOf(execution);
  if (!execution || typeof asked?.tunnel !== 'string') return undefined;
  await readOn(aws, arn, history);
  const item = await itemOf(aws, deployment, asked.tunnel);
  const link = whereIs(aws, arn);
  const console = link === arn ? null : link;
  return printableValue(pageOf({ execution, asked, history, item, place: words, console, where }));
}

/** What is known of a run. */
interface Read {
  readonly execution: Described;
  readonly asked: Asked;
  readonly history: History;
  readonly item: Item | undefined;
  readonly place: string;
  readonly console: string | null;
  readonly where: Where;
}

function pageOf({ execution, asked, history, item, place, console, where }: Read): RunPage {
  const run = pastRun(execution);
  const { tunnel = '', action = 'apply', teardown = false } = asked;
  const evidence = evidenceIn(history);
  const told = resultOf(execution, item);
  const { plan, declared } = evidence;
  // A failed run's own words stand in the table until the next run ends; its plan stays in its history.
  const changes = told.changes.length > 0 ? told.changes : (plan?.report.changes ?? []);
  const status = run.outcome;
  const result: Result = { ...told, status, changes };
  const sentence: Run = {
    tunnel,
    action,
    teardown,
    ...byMemory(readMemory(item)),
    again: (next, ...options) => again(next, tunnel, where, ...options),
  };
  const planned = teardown ? 'teardown' : 'apply';
  const asking = { words: question(tunnel, planned, result), cuts: cutsTraffic(planned, result) };
  const devices = devicesOfRun(status, evidence);
  const probes = told.verification.length > 0 ? told.verification : (plan?.report.verification ?? []);
  const transitions = history.events.filter(({ kind }) => kind === 'entered' || kind === 'retried').length;
  return {
    tunnel,
    run,
    asker: askerOf(asked, console !== null),
    asked: conditionsOf(asked),
    place,
    console,
    status,
    tone: toneOf(status),
    end: status === 'Running' ? [] : endInParts(result, sentence),
    scene: declared && sceneOf(declared, devices, probes),
    changes,
    changesTitle: became(status, teardown),
    remaining: told.remaining ?? [],
    interrupts: told.interrupts.length > 0 ? told.interrupts : (plan?.interrupts ?? []),
    digest: told.digest ?? plan?.digest ?? null,
    question: status === 'Planned' && changes.length > 0 ? { action: planned, ...asking } : null,
    steps: timeline(history, run.outcome === 'Running'),
    probes,
    remarks: told.remarks.length > 0 ? told.remarks : (plan?.remarks ?? []),
    devices,
    known: howKnown(status, evidence),
    back: wayBack(result, sentence, evidence),
    figures: run.seconds === null ? '' : figuresLine(figuresFrom(history.tries, transitions), run.seconds),
  };
}

/** Who asked for a run. Step Functions does not keep which person it was. */
export function askerOf({ trigger, repair }: Asked, onAws: boolean): string {
  const what = repair === undefined ? '' : ', for a repair';
  if (trigger !== undefined) return `automation, by ${trigger}${what}`;
  return `a person${what}${onAws ? '; CloudTrail has the name: its event StartExecution of that time' : ''}`;
}

/** What a person said beside the action. */
function conditionsOf({ allowInterruption, expect, forget = [], reason, until, repair }: Asked): readonly string[] {
  return [
    ...(allowInterruption === true ? ['changes that cut live traffic are allowed'] : []),
    ...(expect === undefined ? [] : [`only if the plan has the digest ${expect}`]),
    ...forget.map((device) => `${device} is gone for good`),
    ...(reason === undefined ? [] : [`reason: ${reason}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
    ...(repair === undefined ? [] : [`repairs what ${repair} left`]),
  ];
}

/** The states in which work was done, without those that had nothing to do. */
function timeline({ events }: History, runs: boolean): readonly TimelineStep[] {
  const begun = events[0]?.at ?? 0;
  return visitsOf(events)
    .filter(({ works, output }) => works && !concernedNothing(output))
    .map(({ state, seconds, retries, path, began, outcome, error }) => ({
      state,
      seconds,
      retries,
      depth: path.split('/').length - 1,
      after: (began - begun) / 1000,
      outcome: runs && outcome === 'interrupted' ? 'running' : outcome,
      error: outcome === 'failed' ? (error ?? 'failed') : '',
    }));
}
