import { type IChainable, Timeout, Wait, WaitTime } from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { CONNECTION_LOOKUP, retry } from '../retry-policies';
import { SERVICE_CALL } from '../time-outs';
import { jsonata } from './expressions';
import { type Workshop, decide } from './states';

/** A node is `running` long before its agent is there: minutes, on a big machine. Between two questions, in seconds. */
const PATIENCE_SECONDS = 15;

/** Ten minutes in all. After that the run goes on, and tells what it cannot reach. */
const LOOKS = 40;

/**
 * Waits until Systems Manager reaches the instance that an event is about, or patience ends. It holds no lease meanwhile: a
 * person's run is not kept waiting by it.
 *
 * @param read - where the run goes on: the item may have changed
 */
export function awaitInstance(shop: Workshop, read: IChainable): IChainable {
  const ask = retry(
    CallAwsService.jsonata(shop.scope, 'Is the instance connected?', {
      comment: 'Asks Systems Manager whether it reaches the instance that has just started.',
      service: 'ssm',
      action: 'describeInstanceInformation',
      parameters: { Filters: [{ Key: 'InstanceIds', Values: [jsonata('$request.awaits')] }] },
      iamAction: 'ssm:DescribeInstanceInformation',
      // IAM knows no resource for it.
      iamResources: ['*'],
      assign: {
        looks: jsonata('$looks + 1'),
        connected: jsonata(`$states.result.InstanceInformationList[0].PingStatus = 'Online' or $looks >= ${LOOKS - 1}`),
      },
      outputs: {},
      taskTimeout: Timeout.duration(SERVICE_CALL),
    }),
    CONNECTION_LOOKUP,
  );
  const wait = Wait.jsonata(shop.scope, 'Wait for the agent', {
    comment: 'The instance is still booting.',
    time: WaitTime.seconds(jsonata(String(PATIENCE_SECONDS))),
  });
  const there = decide(
    shop,
    'Go on?',
    'When the instance is connected, or patience is at its end.',
    [{ when: '$connected', goTo: read }],
    wait,
  );
  // Who cannot ask goes on: the run itself says what it cannot reach.
  ask.addCatch(read, { assign: { connected: true }, outputs: {} }).next(there);
  wait.next(ask);
  return ask;
}
