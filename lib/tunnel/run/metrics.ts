/**
 * The names of what is measured, shared by the functions that publish, and the alarms and the dashboard that show.
 *
 * A metric costs money for each set of dimensions under which it is published. So each has as few as its use needs: what
 * an alarm watches is counted for the whole deployment, and only what somebody looks at by tunnel has a tunnel.
 */

/** Who publishes: the dimension `service` of every metric, and the field `service` of every log line. */
export const SERVICES = {
  /** Whoever looks at runs that have ended. */
  runs: 'runs',
  /** The handlers of a run's steps. */
  steps: 'steps',
  /** The function that looks at tunnels between runs. */
  watch: 'watch',
  /** The function that answers events. */
  react: 'react',
} as const;

/** The metrics, with their unit as CloudWatch calls it, and their dimensions beside `service`. */
export const METRICS = {
  /** Runs that ended, by their outcome. */
  Runs: { unit: 'Count', by: ['outcome'] },
  /** Automatic runs that had to change a tunnel again and again. */
  RepeatedDrift: { unit: 'Count', by: [] },
  /** Runs with which automation gave up a tunnel. */
  AutomationStopped: { unit: 'Count', by: [] },
  /** Looks of the watch that saw nothing. Published by the watch. */
  CouldNotLook: { unit: 'Count', by: [] },
  /** From beginning to end of a run; how many there are is how many runs a tunnel had. */
  Duration: { unit: 'Seconds', by: ['tunnel'] },
  /** Changes that an automatic run had to make: what had drifted. */
  Drift: { unit: 'Count', by: ['tunnel'] },
  /** From the event to the end of the automatic run that mended the tunnel. */
  TimeToHeal: { unit: 'Seconds', by: ['tunnel'] },
  /** One command's way to a device and back; how many there are is how many trips were made. */
  TripDuration: { unit: 'Milliseconds', by: ['tunnel'] },
} as const satisfies Record<string, { readonly unit: string; readonly by: readonly ('tunnel' | 'outcome')[] }>;

export type MetricName = keyof typeof METRICS;

/** How an execution can end without one of edge-ramp's own ends: stopped, timed out, or broken by an error that is not ours. */
export const UNFINISHED = { Aborted: 'Aborted', TimedOut: 'TimedOut', Died: 'Died' } as const;
