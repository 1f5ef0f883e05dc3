import type { StateEvent } from '../aws/history';

/** One state that a run was in, for how long, and how it left it. */
export interface Step {
  readonly state: string;
  readonly seconds: number;
  readonly outcome: 'done' | 'failed' | 'interrupted';
}

/** The same with its place in the run. */
export interface Visit extends Step {
  /** The state within its Parallel state. */
  readonly path: string;
  /** Work was done in it, or waited for: it was no decision, and no end. */
  readonly works: boolean;
  /** Milliseconds since the epoch. */
  readonly began: number;
  /** How often it was tried again. */
  readonly retries: number;
  readonly error: string | undefined;
  /** What it gave out; undefined: it did not end well. */
  readonly output: unknown;
}

/** The states of a run in the order in which it entered them. */
export function stepsOf(events: readonly StateEvent[]): readonly Step[] {
  return visitsOf(events).map(({ state, seconds, outcome }) => ({ state, seconds, outcome }));
}

/** The same with what else is known of each. A state that the run was stopped in, or is still in, is `interrupted`. */
export function visitsOf(events: readonly StateEvent[]): readonly Visit[] {
  const visits: { -readonly [Field in keyof Visit]: Visit[Field] }[] = [];
  const open = new Map<string, (typeof visits)[number]>();
  const last = events.at(-1)?.at ?? 0;
  for (const { kind, state, path, works, at, error, output } of events) {
    const entered = open.get(path);
    if (kind === 'entered') {
      const seconds = (last - at) / 1000;
      const visit = {
        state,
        path,
        works,
        began: at,
        seconds,
        outcome: 'interrupted' as const,
        retries: 0,
        error,
        output,
      };
      visits.push(visit);
      open.set(path, visit);
    } else if (!entered) continue;
    else if (kind === 'retried') entered.retries++;
    else {
      entered.seconds = (at - entered.began) / 1000;
      entered.outcome = kind === 'exited' ? 'done' : 'failed';
      Object.assign(entered, { error, output });
      open.delete(path);
    }
  }
  return visits;
}
