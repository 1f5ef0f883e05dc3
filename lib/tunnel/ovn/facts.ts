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
  /** null: iptables takes our rules, or the node is not on OVN-Kubernetes. */
  readonly withoutRules: WithoutRules | null;
}

/** How a node stands whose iptables takes no rule of ours, as without nft_compat in its kernel (OVN-10). */
export interface WithoutRules {
  /** Its words. */
  readonly refused: string;
  /** Whether INPUT lets the tunnel in without a rule, as far as can be shown. */
  readonly accepts: boolean;
  /** Whether OVN-Kubernetes gives its own address to what the node forwards. */
  readonly translates: boolean;
}
