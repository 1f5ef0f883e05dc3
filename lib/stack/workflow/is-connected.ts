import { Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
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
