import { Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { DynamoUpdateItem } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { DYNAMODB, retry } from '../retry-policies';
import { SERVICE_CALL } from '../time-outs';
import { ME } from './expressions';
import type { Workshop } from './states';
import { numberValue, textValue } from './values';

/**
 * What a verify saw, a JSON text. `fence` and `free` tell whether it still counts: a run that began since has taken a newer fence, and where
 * one worked already, the devices were half-way. `at` is no later than the look, even where the run is redriven.
 */
const LOOK =
  `$string({ 'endState': $ending, 'execution': ${ME}, 'action': $request.action, 'failure': $failure, 'changes': $changes, ` +
  `'verification': $verification, 'remarks': $plan.remarks, 'degraded': $plan.degraded, 'fence': $seen.fence, ` +
  `'free': $seen.owner = '', 'at': $states.context.Execution.StartTime })`;

/**
 * Writes down what a verify saw, without a lease and beside the result of the last run: nobody waits for a look, and it spoils no record.
 * A failed execution has no output, so the command line reads it here, and so does whoever asks for the tunnel's status.
 */
export function recordLook(shop: Workshop): DynamoUpdateItem {
  return retry(
    DynamoUpdateItem.jsonata(shop.scope, 'Record look', {
      comment: 'Writes down what was seen, and by whom, unless a run has begun since. No record of a run is touched.',
      table: shop.table,
      key: { tunnel: textValue('$request.tunnel') },
      updateExpression: 'SET #lastLook = :lastLook',
      conditionExpression: 'attribute_not_exists(#fence) OR #fence = :seenFence',
      expressionAttributeNames: { '#lastLook': 'lastLook', '#fence': 'fence' },
      expressionAttributeValues: {
        ':lastLook': textValue(LOOK),
        ':seenFence': numberValue('$string($seen.fence)'),
      },
      assign: { recorded: true },
      outputs: {},
      taskTimeout: Timeout.duration(SERVICE_CALL),
    }),
    DYNAMODB,
  );
}
