/** The fixed names of one deployment. Two deployments in one account and region share none of them. */
export interface DeploymentNames {
  /** The beginning of each name; also the name of the state machine, the source of its events and the namespace of its metrics. */
  readonly prefix: string;
  /** The parameter by which the command line finds the deployment: JSON of `contract`, `stateMachine`, `table`, `notices`. */
  readonly deployment: string;
  /** The path of the declarations' parameters, which are named by their tunnels. Begins and ends with a slash. */
  readonly tunnels: string;
  /** The tag that permits the deployment to use an instance. Its value is the instance's role. */
  readonly roleTag: string;
}

/** @param stack the name of a further deployment (`staging`); undefined: the only or first one */
export function deploymentNames(stack?: string): DeploymentNames {
  const prefix = stack === undefined ? 'edge-ramp' : `edge-ramp-${stack}`;
  return {
    prefix,
    deployment: `/${prefix}/deployment`,
    tunnels: `/${prefix}/tunnels/`,
    roleTag: `${prefix}:role`,
  };
}
