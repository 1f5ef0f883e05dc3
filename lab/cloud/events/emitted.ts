import type { ExecutionRecord } from '../executions';
import { ACCOUNT, REGION } from '../template';
import type { Entry } from './bus';

/** What Step Functions tells of an execution that begins or has ended. */
export function executionEvent(record: ExecutionRecord): Entry {
  const { ExecutionArn, StateMachineArn, Name, Status, StartDate, StopDate, Input, Output, Error, Cause } = record;
  const included = { included: true };
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [ExecutionArn],
    detail: {
      executionArn: ExecutionArn,
      stateMachineArn: StateMachineArn,
      name: Name,
      status: Status,
      startDate: Date.parse(StartDate),
      stopDate: StopDate === undefined ? null : Date.parse(StopDate),
      input: Input,
      inputDetails: included,
      output: Output ?? null,
      outputDetails: Output === undefined ? null : included,
      error: Error ?? null,
      cause: Cause ?? null,
    },
  };
}

/** What EC2 tells of an instance. */
export const instanceEvent = (instance: string, state: 'running' | 'stopped'): Entry => ({
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  resources: [`arn:aws:ec2:${REGION}:${ACCOUNT}:instance/${instance}`],
  detail: { 'instance-id': instance, state },
});
