import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { environment } from '../environment';
import { storedDeclarations } from '../runs/declarations';
import { SfnRuns } from '../runs/sfn';
import { loggerOf } from '../telemetry/logger';
import { reaction } from './reaction';

const parameters = new SSMClient({});

/** React: starts the runs for an event. Contacts no device and writes nothing. */
export const handler = reaction({
  declared: () => storedDeclarations(parameters, environment('TUNNELS_PREFIX')),
  runs: new SfnRuns(new SFNClient({}), environment('STATE_MACHINE_ARN')),
  log: loggerOf('react'),
});
