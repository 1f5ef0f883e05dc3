import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, QueryLanguage, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { namesOf } from './names';
import type { StepHandlers } from './step-handlers';
import { MACHINE } from './time-outs';
import { definition } from './workflow/definition';
import type { Parts } from './workflow/parts';

export type EdgeRampMachineProps = Omit<Parts, 'scope'>;

/** The state machine that an operator starts. */
export class EdgeRampMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: EdgeRampMachineProps) {
    super(scope, id);
    // Fixed, since a handler may describe the machine's executions: a right that names a generated name would need the machine to exist before its own handlers.
    const name = namesOf(this).prefix;
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: name,
      comment: 'edge-ramp: builds, proves, repairs and removes the tunnel between a BIG-IP and the Pods of a cluster',
      definitionBody: DefinitionBody.fromChainable(definition({ scope: this, ...props })),
      queryLanguage: QueryLanguage.JSONATA,
      timeout: MACHINE,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Logs', {
          // AWS's advice: names that begin like this do not lengthen the account's resource policy for logs.
          logGroupName: `/aws/vendedlogs/states/${name}`,
          retention: RetentionDays.ONE_MONTH,
          // A group of a fixed name that outlived the stack would keep the stack from being deployed again.
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        includeExecutionData: true,
      },
    });
    this.acknowledgeRights(props.handlers);
  }

  private acknowledgeRights(handlers: StepHandlers): void {
    const stack = Stack.of(this);
    for (const handler of handlers.all()) {
      const logicalId = stack.getLogicalId(handler.function.node.defaultChild as never);
      acknowledge(
        this.machine,
        `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>:*]`,
        'CDK grants every version of a handler with the handler: the machine calls the unversioned one',
      );
    }
    acknowledge(
      this.machine,
      'AwsSolutions-IAM5[Resource::*]',
      'the delivery of logs (logs:*LogDelivery and their like), X-Ray and DescribeInstanceInformation know no resources',
    );
  }
}
