import { randomBytes } from 'node:crypto';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { ExecutionResult } from '../../lab/index';
import { LostSight, type Ended, type Execution, type Place } from '../place';
import type { Aws } from './aws';
import { declaredTunnel } from './declared';
import { consoleLink, findDeployment, type Deployment } from './deployment';
import { describe, type Described } from './executions';
import { figuresFrom } from './figures';
import { follow } from './follow';
import { History } from './history';
import { itemOf } from './items';
import { Problem } from './problem';

/** A run is looked at so often. Milliseconds. */
const EVERY = 1000;

/** After so many looks a description that lags behind is given up. */
const LAGGING = 60;

/**
 * AWS: the state machine of the account and region that the credentials lead to.
 * @param tunnel and action name the execution, so that the console shows what it is
 * @param sleep waits so many milliseconds, or until the signal
 * @throws Problem when there is no deployment, or AWS cannot be asked
 */
export async function awsPlace(
  aws: Aws,
  { tunnel, action }: { readonly tunnel: string; readonly action: string },
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>,
): Promise<Place> {
  const deployment = await findDeployment(aws);
  const where = (arn: string): string => (at(aws) === '' ? consoleLink(arn) : arn);
  const name = executionName(tunnel, action, new Date());
  const history = new History();
  const closed = new AbortController();
  return {
    words: `On AWS${at(aws)}, account ${deployment.account}, region ${deployment.region}, state machine ${machineName(deployment)}: execution ${name}.`,
    goesOn: (arn) =>
      `The run goes on on AWS (${where(arn)}); to stop it, which leaves its work half done until it is repaired: aws stepfunctions stop-execution --region ${deployment.region} --execution-arn ${arn}`,
    shown: history.working,
    async start(input, onEvent) {
      const arn = await begin(aws, deployment, name, input);
      const pause = async (): Promise<void> => {
        await sleep(EVERY, closed.signal);
        if (closed.signal.aborted) throw new Error('Nobody looks at this run any more.');
      };
      const ended = follow(aws, arn, history, onEvent, pause).then(() =>
        end(aws, deployment, arn, input.tunnel, history, pause),
      );
      return watched(arn, where(arn), ended);
    },
    async declaration(tunnel) {
      const found = await declaredTunnel(aws, tunnel);
      if (!found)
        throw new Problem('other', `${tunnel} is not declared in ${deployment.region}: deploy its declaration.`);
      return found;
    },
    close() {
      closed.abort();
      aws.close();
      return Promise.resolve();
    },
  };
}

/** Which AWS, where it is not the real one. */
function at({ reach }: Aws): string {
  const endpoint = reach.endpoint ?? process.env['AWS_ENDPOINT_URL'];
  return endpoint === undefined || endpoint === '' ? '' : ` at ${endpoint}`;
}

function machineName({ stateMachine }: Deployment): string {
  return stateMachine.split(':').at(-1)!;
}

/** Begins with the tunnel, as the names of automatic runs do; the rest tells what and when, and nobody else has it. */
function executionName(tunnel: string, action: string, now: Date): string {
  const when = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${tunnel}-${action}-${when}-${randomBytes(2).toString('hex')}`;
}

/** @returns the ARN. Under one name a second start finds the first: a lost answer may be asked for again. */
async function begin(aws: Aws, { stateMachine }: Deployment, name: string, input: object): Promise<string> {
  const command = new StartExecutionCommand({ stateMachineArn: stateMachine, name, input: JSON.stringify(input) });
  const { executionArn } = await aws.ask('states:StartExecution', aws.client(SFNClient).send(command));
  return executionArn!;
}

/** An execution that goes on whether or not somebody hears how it ends. */
function watched(arn: string, where: string, ended: Promise<Ended>): Execution {
  const told = ended.catch((error: unknown) => {
    throw new LostSight(
      `${error instanceof Error ? error.message : String(error)} The run was started and may go on: ${where}`,
      { cause: error },
    );
  });
  told.catch(() => undefined);
  return { arn, ended: told };
}

/** What Step Functions says of a run whose history has ended: that may lag behind. @throws Problem when it does for too long */
async function describeEnd(aws: Aws, arn: string, pause: () => Promise<void>): Promise<Described> {
  for (let looks = 0; looks < LAGGING; looks++) {
    const told = await describe(aws, arn);
    if (told?.stopDate) return told;
    await pause();
  }
  throw new Problem('other', 'Step Functions does not say how the run ended.');
}

/** All that is known of a run that has ended. */
async function end(
  aws: Aws,
  deployment: Deployment,
  arn: string,
  tunnel: string,
  history: History,
  pause: () => Promise<void>,
): Promise<Ended> {
  const told = await describeEnd(aws, arn, pause);
  const transitions = history.events.filter(({ kind }) => kind === 'entered' || kind === 'retried').length;
  const result: ExecutionResult = {
    arn,
    status: told.status as ExecutionResult['status'],
    output: told.output === undefined ? undefined : (JSON.parse(told.output) as unknown),
    ...(told.error === undefined ? {} : { error: told.error }),
    ...(told.cause === undefined ? {} : { cause: told.cause }),
    events: history.events,
    transitions,
  };
  return {
    execution: result,
    item: await itemOf(aws, deployment, tunnel),
    figures: figuresFrom(history.tries, transitions),
    seconds: (told.stopDate!.getTime() - told.startDate!.getTime()) / 1000,
    notes: [],
  };
}
