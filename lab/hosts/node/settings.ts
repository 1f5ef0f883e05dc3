import { hostOf, toAddress, toNumber } from '../address';

/** The plugins of OpenShift SDN, and OVN-Kubernetes. */
export type Plugin = 'subnet' | 'multitenant' | 'networkpolicy' | 'ovn';

/** Releases of OpenShift 4 whose OVN-Kubernetes differs in what it does to iptables; default 4.16. */
export type OvnRelease = '4.12' | '4.14' | '4.16' | '4.18';

/** What the world decides about a ramp node before anything runs on it. */
export interface NodeSettings {
  readonly address: string;
  readonly interface: string;
  readonly plugin: Plugin;
  /** OVN-Kubernetes only. */
  readonly release?: OvnRelease;
  /** OVN-Kubernetes only: BGP advertises the Pod network, so that forwarded packets are not translated. */
  readonly advertised?: true;
  /** Whether its kernel lacks nft_compat, as that of RHCOS 10 may: iptables lists its chains and takes no rule with an extension. */
  readonly lacksCompat?: true;
  readonly clusterNetwork: string;
  /** Further networks of the same cluster, from which no node here has its subnet. */
  readonly furtherNetworks?: readonly string[];
  /** The first address of the node's own subnet, with length: tun0's, or that of OVN's router. */
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

/** OVN-Kubernetes' port on each node. */
export const MANAGEMENT_PORT = 'ovn-k8s-mp0';

/** Its address with length: the second one of the node's subnet; the first is that of OVN's router. */
export const managementAddress = ({ gateway }: NodeSettings): string =>
  `${toAddress(toNumber(hostOf(gateway)) + 1)}/${gateway.split('/')[1]}`;
