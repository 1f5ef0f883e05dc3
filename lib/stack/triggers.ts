import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { allowReadingDeclarations, allowStartingRuns } from './automation-rights';
import { TUNNELS_PREFIX } from './declared-tunnels';
import { StepHandler } from './step-handler';
import { EVENT_AGE, THINKING_HANDLER, WATCH_TICK } from './time-outs';

/** How often Lambda tries again what a function could not do, a minute and then two minutes later. */
const TRIES_AGAIN = 2;

/** How often EventBridge tries again to hand an event to Lambda, within the age that an event may have. */
const DELIVERIES = 24;

export interface TriggersProps {
  readonly machine: StateMachine;
  /** The function that looks at tunnels between runs. */
  readonly watch: StepHandler;
}

/** What starts runs by itself: rules, the function that answers events, and where events end that nobody could answer. */
export class Triggers extends Construct {
  /** The function that answers events. */
  readonly react: StepHandler;
  /** Events that could not be delivered, or not be answered: an alarm belongs on it. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { machine, watch }: TriggersProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', { enforceSSL: true, retentionPeriod: Duration.days(14) });
    acknowledge(this.deadLetters, 'AwsSolutions-SQS3', 'it is the dead-letter queue itself');

    this.react = new StepHandler(this, 'React', {
      folder: 'react',
      description: 'starts the runs that events ask for',
      timeout: THINKING_HANDLER,
      environment: { TUNNELS_PREFIX, STATE_MACHINE_ARN: machine.stateMachineArn },
    });
    allowReadingDeclarations(this.react);
    allowStartingRuns(this.react, machine);
    for (const handler of [this.react, watch])
      handler.function.configureAsyncInvoke({
        onFailure: new SqsDestination(this.deadLetters),
        retryAttempts: TRIES_AGAIN,
        maxEventAge: EVENT_AGE,
      });

    this.on('NodeRuns', this.react, 'An instance runs: what it lost when it stopped is built again', {
      source: ['aws.ec2'],
      detailType: ['EC2 Instance State-change Notification'],
      detail: { state: ['running'] },
    });
    this.on('Asked', this.react, 'Somebody asks for a tunnel to be applied again', {
      source: ['edge-ramp'],
      detailType: ['Reapply requested'],
    });
    this.on('RunDied', this.react, 'A run ended without an end of its own: what it left is put back', {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [machine.stateMachineArn], status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
    });
    this.on('Tick', watch, 'The watch looks at the tunnels whose turn it is', Schedule.rate(WATCH_TICK));
  }

  /** One rule of the default bus with one function as its target. */
  private on(id: string, handler: StepHandler, description: string, when: EventPattern | Schedule): void {
    new Rule(this, id, {
      description: `edge-ramp: ${description}`,
      ...(when instanceof Schedule ? { schedule: when } : { eventPattern: when }),
      targets: [
        new LambdaFunction(handler.function, {
          deadLetterQueue: this.deadLetters,
          retryAttempts: DELIVERIES,
          maxEventAge: EVENT_AGE,
        }),
      ],
    });
  }
}
