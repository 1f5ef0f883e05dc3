/**
 * The metrics, shared by the functions that publish them, the alarms and the dashboard.
 *
 * A metric costs money for each set of dimensions. So each has as few as its use needs: an alarm's metric counts for the whole deployment, and
 * only a metric that people read by tunnel has the tunnel.
 */

/**
 * The publishers: the dimension `service` of every metric, and the field `service` of every log line. `runs` is the function that measures ended
 * runs, `steps` are the handlers of a run's steps, `watch` looks at tunnels between runs, `react` answers events.
 */
export type Service = 'runs' | 'steps' | 'watch' | 'react';

/** The metrics, with their unit as CloudWatch calls it, and their dimensions beside `service`. */
export const METRICS = {
  /** Runs that ended, by their outcome. */
  Runs: { unit: 'Count', by: ['outcome'] },
  /** Automatic runs with repeated drift. */
  RepeatedDrift: { unit: 'Count', by: [] },
  /** Runs with which automation stopped for a tunnel. */
  AutomationStopped: { unit: 'Count', by: [] },
  /** Looks of the watch that failed. */
  CouldNotLook: { unit: 'Count', by: [] },
  /** From a run's beginning to its end. Its sample count is the tunnel's number of runs. */
  Duration: { unit: 'Seconds', by: ['tunnel'] },
  /** Changes of an automatic run: what had drifted. */
  Drift: { unit: 'Count', by: ['tunnel'] },
  /** From the event to the end of the automatic run that repaired the tunnel. */
  TimeToHeal: { unit: 'Seconds', by: ['tunnel'] },
  /** One trip. Its sample count is the number of trips. */
  TripDuration: { unit: 'Milliseconds', by: ['tunnel'] },
} as const satisfies Record<string, { readonly unit: string; readonly by: readonly ('tunnel' | 'outcome')[] }>;

export type MetricName = keyof typeof METRICS;

/** How an execution can end outside the end states: stopped, timed out, or failed with an error that is not edge-ramp's. */
export type UnfinishedRun = 'Aborted' | 'TimedOut' | 'Died';
