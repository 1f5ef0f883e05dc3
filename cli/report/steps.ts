import type { StateEvent } from '../aws/history';

/** One state that a run was in, for how long, and how it left it. */
export interface Step {
  readonly state: string;
  readonly seconds: number;
  readonly outcome: 'done' | 'failed' | 'interrupted';
}

/** The states of a run in the order in which it entered them. A state that the run was stopped in is `interrupted`. */
export function stepsOf(events: readonly StateEvent[]): readonly Step[] {
  const steps: { state: string; seconds: number; outcome: Step['outcome'] }[] = [];
  const open = new Map<string, { step: (typeof steps)[number]; since: number }>();
  const last = events.at(-1)?.at ?? 0;
  for (const { kind, state, path, at } of events) {
    if (kind === 'entered') {
      const step = { state, seconds: 0, outcome: 'interrupted' as const };
      steps.push(step);
      open.set(path, { step, since: at });
    } else if (kind !== 'retried') {
      const entered = open.get(path);
      if (!entered) continue;
      entered.step.seconds = (at - entered.since) / 1000;
      entered.step.outcome = kind === 'exited' ? 'done' : 'failed';
      open.delete(path);
    }
  }
  for (const { step, since } of open.values()) step.seconds = (last - since) / 1000;
  return steps;
}
