/** How many BIG-IPs and how many ramp nodes a tunnel has: one, or a pair. */
export interface Size {
  readonly bigips: number;
  readonly nodes: number;
  /** The only ramp node runs no SSM agent: the cluster's admin host reaches it by oc. */
  readonly byOc?: true;
}

/** The options that tell the size: as many values, as many devices. */
export const SIZED = { bigips: '--bigip-management', nodes: '--node-instance' } as const;
/** A node that has a name and no instance is reached by oc. */
export const NODE_NAME = '--node-name';
