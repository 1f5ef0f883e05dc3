import { Duration } from 'aws-cdk-lib';
import { JitterType, type TaskStateBase } from 'aws-cdk-lib/aws-stepfunctions';

/*
 * Names of a service's errors. What the service's model does not name arrives under the name of all its errors: of an SDK
 * integration as `Sfn.SfnException`, of `dynamodb:` and `sns:` as `DynamoDB.AmazonDynamoDBException` and
 * `SNS.AmazonSNSException` (AWS-22). Throttling is in few models, so each policy has that name as well.
 */

/** When a step is tried again. All policies double the wait (up to the ceiling) and draw it at random: full jitter. */
export interface RetryPolicy {
  /** Why trying again is safe, in one sentence. */
  readonly because: string;
  readonly errors: readonly string[];
  /** The longest first wait, in seconds. */
  readonly first: number;
  /** No wait is longer than this, in seconds. */
  readonly ceiling: number;
  /** How often it is tried again. */
  readonly attempts: number;
}

/** The policies, by their names in docs/retries.md, which has the waits of each. */
export const RETRY_POLICIES = {
  /** In all 70 s: far longer than a throttling burst of Run Command lasts. */
  THROTTLED: {
    because: 'the service refused the command, or the script came no further than the lock: nothing was done',
    errors: ['Throttled'],
    first: 2,
    ceiling: 20,
    attempts: 6,
  },
  /**
   * A command that only looks counts as well when Systems Manager gave it up ("Undeliverable"). One that changes a device is then `OutcomeUnknown`.
   * Each try itself has waited for delivery for two minutes, so an agent that is away gets a little over six minutes to come back: a restart of a
   * node fits, an outage need not.
   */
  NOT_DELIVERED: {
    because: 'the agent never took the command, so it never ran; or it only looks, and may run twice',
    errors: ['NotDelivered'],
    first: 5,
    ceiling: 10,
    attempts: 2,
  },
  /** Lambda itself failed, perhaps after the handler ran. */
  LAMBDA_SERVICE: {
    because: 'the step only looks, so it may run twice',
    errors: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
      'Lambda.Unknown',
    ],
    first: 1,
    ceiling: 10,
    attempts: 5,
  },
  /** For steps that change devices, too. In all 90 s: enough for another function's burst to pass. */
  LAMBDA_NOT_STARTED: {
    because: 'Lambda refused the call: the handler never ran',
    errors: ['Lambda.TooManyRequestsException'],
    first: 2,
    ceiling: 30,
    attempts: 6,
  },
  /** A repeated "Take lease" loses a race against itself, reads again and finds itself the owner. */
  DYNAMODB: {
    because: "a write's condition holds again after its own effect",
    errors: [
      'DynamoDB.ProvisionedThroughputExceededException',
      'DynamoDB.ThrottlingException',
      'DynamoDB.RequestLimitExceeded',
      'DynamoDB.InternalServerErrorException',
      'DynamoDB.InternalServerError',
      'DynamoDB.AmazonDynamoDBException',
      'DynamoDB.SdkClientException',
      'States.Timeout',
    ],
    first: 1,
    ceiling: 10,
    attempts: 6,
  },
  /** A storm of events asks much at once, and throttles Systems Manager. */
  CONNECTION_LOOKUP: {
    because: 'it is a question',
    errors: [
      'Ssm.SsmException',
      'Ssm.ThrottlingException',
      'Ssm.InternalServerErrorException',
      'Ssm.SdkClientException',
      'States.Timeout',
    ],
    first: 2,
    ceiling: 20,
    attempts: 5,
  },
  NOTICE: {
    because: 'a notice that comes twice is better than none',
    errors: [
      'SNS.AmazonSNSException',
      'SNS.ThrottledException',
      'SNS.InternalErrorException',
      'SNS.SdkClientException',
      'States.Timeout',
    ],
    first: 1,
    ceiling: 8,
    attempts: 4,
  },
} as const satisfies Record<string, RetryPolicy>;

/** Adds the policies to a task, in order: the first whose errors match is used. */
export function retry<Task extends Pick<TaskStateBase, 'addRetry'>>(
  task: Task,
  ...policies: readonly (keyof typeof RETRY_POLICIES)[]
): Task {
  for (const policy of policies) {
    const { errors, first, ceiling, attempts } = RETRY_POLICIES[policy];
    task.addRetry({
      errors: [...errors],
      interval: Duration.seconds(first),
      maxAttempts: attempts,
      backoffRate: 2,
      maxDelay: Duration.seconds(ceiling),
      jitterStrategy: JitterType.FULL,
    });
  }
  return task;
}
