import type { IConstruct } from 'constructs';
import { deploymentNames, type DeploymentNames } from '../tunnel/run/deployment-names';
import { InvalidRequest } from '../tunnel/errors/errors';
import { mistakeLine } from '../tunnel/declaration/mistake-lines';

/** The context that names a further deployment in the same account and region: `npx cdk deploy --context stack=staging`. */
const CONTEXT = 'stack';
const RULE = 'must be 1 to 16 of lower case letters, digits, - and begin with a letter';

/** The fixed names of the deployment that a construct belongs to. */
export function namesOf(scope: IConstruct): DeploymentNames {
  return deploymentNames(stackName(scope));
}

/** The name of the deployment's stack in CloudFormation. */
export function cloudFormationName(scope: IConstruct): string {
  const stack = stackName(scope);
  return stack === undefined ? 'EdgeRamp' : `EdgeRamp-${stack}`;
}

/** @throws InvalidRequest */
function stackName(scope: IConstruct): string | undefined {
  const given = scope.node.tryGetContext(CONTEXT) as unknown;
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !/^[a-z][a-z0-9-]{0,15}$/.test(given))
    throw new InvalidRequest(
      'stack-name-invalid',
      mistakeLine('context', { path: [CONTEXT], value: given, message: RULE }),
    );
  return given;
}
