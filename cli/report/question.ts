import type { Result } from '../result';
import type { Action } from '../where';
import { printableLines } from '../terminal';
import { changed } from './summary';

/** Whether a planned change cuts live traffic. */
export function cutsTraffic(action: Action, { interrupts, changes }: Pick<Result, 'interrupts' | 'changes'>): boolean {
  return action === 'teardown' ? changes.some(({ stage }) => stage === 'detach') : interrupts.length > 0;
}

/** What is asked before a change on AWS: it says what traffic that cuts. */
export function question(tunnel: string, action: Action, result: Result): string {
  const made = action === 'teardown' ? `Take ${tunnel} away?` : `Change ${tunnel}?`;
  const said =
    action === 'teardown' ? TEARDOWN : { cuts: result.interrupts.join('; '), none: 'No live traffic is cut.' };
  const cuts = cutsTraffic(action, result) ? `THIS CUTS LIVE TRAFFIC: ${said.cuts}.` : said.none;
  const missing = result.degraded.join(' and ');
  const without = missing === '' ? '' : ` ${missing} cannot be reached and is left out.`;
  return printableLines(`${made} ${changed(result)}. ${cuts}${without}`);
}

const TEARDOWN = {
  cuts: 'virtual servers leave the tunnel first, and connections that have not ended after the drain are cut',
  none: 'No virtual server is touched.',
};

/** A plan that cuts live traffic where nobody allowed that: it ends as the run would. */
export function wouldInterrupt(planned: Result): Result {
  const { interrupts, changes } = planned;
  const cause = `${interrupts.length} of ${changes.length} changes would cut live traffic (${interrupts[0]})`;
  return { ...planned, status: 'NotStarted', exitCode: 1, failure: { state: 'Plan', error: 'WouldInterrupt', cause } };
}
