import { Fail, Succeed } from 'aws-cdk-lib/aws-stepfunctions';
import type { EndStateName } from '../../tunnel/outcome';
import { jsonata } from './expressions';
import { STOPS } from './memory';
import { LEFT, REMAINING, RESTORE_FAILURE, STOPPED, WHAT_FAILED } from './sentences';
import type { Workshop } from './states';

/*
 * How a run can end. A state's name, the error of a failed execution and `endState` of an output are one word.
 */

/** Step Functions takes at most 32,768 characters as a cause. */
const CAUSE_LIMIT = 30_000;

/** Where the full result is found, once it was written. */
const WHERE =
  "($recorded ? ' (result: table item ' & $request.tunnel & ($request.action = 'verify' ? ', lastLook)' : ', lastResult)') : '')";

/** What the steps answered that changed something: how many connections were cut is in it. */
const CARRIED_OUT = { outcomes: jsonata('$outcomes') };

/** The states that end a run, by name. */
export function endStates(shop: Workshop) {
  const succeed = (
    name: EndStateName,
    comment: string,
    sentence = '$plan.sentence',
    more: Record<string, string> = {},
  ) =>
    Succeed.jsonata(shop.scope, name, {
      comment,
      outputs: {
        endState: name,
        tunnel: jsonata('$request.tunnel'),
        action: jsonata('$request.action'),
        changes: jsonata('$changes'),
        verification: jsonata('$verification'),
        interrupts: jsonata('$plan.interrupts'),
        remarks: jsonata('$plan.remarks'),
        degraded: jsonata('$plan.degraded'),
        ...more,
        digest: jsonata('$plan.digest'),
        sentence: jsonata(sentence),
      },
    });
  const fail = (name: EndStateName, comment: string, sentence: string) =>
    Fail.jsonata(shop.scope, name, {
      comment,
      error: name,
      cause: jsonata(`$substring(${sentence}, 0, ${CAUSE_LIMIT})`),
    });

  return {
    Applied: succeed('Applied', 'The tunnel stands as declared, and was proven.', '$plan.sentence', {
      ...CARRIED_OUT,
      repeatedDrift: jsonata('$repeatedDrift'),
    }),
    Unchanged: succeed('Unchanged', 'The tunnel stood as declared already, and carries.'),
    Planned: succeed('Planned', 'What an apply, or a teardown, would change. Nothing was changed.', '$plan.sentence', {
      // What it would send, by stage and kind of device: `plan --commands` shows it.
      work: jsonata('$plan.work'),
    }),
    Verified: succeed('Verified', 'The tunnel stands as declared, and carries.'),
    TornDown: succeed(
      'TornDown',
      'The tunnel is gone; what it shared with others is as it was.',
      '$plan.sentence',
      CARRIED_OUT,
    ),
    Restored: succeed(
      'Restored',
      'What a run that died had left is put back.',
      `'Everything is as it was' & ${LEFT} & ${STOPPED}`,
      { automationStopped: jsonata(STOPS) },
    ),
    Skipped: succeed(
      'Skipped',
      'No person asked, and there was a reason to leave the tunnel alone.',
      "'skipped: ' & $skipped",
    ),
    Paused: succeed(
      'Paused',
      'Automation leaves the tunnel alone.',
      `'Automation leaves the tunnel alone' & ($type($request.until) = 'string' ? ' until ' & $request.until : ' until it is resumed') & ': ' & $request.reason`,
    ),
    Resumed: succeed(
      'Resumed',
      'Automation looks after the tunnel again.',
      "'Automation looks after the tunnel again'",
    ),
    InvalidRequest: fail('InvalidRequest', 'The input is no request that can be carried out.', '$failure.cause'),
    TunnelBusy: fail('TunnelBusy', 'Another run works on this tunnel.', '$failure.cause'),
    NotStarted: fail(
      'NotStarted',
      'Failed before the first change: nothing was touched.',
      `${WHAT_FAILED} & ${STOPPED} & ${WHERE}`,
    ),
    NotVerified: fail(
      'NotVerified',
      'Nothing is to be changed, yet the tunnel does not carry.',
      `$failure.cause & ($recorded ? ${STOPPED} : '') & ${WHERE}`,
    ),
    RolledBack: fail(
      'RolledBack',
      'Failed, and everything was put back.',
      `${WHAT_FAILED} & '; everything was put back' & ${LEFT} & ${STOPPED} & ${WHERE}`,
    ),
    RollbackFailed: fail(
      'RollbackFailed',
      'Failed, and something could not be put back.',
      `${WHAT_FAILED} & '; ' & ${REMAINING} & ${RESTORE_FAILURE} & ${LEFT} & ${STOPPED} & ${WHERE}`,
    ),
  };
}

export type EndStates = ReturnType<typeof endStates>;
