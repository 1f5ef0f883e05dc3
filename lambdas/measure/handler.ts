import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { environment } from '../environment';
import { memoryOf } from '../runs/memory';
import { loggerOf } from '../telemetry/logger';
import { publish } from '../telemetry/publish';
import { endedRun, stoppedAutomation } from './ended-run';
import { measurementsOf } from './measurements';

/** EventBridge's "Step Functions Execution Status Change": the part that is used. */
export interface StatusChange {
  readonly detail: { readonly executionArn: string };
}

const executions = new SFNClient({});
const table = new DynamoDBClient({});
const logger = loggerOf('runs');

/**
 * Measures an ended run. The event lacks long inputs and outputs, so this asks Step Functions for the execution. The tunnel's item says whether
 * automation stopped with it.
 * @throws any error of Step Functions or DynamoDB: Lambda then repeats the event
 */
export async function handler({ detail }: StatusChange): Promise<void> {
  const run = endedRun(await executions.send(new DescribeExecutionCommand({ executionArn: detail.executionArn })));
  const { execution, tunnel, action, trigger, outcome, changes, began, ended } = run;
  logger.info('run', { execution, tunnel, action, trigger, outcome, changes, milliseconds: ended - began });
  const counts = run.counts && tunnel !== undefined;
  const stopped = counts && stoppedAutomation(run, await memoryOf(table, environment('TABLE'), tunnel, true));
  publish('runs', measurementsOf(run, stopped));
}
