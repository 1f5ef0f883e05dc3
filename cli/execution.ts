import { randomBytes } from 'node:crypto';
import type { Fault } from '../lab/hosts/host';
import { statesPage } from '../lib/tunnel/run/links';
import type { Aws } from './aws/aws';
import { Problem } from './aws/problem';
import { describe, follow, type Described } from './aws/executions';
import { figuresFrom } from './aws/figures';
import { History, type StateEvent } from './aws/history';
import { itemOf, type Item } from './aws/tunnels';
import { measuring } from './local/measured';
import { at, type Place } from './place';
import type { Figures } from './report/figures';
import { messageOf, type Surroundings } from './surroundings';
import type { Action } from './where';

/** What the state machine is started with. */
export interface Input {
  readonly tunnel: string;
  readonly action: Action;
  /** Of a plan: what a teardown would change. */
  readonly teardown?: boolean | undefined;
  readonly allowInterruption?: boolean | undefined;
  /** The digest that the plan must have. */
  readonly expect?: string | undefined;
  /** Instance ids of nodes that are gone for good. */
  readonly forget?: readonly string[] | undefined;
  /** Until when a tunnel is paused, ISO 8601; undefined: until somebody resumes it. */
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
  /** The ARN of a run that died: what it had begun is put back. Of an apply. */
  readonly repair?: string | undefined;
}

/** What is known when an execution has ended. */
export interface Ended {
  readonly execution: Described;
  readonly events: readonly StateEvent[];
  /** The tunnel's item in the table. */
  readonly item: Item | undefined;
  readonly figures: Figures;
  /** Wall clock. */
  readonly seconds: number;
  /** What else a person should know, a sentence each, without a full stop. */
  readonly notes: readonly string[];
}

/** An execution under way. */
export interface StartedRun {
  readonly arn: string;
  readonly name: string;
  /** @throws LostSight */
  readonly ended: Promise<Ended>;
  /** Looks at it no more; it goes on. */
  readonly leave: () => void;
}

/** An execution was started, and what became of it cannot be seen from here: one sentence. */
export class LostSight extends Error {}

/** A run is looked at so often: on AWS, and on this machine. Milliseconds. */
const EVERY = { aws: 1000, lab: 100 };

/** After so many looks a description that lags behind is given up. */
const LAGGING = 60;

/** Starts the state machine, and looks no further. @throws Problem when it cannot be started */
export async function start({ aws, deployment }: Place, input: Input): Promise<Pick<StartedRun, 'arn' | 'name'>> {
  const name = executionName(input, new Date());
  // Under one name a second start finds the first: the SDK may ask again after a lost answer.
  const { executionArn: arn = '' } = await aws.sfn.startExecution({
    stateMachineArn: deployment.stateMachine,
    name,
    input: JSON.stringify(input),
  });
  return { arn, name };
}

/**
 * Starts the state machine and looks at it until it ends.
 * @param faults that the lab was opened with: what did not strike is told
 * @throws Problem when it cannot be started
 */
export async function execute(
  place: Place,
  input: Input,
  sleep: Surroundings['sleep'],
  onEvent: (event: StateEvent) => void = () => undefined,
  faults: readonly Fault[] = [],
): Promise<StartedRun> {
  const { aws, deployment, lab } = place;
  const measured = lab && measuring(lab, faults);
  const { arn, name } = await start(place, input);
  const left = new AbortController();
  const pause = async (): Promise<void> => {
    await sleep(lab ? EVERY.lab : EVERY.aws, left.signal);
    if (left.signal.aborted) throw new Error('Nobody looks at this run any more.');
  };
  const toTheEnd = async (): Promise<Ended> => {
    const history = new History();
    await follow(aws, arn, history, onEvent, pause);
    const execution = await describeEnd(place, arn, pause);
    const transitions = history.events.filter(({ kind }) => kind === 'entered' || kind === 'retried').length;
    const told = figuresFrom(history.tries, transitions);
    return {
      execution,
      events: history.events,
      item: await itemOf(aws, deployment, input.tunnel),
      seconds: (execution.stopDate!.getTime() - execution.startDate!.getTime()) / 1000,
      ...(measured?.(told) ?? { figures: told, notes: [] }),
    };
  };
  return {
    arn,
    name,
    ended: watched(aws, arn, toTheEnd()),
    leave: () => left.abort(),
  };
}

/** How to find an execution: in the console of AWS, elsewhere by its ARN. */
export function whereIs(aws: Aws, arn: string): string {
  return at(aws) === '' ? statesPage(arn, 'v2/executions/details') : arn;
}

/** Begins with the tunnel, as the names of automatic runs do; the rest tells what and when, and nobody else has it. */
function executionName({ tunnel, action }: Input, now: Date): string {
  const when = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${tunnel}-${action}-${when}-${randomBytes(2).toString('hex')}`;
}

/** An execution goes on whether or not somebody hears how it ends. */
function watched(aws: Aws, arn: string, ended: Promise<Ended>): Promise<Ended> {
  const told = ended.catch((error: unknown) => {
    const where = whereIs(aws, arn);
    throw new LostSight(`${messageOf(error)} The run was started and may go on: ${where}`, { cause: error });
  });
  told.catch(() => undefined);
  return told;
}

/** What Step Functions says of a run whose history has ended: that may lag behind. @throws Problem when it does for too long */
async function describeEnd({ aws }: Place, arn: string, pause: () => Promise<void>): Promise<Described> {
  for (let looks = 0; looks < LAGGING; looks++) {
    const told = await describe(aws, arn);
    if (told?.stopDate) return told;
    await pause();
  }
  throw new Problem('other', 'Step Functions does not say how the run ended.');
}
