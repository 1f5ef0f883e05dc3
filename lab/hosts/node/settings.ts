export type Plugin = 'subnet' | 'multitenant' | 'networkpolicy';

/** What the world decides about a ramp node before anything runs on it. */
export interface NodeSettings {
  readonly address: string;
  readonly interface: string;
  readonly plugin: Plugin;
  readonly clusterNetwork: string;
  /** Further networks of the same cluster, from which no node here has its subnet. */
  readonly furtherNetworks?: readonly string[];
  /** tun0's address with length; the node's own subnet follows from it. */
  readonly gateway: string;
  /** Default: today's. `old`: of RHEL 7.3 and before, which prints other blanks. */
  readonly iproute2?: 'old';
  /** Pods by address; their ports on br0 count from 4. */
  readonly pods: string[];
  /** Other nodes of the cluster, as far as this one reaches their Pods. */
  readonly others: OtherNode[];
}
export interface OtherNode {
  readonly address: string;
  readonly subnet: string;
  readonly pods: readonly string[];
}

/** All networks of its cluster. */
export const networksOf = ({ clusterNetwork, furtherNetworks = [] }: NodeSettings): string[] => [
  clusterNetwork,
  ...furtherNetworks,
];
