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
    return await atDeployment(surroundings.aws(reachOf(lab.environment)), work);
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

/** The way that an environment tells AWS clients. */
function reachOf(environment: Readonly<Record<string, string>>): Reach {
  return {
    endpoint: environment['AWS_ENDPOINT_URL'],
    region: environment['AWS_REGION'],
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  };
}
