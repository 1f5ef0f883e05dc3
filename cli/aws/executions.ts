import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  type DescribeExecutionCommandOutput,
  type ExecutionListItem,
} from '@aws-sdk/client-sfn';
import type { Aws } from './aws';
import type { Deployment } from './deployment';

/** An execution as Step Functions describes it. */
export type Described = DescribeExecutionCommandOutput;

/** @returns undefined when Step Functions does not know it (any more: it forgets after 90 days) */
export async function describe(aws: Aws, arn: string): Promise<Described | undefined> {
  try {
    const command = new DescribeExecutionCommand({ executionArn: arn });
    return await aws.ask('states:DescribeExecution', aws.client(SFNClient).send(command), ['ExecutionDoesNotExist']);
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

/** The executions of a deployment, newest first, a page at a time, for as long as somebody wants more. */
export async function* executions(
  aws: Aws,
  { stateMachine }: Deployment,
): AsyncGenerator<readonly ExecutionListItem[]> {
  let next: string | undefined;
  do {
    const command = new ListExecutionsCommand({ stateMachineArn: stateMachine, maxResults: 100, nextToken: next });
    const page = await aws.ask('states:ListExecutions', aws.client(SFNClient).send(command));
    yield page.executions ?? [];
    next = page.nextToken;
  } while (next !== undefined);
}
