import { judged } from './product';
import { recordedPlans } from './recorded';
import { replay } from './replay';

/*
 * Recorded before the rebuilding of lib/tunnel and lambdas: declarations, records and what devices answer go in; what is asked and sent, in order,
 * the records to be written and refusals come out. A difference is a changed behaviour. record.ts tells how what shall differ is recorded.
 */
test.each(recordedPlans().map((each) => [each.name, each] as const))('%s', async (_name, each) =>
  expect(await judged(each, replay(each))).toEqual(each.outcome),
);
