import type { Lab } from '../lab/index';
import type { Where } from './command';
import type { Aws, Reach } from './aws/aws';
import { findDeployment, type Deployment } from './aws/deployment';
import type { Surroundings } from './surroundings';

/** A deployment, and the way to it. */
export interface Deployed {
  readonly aws: Aws;
  readonly deployment: Deployment;
}

/**
 * Does something with the deployment that a command is about. On this machine that is the lab, which answers as AWS does, for as
 * long as it takes; its hosts stay as they were left.
 * @throws Problem when there is none, or it cannot be asked; Error of one sentence when the lab cannot be opened
 */
export async function withDeployment<T>(
  where: Where,
  surroundings: Surroundings,
  work: (deployed: Deployed) => Promise<T>,
): Promise<T> {
  if (!where.local) return atDeployment(surroundings.aws(where), work);
  const { openLocalLab } = require('./local-lab') as typeof import('./local-lab');
  const { unopenedHosts } = require('../lab/hosts/unopened') as typeof import('../lab/hosts/unopened');
  const { lab } = await openLocalLab(where, surroundings, { hosts: () => Promise.resolve(unopenedHosts) });
  try {
    return await atDeployment(surroundings.aws(reachOf(lab)), work);
  } finally {
    await lab.close();
  }
}

async function atDeployment<T>(aws: Aws, work: (deployed: Deployed) => Promise<T>): Promise<T> {
  try {
    return await work({ aws, deployment: await findDeployment(aws) });
  } finally {
    aws.close();
  }
}

/** The way to the lab, as its environment tells AWS clients, and to the deployment that cdk.out holds, as its machine's name tells. */
function reachOf({ environment, stateMachine }: Pick<Lab, 'environment' | 'stateMachine'>): Reach {
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
