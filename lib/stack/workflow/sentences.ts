import { changeLines } from './expressions';
import { STOPS } from './memory';

/*
 * What is told of a run that failed, as expressions: in the cause of a failed execution, and to people.
 */

/** What failed first, in words. A repair restores another run's work: it has no failure of its own at first. */
export const WHAT_FAILED =
  "($type($failure) = 'object' ? $failure.state & ' failed: ' & $failure.cause & ' (' & $failure.error & ')' : 'A run that died had to be restored')";

/** What was left alone, in words; empty when nothing was. */
export const LEFT = "($count($left) > 0 ? '; left, since another changed it: ' & $join($left, ', ') : '')";

/** What is not as it was, in words. */
export const REMAINING =
  `($type($remaining) = 'array' ? ($count($remaining) > 0 ? 'not put back: ' & ${changeLines('$remaining')} ` +
  ": 'everything was put back, but the record of it could not be written') : 'what is left could not be determined')";

/** What went wrong with the restore itself, in words; empty when nothing did. */
export const RESTORE_FAILURE =
  "($type($restoreFailure) = 'object' ? '; ' & $restoreFailure.state & ' failed: ' & $restoreFailure.cause : '')";

/** That nothing is tried any more by itself, in words; empty while something is. */
export const STOPPED = `(${STOPS} ? '; automation is stopped for this tunnel until an apply by a person succeeds' : '')`;
