/** The fixed names of one deployment. Two deployments in one account and region share none of them. */
export interface DeploymentNames {
  /** What each of them begins with, and the name of the state machine, the source of our events, the namespace of our metrics. */
  readonly prefix: string;
  /** The parameter by which the command line finds the deployment: JSON of `contract`, `stateMachine`, `table`, `notices`. */
  readonly deployment: string;
  /** Where a run finds a tunnel's declaration: this, and the tunnel's name. Begins and ends with a slash. */
  readonly tunnels: string;
  /** The tag by which an account says which instances the deployment may use, and as what. */
  readonly roleTag: string;
}

/** @param stack what a further deployment is called (`staging`); undefined: the only one, or the first */
export function deploymentNames(stack?: string): DeploymentNames {
  const prefix = stack === undefined ? 'edge-ramp' : `edge-ramp-${stack}`;
  return {
    prefix,
    deployment: `/${prefix}/deployment`,
    tunnels: `/${prefix}/tunnels/`,
    roleTag: `${prefix}:role`,
  };
}
