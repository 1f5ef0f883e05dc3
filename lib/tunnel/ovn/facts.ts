import type { Refused } from '../errors/errors';

/** Where a node's OVN-Kubernetes lives: the management port, by which the node itself reaches Pods. */
export interface ManagementPort {
  readonly device: string;
  /** The second address of the node's subnet (OVN-2). */
  readonly address: string;
}

/** What edge-ramp knows of a node's OVN-Kubernetes but does not change. */
export interface OvnFacts {
  /** null: the node has no management port that packets could take. */
  readonly ovn: ManagementPort | null;
  /** Why its OVN-Kubernetes is no way into the cluster network; null: it is one, or the node has none. */
  readonly ovnProblem: Pick<Refused, 'code' | 'message'> | null;
}
