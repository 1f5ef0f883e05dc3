import type { Change } from '../../lib/tunnel/plan/plan';
import type { Input } from '../execution';
import type { DeviceCommands } from '../local/commands-of-plan';
import type { Result } from '../result';
import type { Figures } from './figures';
import type { StateEvent } from '../aws/history';

/** What a run gives to programs: the one document that --json prints. Of what is optional, nothing stands there where there is nothing to say. */
export interface Document
  extends
    Figures,
    Pick<Input, 'tunnel' | 'action' | 'teardown'>,
    Pick<Result, 'changes' | 'verification'>,
    Partial<Pick<Result, 'degraded' | 'drained'>> {
  /** The end state; or `Interrupted`, `Failed`, or `GoesOn`: on AWS, and nobody here waits for its end. */
  readonly status: string;
  readonly steps: readonly Step[];
  /** A plan's digest, for --expect. */
  readonly digest?: string;
  /** With --commands. */
  readonly commands?: readonly DeviceCommands[];
  /** What a restore could not put back, as changes still to be made. */
  readonly remaining?: readonly Change[];
  /** One sentence; absent: success. */
  readonly error?: string;
}

const NOTHING: Figures = { ssmRoundTrips: 0, criticalPathTrips: 0, stateTransitions: 0, deviceWrites: 0 };

/** What became of a run that was not started, or whose end is not known: it goes on without this process. */
export type Unfinished = 'InvalidRequest' | 'NotStarted' | 'GoesOn';

/** The document of a run that did not come to start, or of one that goes on: nothing of it is known yet. */
export function notRun({ tunnel, action }: Input, status: Unfinished, error: string): Document {
  return { tunnel, action, status, changes: [], steps: [], ...NOTHING, verification: [], error };
}

/** What a command gives to programs; a person may look at it on a terminal, so what is not to be seen is escaped. */
export function json(document: object): string {
  const escape = (character: string): string =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  return `${JSON.stringify(document, undefined, 2).replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, escape)}\n`;
}

/** One state that a run was in, for how long, and how it left it. */
export interface Step {
  readonly state: string;
  readonly seconds: number;
  readonly outcome: 'done' | 'failed' | 'interrupted';
}

/** The states of a run in the order in which it entered them. A state that the run was stopped in is `interrupted`. */
export function stepsOf(events: readonly StateEvent[]): readonly Step[] {
  const steps: { state: string; seconds: number; outcome: Step['outcome'] }[] = [];
  const open = new Map<string, { readonly step: (typeof steps)[number]; readonly since: number }>();
  for (const { kind, state, path, at } of events) {
    const entered = open.get(path);
    if (kind === 'entered') {
      const step = { state, seconds: 0, outcome: 'interrupted' as const };
      steps.push(step);
      open.set(path, { step, since: at });
    } else if (kind !== 'retried' && entered) {
      entered.step.seconds = (at - entered.since) / 1000;
      entered.step.outcome = kind === 'exited' ? 'done' : 'failed';
      open.delete(path);
    }
  }
  const last = events.at(-1)?.at ?? 0;
  for (const { step, since } of open.values()) step.seconds = (last - since) / 1000;
  return steps;
}
