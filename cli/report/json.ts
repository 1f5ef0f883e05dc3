import type { Input } from '../execution';
import type { Figures } from './figures';
import type { StateEvent } from '../aws/history';
import type { JsonDocument, RunDocument } from './documents';

const NOTHING: Figures = { ssmRoundTrips: 0, criticalPathTrips: 0, stateTransitions: 0, deviceWrites: 0 };

/** What became of a run that was not started, or whose end is not known: it goes on without this process. */
export type Unfinished = 'InvalidRequest' | 'NotStarted' | 'GoesOn';

/** The document of a run that did not come to start, or of one that goes on: nothing of it is known yet. */
export function notRun({ tunnel, action }: Input, status: Unfinished, error: string): RunDocument {
  return { tunnel, action, status, changes: [], steps: [], ...NOTHING, verification: [], error };
}

/** What a command gives to programs; a person may look at it on a terminal, so what is not to be seen is escaped. */
export function json(document: JsonDocument): string {
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
