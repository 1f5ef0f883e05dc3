import { hostOf, networkOf, toAddress, toNumber } from '../../hosts/address';

/** A node of an OVN cluster. Addresses have a length where they say so. */
export interface OvnNode {
  /** Its network namespace, its chassis and its switch. */
  readonly name: string;
  /** "10.3.89.89/24", on br-ex. */
  readonly address: string;
  /** Its share of the cluster network: "10.129.0.0/23". */
  readonly subnet: string;
  /** "10.129.0.5" each. */
  readonly pods: readonly string[];
}

/** `interconnect`: each node is a zone with databases of its own (4.14 on); else one zone has all of them. */
export interface OvnSite {
  readonly nodes: readonly OvnNode[];
  readonly interconnect: boolean;
  /** Of BIG-IP, on the nodes' LAN: "10.3.89.66/24". */
  readonly bigip: string;
  /** The LAN's router: "10.3.89.1/24". */
  readonly router: string;
}

/** The namespaces beside those of the nodes and of their Pods. */
export const [BIGIP, ROUTER] = ['bigip', 'router'] as const;

export const CLUSTER_NETWORK = '10.128.0.0/14';
/** What a Pod's interface and ovn-k8s-mp0 have on a LAN of 1500: OpenShift leaves 100 bytes for Geneve and more. */
export const POD_MTU = 1400;

/** A zone, which has databases and a northd of its own, with its nodes. */
export interface Zone {
  readonly name: string;
  readonly nodes: readonly OvnNode[];
}

export const zonesOf = ({ nodes, interconnect }: OvnSite): readonly Zone[] =>
  interconnect ? nodes.map((node) => ({ name: node.name, nodes: [node] })) : [{ name: 'central', nodes }];

const nth = (subnet: string, n: number): string => toAddress(toNumber(hostOf(networkOf(subnet))) + n);
/** OVN's router in the node's subnet is its first address, ovn-k8s-mp0 its second. */
export const routerOf = ({ subnet }: OvnNode): string => nth(subnet, 1);
export const mp0Of = ({ subnet }: OvnNode): string => nth(subnet, 2);

/** ovn-kubernetes' MAC of an address: "0a:58:0a:81:00:02". */
export const macOf = (address: string): string => `0a:58:${hex(address)}`;
/** The NIC's MAC, which br-ex and the node's gateway router share. */
export const nicMacOf = ({ address }: OvnNode): string => `02:00:${hex(hostOf(address))}`;

const hex = (address: string): string =>
  address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':');
