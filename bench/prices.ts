/** List prices of us-east-1 in dollars, as AWS publishes them, not held against a bill; free allowances left out. */
const STATE_TRANSITION = 25 / 1e6;
const FUNCTION_GB_SECOND = 13.3334 / 1e6;
const FUNCTION_REQUEST = 0.2 / 1e6;
const TABLE_READ = 0.125 / 1e6;
const LOG_GB = 0.5;

/** Every 5 minutes, in a month of 30 days. */
const TICKS = 8640;

/** What a tick of the watch takes for one tunnel without a second ramp node: measured, as docs/adr/0017-the-watch.md tells. */
const TICK = { seconds: 4.1, gigabytes: 0.125, reads: 1, logged: 0.65e-6 } as const;

/** What AWS bills for the state transitions of a run. Its functions, 256 MB for some seconds, cost less than a tenth of that. */
export const dollarsOfRun = (transitions: number): number => transitions * STATE_TRANSITION;

/** What the watch costs for one tunnel in a month without drift. */
export const DOLLARS_OF_WATCH =
  TICKS *
  (TICK.seconds * TICK.gigabytes * FUNCTION_GB_SECOND +
    FUNCTION_REQUEST +
    TICK.reads * TABLE_READ +
    TICK.logged * LOG_GB);
