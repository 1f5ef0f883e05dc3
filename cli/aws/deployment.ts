import { CONTRACT } from '../../lib/tunnel/run/outcome';
import type { Aws } from './aws';
import { Problem } from './problem';

/** One edge-ramp in one account and region, as its stack says. */
export interface Deployment {
  /** ARN. */
  readonly stateMachine: string;
  /** Name. */
  readonly table: string;
  /** ARN of the topic by which people are told. */
  readonly notices: string;
  readonly account: string;
  readonly region: string;
}

/**
 * Finds the deployment of that name in the account and region that the credentials lead to.
 * @throws Problem when there is none, when it cannot be asked for, or when it is of another version
 */
export async function findDeployment(aws: Aws): Promise<Deployment> {
  const text = await parameter(aws, aws.names.deployment);
  const region = await aws.ssm.config.region();
  if (text === undefined)
    throw new Problem(
      'not deployed',
      `${aws.names.prefix} is not deployed in ${region}: npx cdk deploy, or name another --region, --profile or --stack.`,
    );
  const { contract, stateMachine, table, notices } = read(text, aws.names.deployment, region);
  if (contract !== CONTRACT)
    throw new Problem(
      'version',
      `The edge-ramp deployed in ${region} speaks contract ${contract}, this one ${CONTRACT}: use the version that was deployed, or deploy this one (npx cdk deploy).`,
    );
  return { stateMachine, table, notices, account: stateMachine.split(':')[4] ?? '', region };
}

/** The text of a parameter. @returns undefined when there is none of that name */
export async function parameter(aws: Aws, name: string): Promise<string | undefined> {
  try {
    return (await aws.ssm.getParameter({ Name: name })).Parameter?.Value ?? '';
  } catch (error) {
    if (error instanceof Problem && error.code === 'ParameterNotFound') return undefined;
    throw error;
  }
}

function read(text: string, parameter: string, region: string) {
  try {
    const told = JSON.parse(text) as Omit<Deployment, 'account' | 'region'> & { readonly contract: number };
    if (typeof told.contract === 'number' && typeof told.stateMachine === 'string' && typeof told.table === 'string')
      return told;
  } catch {
    // As below: it is not what a deployment writes.
  }
  throw new Problem(
    'not deployed',
    `The parameter ${parameter} in ${region} is not what edge-ramp writes: deploy again (npx cdk deploy).`,
  );
}
