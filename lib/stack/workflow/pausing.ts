import { Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { DynamoUpdateItem, type DynamoUpdateItemJsonataProps } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { DYNAMODB, retry } from '../retry-policies';
import { SERVICE_CALL } from '../time-outs';
import type { EndStates } from './ends';
import { caught, failure } from './expressions';
import { PAUSE } from './memory';
import type { Workshop } from './states';
import { textValue } from './values';

/**
 * Pausing and resuming: one write each, with no lease, so that a pause can be put down while a run is under way; it counts for
 * whatever automation would start next.
 */
export function pausing(shop: Workshop, ends: EndStates) {
  const write = (
    name: string,
    options: Pick<DynamoUpdateItemJsonataProps, 'comment' | 'updateExpression' | 'expressionAttributeValues'>,
  ): DynamoUpdateItem =>
    retry(
      DynamoUpdateItem.jsonata(shop.scope, name, {
        ...options,
        table: shop.table,
        key: { tunnel: textValue('$request.tunnel') },
        expressionAttributeNames: { '#paused': 'paused' },
        outputs: {},
        taskTimeout: Timeout.duration(SERVICE_CALL),
      }),
      DYNAMODB,
    );
  const pause = write('Record pause', {
    comment: 'From here on automation leaves the tunnel alone.',
    updateExpression: 'SET #paused = :paused',
    expressionAttributeValues: { ':paused': PAUSE },
  });
  const resume = write('Record resume', {
    comment: 'From here on automation looks after the tunnel again.',
    updateExpression: 'REMOVE #paused',
  });
  const lead = (state: DynamoUpdateItem, end: EndStates['Paused']) =>
    state.addCatch(ends.NotStarted, { assign: failure(caught(state.id)), outputs: {} }).next(end);
  lead(pause, ends.Paused);
  lead(resume, ends.Resumed);
  return { pause, resume };
}
