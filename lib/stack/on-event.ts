import { type EventPattern, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { StepHandler } from './step-handler';
import { EVENT_AGE } from './time-outs';

/** How often Lambda tries again what a function could not do, a minute and then two minutes later. */
const TRIES_AGAIN = 2;

/** How often EventBridge tries again to hand an event to Lambda, within the age that an event may have. */
const DELIVERIES = 24;

/** Nobody waits for a function that an event starts: what it cannot do even when tried again ends as a dead letter. */
export function retryThenDeadLetter(handler: StepHandler, deadLetters: IQueue): void {
  handler.function.configureAsyncInvoke({
    onFailure: new SqsDestination(deadLetters),
    retryAttempts: TRIES_AGAIN,
    maxEventAge: EVENT_AGE,
  });
}

export interface OnEventProps {
  readonly handler: StepHandler;
  /** Takes the events that could not be delivered. */
  readonly deadLetters: IQueue;
  readonly description: string;
  readonly when: EventPattern | Schedule;
}

/** One rule of the default bus with one function as its target. */
export function onEvent(scope: Construct, id: string, { handler, deadLetters, description, when }: OnEventProps): void {
  new Rule(scope, id, {
    description: `edge-ramp: ${description}`,
    ...(when instanceof Schedule ? { schedule: when } : { eventPattern: when }),
    targets: [
      new LambdaFunction(handler.function, {
        deadLetterQueue: deadLetters,
        retryAttempts: DELIVERIES,
        maxEventAge: EVENT_AGE,
      }),
    ],
  });
}
