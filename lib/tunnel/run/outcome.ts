/**
 * The end states of a run, shared by the handlers, the state machine and the command line.
 *
 * Every name is a string literal: minified bundles lose class names.
 */

/** The version of the payloads between the state machine and its handlers. A handler refuses another one. */
export const CONTRACT = 10;

/** One way a run can end: the name of the state that ends it, and the command line's exit code. */
export interface EndState {
  readonly name: string;
  /** False: the execution itself is FAILED, with this name as its error. */
  readonly succeeds: boolean;
  readonly exitCode: 0 | 1 | 2 | 3;
}

/** Every end state. Exit code 1: the run failed and nothing is left; 2: the request is wrong; 3: something is left. */
export const END_STATES = [
  { name: 'Applied', succeeds: true, exitCode: 0 },
  { name: 'Unchanged', succeeds: true, exitCode: 0 },
  { name: 'Planned', succeeds: true, exitCode: 0 },
  { name: 'Verified', succeeds: true, exitCode: 0 },
  { name: 'TornDown', succeeds: true, exitCode: 0 },
  { name: 'Restored', succeeds: true, exitCode: 0 },
  { name: 'Skipped', succeeds: true, exitCode: 0 },
  { name: 'Paused', succeeds: true, exitCode: 0 },
  { name: 'Resumed', succeeds: true, exitCode: 0 },
  { name: 'RolledBack', succeeds: false, exitCode: 1 },
  { name: 'NotStarted', succeeds: false, exitCode: 1 },
  { name: 'NotVerified', succeeds: false, exitCode: 1 },
  { name: 'TunnelBusy', succeeds: false, exitCode: 1 },
  { name: 'InvalidRequest', succeeds: false, exitCode: 2 },
  { name: 'RollbackFailed', succeeds: false, exitCode: 3 },
] as const satisfies readonly EndState[];

export type EndStateName = (typeof END_STATES)[number]['name'];
