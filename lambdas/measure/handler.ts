import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { loggerOf } from '../telemetry/logger';
import { publish } from '../telemetry/publish';
import { endedRun } from './ended-run';
import { measurementsOf } from './measurements';

/** What is used of EventBridge's "Step Functions Execution Status Change". */
export interface StatusChange {
  readonly detail: { readonly executionArn: string };
}

const executions = new SFNClient({});
const logger = loggerOf('runs');

/**
 * Measures a run that has ended. The event leaves out long inputs and outputs, so the execution is asked.
 * @throws whatever Step Functions answers instead: the event is then delivered again
 */
export async function handler({ detail }: StatusChange): Promise<void> {
  const run = endedRun(await executions.send(new DescribeExecutionCommand({ executionArn: detail.executionArn })));
  const { execution, tunnel, action, trigger, outcome, changes, began, ended } = run;
  logger.info('run', { execution, tunnel, action, trigger, outcome, changes, milliseconds: ended - began });
  publish('runs', measurementsOf(run));
}
