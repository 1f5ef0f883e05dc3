import type { Result } from '../result';
import type { Action } from '../where';
import { printableLines } from '../terminal';
import { changed } from './summary';

/** What is asked before a change on AWS: it says what traffic that cuts. */
export function question(tunnel: string, action: Action, result: Result): string {
  const made = action === 'teardown' ? `Take ${tunnel} away?` : `Change ${tunnel}?`;
  const cuts = action === 'teardown' ? teardownCuts(result) : applyCuts(result);
  const missing = result.degraded.join(' and ');
  const without = missing === '' ? '' : ` ${missing} cannot be reached and is left out.`;
  return printableLines(`${made} ${changed(result)}. ${cuts}${without}`);
}

function applyCuts({ interrupts }: Result): string {
  if (interrupts.length === 0) return 'No live traffic is cut.';
  return `THIS CUTS LIVE TRAFFIC: ${interrupts.join('; ')}.`;
}

function teardownCuts({ changes }: Result): string {
  if (!changes.some(({ stage }) => stage === 'detach')) return 'No virtual server is touched.';
  return 'THIS CUTS LIVE TRAFFIC: virtual servers leave the tunnel first, and connections that have not ended after the drain are cut.';
}

/** A plan that cuts live traffic where nobody allowed that: it ends as the run would. */
export function wouldInterrupt(planned: Result): Result {
  const { interrupts, changes } = planned;
  const cause = `${interrupts.length} of ${changes.length} changes would cut live traffic (${interrupts[0]})`;
  return { ...planned, status: 'NotStarted', exitCode: 1, failure: { state: 'Plan', error: 'WouldInterrupt', cause } };
}
