import { TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService, SnsPublish } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { retry } from '../retry-policies';
import { SERVICE_CALL } from '../time-outs';
import { jsonata } from './expressions';

/** With the waits in between: ten minutes. Then the run continues, and reports what it cannot reach. */
const LOOKS = 40;

/** Asks Systems Manager whether it reaches the instance that the run awaits. */
export function isConnected(scope: Construct, name: string): CallAwsService {
  return retry(
    CallAwsService.jsonata(scope, name, {
      comment: 'Asks Systems Manager whether it reaches the instance that has just started.',
      service: 'ssm',
      action: 'describeInstanceInformation',
      parameters: { Filters: [{ Key: 'InstanceIds', Values: [jsonata('$request.awaits')] }] },
      iamAction: 'ssm:DescribeInstanceInformation',
      // IAM knows no resource for it.
      iamResources: ['*'],
      assign: {
        looks: jsonata('$looks + 1'),
        connected: jsonata(`$states.result.InstanceInformationList[0].PingStatus = 'Online' or $looks >= ${LOOKS - 1}`),
      },
      outputs: {},
      taskTimeout: Timeout.duration(SERVICE_CALL),
    }),
    'CONNECTION_LOOKUP',
  );
}

/** SNS takes at most 262,144 bytes; a person reads less. Characters. */
const LONGEST = 4000;

/**
 * Publishes the notice of the run's end (ADR 0016): one sentence, the tunnel, the execution in the console, the heading of the runbook. A notice that
 * cannot be published fails no run: the table and the execution have its end.
 */
export function publishNotice(scope: Construct, name: string, topic: ITopic): SnsPublish {
  return retry(
    SnsPublish.jsonata(scope, name, {
      comment: 'Publishes one sentence to the topic, with where to look and what to do.',
      topic,
      subject: jsonata("'edge-ramp: ' & $request.tunnel & ': ' & $noticeHeading"),
      message: TaskInput.fromText(
        jsonata(
          `$request.tunnel & ': ' & $noticeHeading & ': ' & $substring($noticeText, 0, ${LONGEST}) & '.\\n\\nExecution: ' & $page & ` +
            `'\\nWhat to do: docs/RUNBOOK.md, "' & $noticeHeading & '"'`,
        ),
      ),
      assign: { noticeHeading: null },
      outputs: {},
      taskTimeout: Timeout.duration(SERVICE_CALL),
    }),
    'NOTICE',
  );
}
