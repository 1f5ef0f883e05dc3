import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { MACHINE_NAME } from '../state-machine';
import { StepHandler } from '../step-handler';
import { THINKING_HANDLER } from '../time-outs';

export interface MeasuringProps {
  readonly machine: StateMachine;
  /** Where an event goes that could not be dealt with. */
  readonly deadLetters: IQueue;
}

/** Every way in which an execution ends. */
const ENDED = ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'];

/** After that a run's end is old news: not worth a delivery, but worth a dead letter. */
const OLDEST = Duration.hours(2);
const RETRIES = 2;

/** Measures every run when it has ended: a rule, and the function behind it. */
export class Measuring extends Construct {
  readonly handler: StepHandler;

  constructor(scope: Construct, id: string, { machine, deadLetters }: MeasuringProps) {
    super(scope, id);
    this.handler = new StepHandler(this, 'Measure', {
      folder: 'measure',
      description: 'measures runs that have ended',
      timeout: THINKING_HANDLER,
    });
    this.allowAsking();
    // EventBridge only hands the event over: what the function throws is Lambda's to repeat.
    this.handler.function.configureAsyncInvoke({
      retryAttempts: RETRIES,
      maxEventAge: OLDEST,
      onFailure: new SqsDestination(deadLetters),
    });
    new Rule(this, 'RunEnded', {
      description: 'edge-ramp: a run has ended',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [machine.stateMachineArn], status: ENDED },
      },
      targets: [
        new LambdaFunction(this.handler.function, {
          deadLetterQueue: deadLetters,
          retryAttempts: RETRIES,
          maxEventAge: OLDEST,
        }),
      ],
    });
  }

  private allowAsking(): void {
    const executions = (partition?: string, region?: string, account?: string) =>
      Stack.of(this).formatArn({
        ...(partition ? { partition, region: region!, account: account! } : {}),
        service: 'states',
        resource: 'execution',
        resourceName: `${MACHINE_NAME}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    this.handler.allow({ actions: ['states:DescribeExecution'], resources: [executions()] });
    this.handler.acknowledge(
      `AwsSolutions-IAM5[Resource::${executions('<AWS::Partition>', '<AWS::Region>', '<AWS::AccountId>')}]`,
      'it measures every execution of this machine, and of no other',
    );
  }
}
