import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { namesOf } from './names';
import type { StepHandler } from './step-handler';

/** Lets a function read every declaration, and no other parameter. */
export function allowReadingDeclarations(handler: StepHandler): void {
  const path = `parameter${namesOf(handler).tunnels.replace(/\/$/, '')}`;
  const parameters = [path, `${path}/*`].map((resource) =>
    Stack.of(handler).formatArn({ service: 'ssm', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME }),
  );
  handler.allow({ actions: ['ssm:GetParametersByPath'], resources: parameters });
  handler.acknowledge(
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:${path}/*]`,
    'which tunnels are declared changes with tunnels/; under this prefix stand only declarations',
  );
}

/** Lets a function start runs, and look at how they are. */
export function allowStartingRuns(handler: StepHandler, machine: StateMachine): void {
  handler.allow({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] });
  allowDescribingRuns(handler);
}

/** Lets a function look at how runs are. */
export function allowDescribingRuns(handler: StepHandler): void {
  const executions = `execution:${namesOf(handler).prefix}:*`;
  handler.allow({
    actions: ['states:DescribeExecution'],
    resources: [
      Stack.of(handler).formatArn({
        service: 'states',
        resource: executions,
        arnFormat: ArnFormat.NO_RESOURCE_NAME,
      }),
    ],
  });
  handler.acknowledge(
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:${executions}]`,
    'any execution of this machine, and of no other: which run it is about is known only when it has ended',
  );
}
