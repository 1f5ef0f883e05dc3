import { TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { SnsPublish } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { retry } from '../retry-policies';
import { SERVICE_CALL } from '../time-outs';
import { jsonata } from './expressions';
import type { Parts } from './parts';
import type { States } from './states';

/** SNS takes at most 262,144 bytes; a person reads less. Characters. */
const LONGEST = 4000;

/** What stands in `noticeHeading` once people are told. */
const TOLD = { noticeHeading: null };

/**
 * Adds the state that publishes the notice of the run's end (ADR 0016): one sentence, the tunnel, the execution in the console, the heading of the
 * runbook. A notice that cannot be published fails no run: the table and the execution have its end.
 */
export function tellPeople(run: States, { scope, notices }: Parts, next: string): void {
  run.work(
    retry(
      SnsPublish.jsonata(scope, 'Tell people', {
        comment: 'Publishes one sentence to the topic, with where to look and what to do.',
        topic: notices,
        subject: jsonata("'edge-ramp: ' & $request.tunnel & ': ' & $noticeHeading"),
        message: TaskInput.fromText(
          jsonata(
            `$request.tunnel & ': ' & $noticeHeading & ': ' & $substring($noticeText, 0, ${LONGEST}) & '.\\n\\nExecution: ' & $page & ` +
              `'\\nWhat to do: docs/RUNBOOK.md, "' & $noticeHeading & '"'`,
          ),
        ),
        assign: TOLD,
        outputs: {},
        taskTimeout: Timeout.duration(SERVICE_CALL),
      }),
      'NOTICE',
    ),
    next,
    [{ goTo: next, assign: TOLD }],
  );
}
