/** The published procedure's variables, and the devices they are about. */
export interface Site {
  readonly tunnel: string;
  /** Management address of BIG-IP. */
  readonly bigip: string;
  /** Whom it lets in by ssh. */
  readonly user: string;
  /** Instance id of the ramp node. */
  readonly node: string;
  /** The node's network device on the network it shares with BIG-IP. */
  readonly device: string;
  /** The tunnel's device on the node. */
  readonly interface: string;
  readonly F5_IP: string;
  readonly RAMP_IP: string;
  /** Without a prefix length, which is /24 in the procedure. */
  readonly TUNNEL_IP1: string;
  readonly TUNNEL_IP2: string;
  readonly CLUSTER_NETWORK: string;
  readonly virtualServers: readonly string[];
}

interface Spec {
  readonly name: string;
  readonly bigip: readonly { readonly management: string; readonly user: string; readonly address: string }[];
  readonly ramp: { readonly nodes: readonly { instance: string; address: string; interface: string }[] };
  readonly tunnel: { readonly bigip: string; readonly node: string; readonly interface: string };
  readonly clusterNetworks: readonly string[];
  readonly virtualServers?: readonly string[];
}

/**
 * Reads a declared tunnel as the published procedure sees one.
 * @throws Error of one sentence where it is about more devices or networks than the procedure without high availability
 */
export function siteOf(declared: unknown): Site {
  const { name, bigip, ramp, tunnel, clusterNetworks, virtualServers = [] } = declared as Spec;
  const [unit, node, network] = [only(bigip), only(ramp.nodes), only(clusterNetworks)];
  if (!unit || !node || !network)
    throw new Error(
      `Tunnel ${name} cannot be compared: give one with one BIG-IP, one ramp node and one cluster network.`,
    );
  return {
    tunnel: name,
    bigip: unit.management,
    user: unit.user,
    node: node.instance,
    device: node.interface,
    interface: tunnel.interface,
    F5_IP: unit.address,
    RAMP_IP: node.address,
    TUNNEL_IP1: tunnel.bigip.replace(/\/\d+$/, ''),
    TUNNEL_IP2: tunnel.node,
    CLUSTER_NETWORK: network,
    virtualServers,
  };
}

const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);
