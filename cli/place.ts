import type { Lab } from '../lab/index';
import type { Aws, Reach } from './aws/aws';
import { findDeployment, type Deployment } from './aws/deployment';
import type { Where } from './where';
import { openLocalLab, type LocalLab, type LocalLabOptions } from './local/lab';
import type { Surroundings } from './surroundings';

/** A deployment, and the way to it: on AWS, or in the lab on this machine, which answers as AWS does. */
export interface Place {
  readonly aws: Aws;
  readonly deployment: Deployment;
  /** Where that is, for the first line of a run. */
  readonly words: string;
  /** undefined: it is on AWS, where a run goes on without this process. */
  readonly lab: Lab | undefined;
}

/**
 * Does something at the place that a command is about. The lab is open for as long as that takes; its hosts stay as they were left.
 * @param options how the lab is opened, where it is
 * @throws Problem when there is no deployment, or it cannot be asked; Error of one sentence when the lab cannot be opened
 */
export async function atPlace<T>(
  where: Where,
  surroundings: Surroundings,
  options: LocalLabOptions,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  if (where.local !== true) return reached(surroundings.aws(where), {}, work);
  const { lab, words } = await openLocalLab(where, surroundings, options);
  try {
    return await reached(surroundings.aws(reachOf(lab)), { lab, words }, work);
  } finally {
    await lab.close();
  }
}

async function reached<T>(aws: Aws, here: Partial<LocalLab>, work: (place: Place) => Promise<T>): Promise<T> {
  try {
    return await work(await placeOf(aws, here));
  } finally {
    aws.close();
  }
}

async function placeOf(aws: Aws, { words, lab }: Partial<LocalLab>): Promise<Place> {
  const deployment = await findDeployment(aws);
  return { aws, deployment, words: words ?? wordsOf(aws, deployment), lab };
}

/** The way to a lab that is open already, and stays so. */
export function wayTo(opened: LocalLab, surroundings: Pick<Surroundings, 'aws'>) {
  const aws = surroundings.aws(reachOf(opened.lab));
  return { place: () => placeOf(aws, opened), close: () => aws.close() };
}

function wordsOf(aws: Aws, { account, region, stateMachine }: Deployment): string {
  return `On AWS${at(aws)}, account ${account}, region ${region}, state machine ${stateMachine.split(':').at(-1)!}`;
}

/** Which AWS, where it is not the real one. */
export function at({ reach }: Aws): string {
  const endpoint = reach.endpoint ?? process.env['AWS_ENDPOINT_URL'];
  return endpoint === undefined || endpoint === '' ? '' : ` at ${endpoint}`;
}

/** The way to the lab, as its environment tells AWS clients, and to the deployment that cdk.out holds, as its machine's name tells. */
function reachOf({ environment, stateMachine }: Lab): Reach {
  return {
    stack: /:edge-ramp-([a-z0-9-]+)$/.exec(stateMachine)?.[1],
    endpoint: environment['AWS_ENDPOINT_URL'],
    region: environment['AWS_REGION'],
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  };
}
