import type { Where } from './arguments';
import { Aws } from './aws/aws';
import { findDeployment, type Deployment } from './aws/deployment';
import type { Surroundings } from './surroundings';

/** A deployment, and the way to it. */
export interface Deployed {
  readonly aws: Aws;
  readonly deployment: Deployment;
}

/**
 * Does something with the deployment that a command is about.
 * @throws Problem when there is none, or it cannot be asked
 */
export async function withDeployment<T>(
  where: Where,
  surroundings: Surroundings,
  work: (deployed: Deployed) => Promise<T>,
): Promise<T> {
  if (where.local) throw new Error('not yet');
  const aws = surroundings.aws(where);
  try {
    return await work({ aws, deployment: await findDeployment(aws) });
  } finally {
    aws.close();
  }
}
