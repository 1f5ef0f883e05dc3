import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { documentVariable } from '../../lib/tunnel/plan/devices';
import { environment } from '../environment';
import { SsmRunCommand } from '../run-command/ssm';
import { timeOutsFor } from '../run-command/time-outs';
import { storedDeclarations } from '../runs/declarations';
import { memoryOf, pairItemOf, unfinished } from '../runs/memory';
import { SfnRuns } from '../runs/sfn';
import { loggerOf } from '../telemetry/logger';
import { publish } from '../telemetry/publish';
import { LookFailures } from './look-failures';
import { connectedInstances } from './connected';
import { COULD_NOT_LOOK, KEEPS_DRIFTING, sendNotice, type Notice } from './notice';
import { NoticesOnce } from './notices-once';
import { type Tick, watch } from './watch';

const systemsManager = new SSMClient({});
const table = new DynamoDBClient({});
const topic = new SNSClient({});
const machine = environment('STATE_MACHINE_ARN');

/** The time beyond the deadline that a look needs to begin in this tick, or Lambda could cut it off. Milliseconds. */
const MARGIN = 10_000;

const look = watch({
  declared: () => storedDeclarations(systemsManager, environment('TUNNELS_PREFIX')),
  memory: (tunnel) => memoryOf(table, environment('TABLE'), tunnel, false),
  pair: (key) => pairItemOf(table, environment('TABLE'), key, false),
  unfinished: () => unfinished(table, environment('TABLE')),
  runs: new SfnRuns(new SFNClient({}), machine),
  connected: (instances) => connectedInstances(systemsManager, instances),
  // One try: the SDK's own retries could send a command twice.
  commands: new SsmRunCommand(new SSMClient({ maxAttempts: 1 })),
  documents: (set) => environment(documentVariable(set)),
  timeOuts: timeOutsFor,
  lookFailures: new LookFailures(notifying(COULD_NOT_LOOK)),
  repeatedDrift: new NoticesOnce(notifying(KEEPS_DRIFTING)),
  // Only at failures: a metric that is published at every tick costs 30 cents a month.
  measure: { couldNotLook: () => publish('watch', [{ name: 'CouldNotLook', value: 1 }]) },
  log: loggerOf('watch'),
  now: () => new Date(),
});

function notifying(notice: Notice): (tunnel: string, why: string) => Promise<void> {
  return (tunnel, why) => sendNotice(topic, notice, { topic: environment('NOTICES_TOPIC_ARN'), machine, tunnel, why });
}

/** The watch: looks at every tunnel that is due, and starts a run where one is needed. Takes no lease, writes nothing. */
export function handler(tick: Tick, context: { getRemainingTimeInMillis(): number }): Promise<void> {
  return look(tick, (deadline) => context.getRemainingTimeInMillis() > deadline * 1000 + MARGIN);
}
