import { waysOut, type Run } from '../../report/summary';
import type { Result } from '../../result';
import type { Evidence } from './evidence';

/** How to go back to what was before a run, a sentence each. */
export function wayBack({ status, changes }: Result, run: Run, { applied, declared }: Evidence): readonly string[] {
  const { tunnel, action, again } = run;
  if (status === 'Running') return [];
  if (status === 'Applied' && applied === null)
    return [
      `A teardown removes what this run made, and gives back to shared objects the values that they had before any tunnel. To see it first: ${again('plan', '--teardown')}`,
      `Then, with the digest of that plan: ${again('teardown', '--expect DIGEST')}`,
    ];
  if (status === 'Applied' && JSON.stringify(applied) !== JSON.stringify(declared))
    return [
      `This run carried out another declaration than the one before. Declare ${tunnel} as it was, deploy that, and apply it: ${again('plan')}`,
      'The values of before stand in the table of states.',
    ];
  if (status === 'Applied')
    return [
      'The declaration did not change: this run put back what somebody else had changed. The values that it found stand in the table of states.',
    ];
  if (status === 'TornDown' && changes.length > 0) return [`An apply builds ${tunnel} again: ${again('apply')}`];
  if (status === 'RolledBack') return ['This run has already gone back: nothing is left to take back.'];
  if (status === 'Restored') return ['This run put back what another had begun.'];
  if (status === 'RollbackFailed' || status === 'Interrupted' || status === 'Failed')
    return [
      `How everything was before stands in the table, in the item ${tunnel}. When the cause is removed, ${waysOut(run, action === 'teardown' ? action : 'apply')}`,
    ];
  return ['This run changed nothing on a device.'];
}
