import { Fail, Succeed } from 'aws-cdk-lib/aws-stepfunctions';
import type { EndStateName } from '../../tunnel/run/outcome';
import { CLOSING, FAILED, LOOK, IF_NOT_WRITTEN, inTheTable } from './closing';
import { jsonata } from './expressions';
import type { Parts } from './parts';
import { toFailure } from './stages';
import type { States } from './states';
import { tellPeople } from './tell-people';
import { type TableWrites, textValue, type Write } from './table-writes';

/*
 * How a run can end. A state's name, the error of a failed execution and `endState` of an output are one word.
 */

const END = 'How does the run end?';

/** Adds the writes that end a run, the notice, and the ends. */
export function end(run: States, parts: Parts, table: TableWrites): void {
  close(run, table);
  tellPeople(run, parts, END);
  ends(run);
}

/** The writes that end a run, and what follows when the table refuses one. */
function close(run: States, table: TableWrites): void {
  // A run that cannot write its good end is no good end: everything is put back.
  const good = (name: string, write: Write, next: string): void =>
    run.work(table.closing(name, write), next, toFailure('forward', name));
  good('Record applied', CLOSING.applied, END);
  good('Record unchanged', CLOSING.unchanged, 'Unchanged');
  good('Record torn down', CLOSING.tornDown, 'TornDown');
  good('Record planned', CLOSING.planned, END);
  good('Record nothing to restore', CLOSING.nothingToRestore, END);

  // After these the run can only end. Without the write only the execution has the result.
  const bad = (name: string, write: Write, unwritten: Record<string, unknown>): void =>
    run.work(table.closing(name, write), END, [{ goTo: END, assign: unwritten }]);
  bad('Record not verified', CLOSING.notVerified, IF_NOT_WRITTEN.notVerified);
  bad('Record not started', CLOSING.notStarted, IF_NOT_WRITTEN.notStarted);
  bad('Record restored', CLOSING.restored, IF_NOT_WRITTEN.notRestored);
  bad('Record not restored', CLOSING.notRestored, IF_NOT_WRITTEN.notRestored);

  // A look that cannot be written is still the run's output.
  run.work(
    table.looking('Record look', {
      comment: 'Writes down what was seen, and by whom, unless a run has begun since. No record of a run is touched.',
      set: { lastLook: textValue(LOOK) },
      assign: { where: inTheTable('lastLook') },
    }),
    END,
    [{ goTo: END }],
  );

  run.decide(
    END,
    'As the result says. Keepers are told of a pause first, and people of an end that calls for a notice.',
    [
      { when: '$kept', goTo: 'Tell keepers' },
      { when: '$noticeHeading != null', goTo: 'Tell people' },
      ...[
        'Applied',
        'Planned',
        'Verified',
        'Restored',
        'NotVerified',
        'NotStarted',
        'RolledBack',
        'Paused',
        'Resumed',
      ].map((name) => ({
        when: `$ending = '${name}'`,
        goTo: name,
      })),
    ],
    'RollbackFailed',
  );
}

/** Step Functions takes at most 32,768 characters as a cause. */
const CAUSE_LIMIT = 30_000;

function ends(run: States): void {
  const succeed = (
    name: EndStateName,
    comment: string,
    sentence = '$report.sentence',
    more: Record<string, string> = {},
  ): void =>
    run.end(
      Succeed.jsonata(run.scope, name, {
        comment,
        outputs: {
          endState: name,
          tunnel: jsonata('$request.tunnel'),
          action: jsonata('$request.action'),
          changes: jsonata('$report.changes'),
          verification: jsonata('$report.verification'),
          interrupts: jsonata('$plan.interrupts'),
          remarks: jsonata('$plan.remarks'),
          degraded: jsonata('$plan.degraded'),
          ...more,
          digest: jsonata('$plan.digest'),
          sentence: jsonata(sentence),
        },
      }),
    );
  const fail = (name: EndStateName, comment: string, sentence: string): void =>
    run.end(
      Fail.jsonata(run.scope, name, {
        comment,
        error: name,
        cause: jsonata(`$substring(${sentence} & $where, 0, ${CAUSE_LIMIT})`),
      }),
    );
  // A keeper that could not be told does not undo what the table says.
  const untold = jsonata(
    "$failure = null ? $untold : ['the keepers of its ramp nodes could not be told, and may go on as before: ' & $failure.cause]",
  );
  // What the steps answered that changed something: how many connections were cut is in it.
  const outcomes = jsonata('$outcomes');

  succeed('Applied', 'The tunnel stands as declared, and was proven.', undefined, {
    outcomes,
    repeatedDrift: jsonata('$bookkeeping.repeatedDrift'),
  });
  succeed('Unchanged', 'The tunnel stood as declared already, and carries.');
  succeed('Planned', 'What an apply, or a teardown, would change. Nothing was changed.', undefined, {
    // What it would send, by stage and kind of device: `plan --commands` shows it.
    work: jsonata('$plan.work'),
  });
  succeed('Verified', 'The tunnel stands as declared, and carries.');
  succeed('TornDown', 'The tunnel is gone; what it shared with others is as it was.', undefined, { outcomes });
  succeed(
    'Restored',
    'What a run that died had left is put back.',
    "'Everything is as it was' & $plan.words.left & $bookkeeping.stopped",
    { automationStopped: jsonata('$bookkeeping.stops') },
  );
  succeed('Skipped', 'No person asked, and there was a reason to leave the tunnel alone.', "'skipped: ' & $heldBack");
  succeed(
    'Paused',
    'Automation leaves the tunnel alone.',
    "'Automation leaves the tunnel alone until ' & ($request.until = null ? 'it is resumed' : $request.until) & ': ' & $request.reason",
    { remarks: untold },
  );
  succeed('Resumed', 'Automation looks after the tunnel again.', "'Automation looks after the tunnel again'", {
    remarks: untold,
  });

  fail('InvalidRequest', 'The input is no request that can be carried out.', '$failure.cause');
  fail('TunnelBusy', 'Another run works on this tunnel, or on its pair of BIG-IPs.', '$busy');
  fail(
    'NotStarted',
    'Failed before the first change: nothing was touched.',
    `($noticeText = null ? ${FAILED} : $noticeText)`,
  );
  fail(
    'NotVerified',
    'The tunnel does not stand as declared, or does not carry.',
    '($noticeText = null ? $failure.cause : $noticeText)',
  );
  fail('RolledBack', 'Failed, and everything was put back.', '$noticeText');
  fail('RollbackFailed', 'Failed, and something could not be put back.', '$noticeText');
}
