import type { DescribeExecutionCommandOutput, ExecutionListItem } from '@aws-sdk/client-sfn';
import type { Aws } from './aws';
import type { Deployment } from './deployment';

/** An execution as Step Functions describes it. */
export type Described = DescribeExecutionCommandOutput;

/** @returns undefined when Step Functions does not know it (any more: it forgets after 90 days) */
export async function describe(aws: Aws, arn: string): Promise<Described | undefined> {
  try {
    const answer = aws.sfn.describeExecution({ executionArn: arn });
    return await aws.ask('states:DescribeExecution', answer, ['ExecutionDoesNotExist']);
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
  const pages = aws.sfn.paginateListExecutions({ stateMachineArn: stateMachine }, { pageSize: 100 });
  for (;;) {
    const next = await aws.ask('states:ListExecutions', pages.next());
    if (next.done === true) return;
    yield next.value.executions ?? [];
  }
}
