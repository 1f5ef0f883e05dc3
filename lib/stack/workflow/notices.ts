import { TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { SnsPublish } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { CONSOLES } from '../../tunnel/console';
import { NOTICE, retry } from '../retry-policies';
import { SERVICE_CALL } from '../time-outs';
import { ME, jsonata } from './expressions';
import { REPEATED, STOPS } from './memory';
import { LEFT, REMAINING, RESTORE_FAILURE, STOPPED, WHAT_FAILED } from './sentences';
import type { Workshop } from './states';

/*
 * What people are told when a run ends (ADR 0016): one sentence, the tunnel, the execution in the console, the heading of the
 * runbook. Every notice is an expression that gives { subject, message }, or null.
 */

/** Where the console shows this execution: as `statesPage` has it. */
const CONSOLE = (() => {
  const [partition, region] = [`$split(${ME}, ':')[1]`, `$split(${ME}, ':')[3]`];
  const host = Object.entries(CONSOLES)
    .filter(([name]) => name !== 'aws')
    .reduceRight(
      (otherwise, [name, there]) => `${partition} = '${name}' ? '${there}' : ${otherwise}`,
      `'${CONSOLES['aws']}'`,
    );
  return `'https://' & ${region} & '.' & (${host}) & '/states/home?region=' & ${region} & '#/v2/executions/details/' & ${ME}`;
})();

/** SNS takes at most 262,144 bytes; a person reads less. Characters. */
const LONGEST = 4000;

/** `what` is the heading of the runbook too. */
const notice = (what: string, sentence: string): string =>
  `{ 'subject': 'edge-ramp: ' & $request.tunnel & ': ${what}', ` +
  `'message': $request.tunnel & ': ${what}: ' & $substring(${sentence}, 0, ${LONGEST}) & '.\\n\\nExecution: ' & ${CONSOLE} & ` +
  `'\\nWhat to do: docs/RUNBOOK.md, "${what}"' }`;

const onlyWhen = (condition: string, then: string, otherwise = 'null'): string =>
  `(${condition} ? ${then} : ${otherwise})`;

const stopped = (sentence: string): string => notice('Automation is stopped', `${sentence} & ${STOPPED}`);

const REPAIRED = `'what a run that died had left is put back' & ${LEFT}`;
const ROLLED_BACK = `${WHAT_FAILED} & '; everything was put back' & ${LEFT}`;
const NOT_VERIFIED = '$failure.cause';
const NOT_RESTORED = `${WHAT_FAILED} & '; ' & ${REMAINING} & ${RESTORE_FAILURE} & ${LEFT}`;

/** The notices, by what a closing write records. Where automation stops with it, that is what is told. */
export const NOTICES = {
  drift: onlyWhen(
    REPEATED,
    notice(
      'Repeated drift',
      "'automation had to change something three times within a day; the last time: ' & $plan.sentence",
    ),
  ),
  planned: onlyWhen(
    '$seen.notified != $plan.digest',
    notice('Planned', "'changes that would cut live traffic wait for a person: ' & $join($plan.interrupts, '; ')"),
  ),
  restored: onlyWhen(
    STOPS,
    onlyWhen('$request.repair != null', stopped(REPAIRED), stopped(ROLLED_BACK)),
    onlyWhen('$request.repair != null', 'null', notice('RolledBack', ROLLED_BACK)),
  ),
  notVerified: onlyWhen(STOPS, stopped(NOT_VERIFIED), notice('NotVerified', NOT_VERIFIED)),
  notStarted: onlyWhen(STOPS, stopped(WHAT_FAILED)),
  stopped: onlyWhen(STOPS, stopped(REPAIRED)),
  notRestored: notice('RollbackFailed', `${NOT_RESTORED} & ${STOPPED}`),
} as const;

/** Tells people. That nobody can be told fails no run: its end stands in the table and the execution. */
export function tellPeople(shop: Workshop): SnsPublish {
  return retry(
    SnsPublish.jsonata(shop.scope, 'Tell people', {
      comment: 'Publishes one sentence to the topic, with where to look and what to do.',
      topic: shop.notices,
      subject: jsonata('$notice.subject'),
      message: TaskInput.fromText(jsonata('$notice.message')),
      assign: { notice: null },
      outputs: {},
      taskTimeout: Timeout.duration(SERVICE_CALL),
    }),
    NOTICE,
  );
}
