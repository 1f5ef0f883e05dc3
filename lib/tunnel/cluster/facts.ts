import type { State } from '../device/operation';

/** What edge-ramp knows of a cluster but does not change. */
export interface ClusterFacts {
  /** What the client on the admin host can do. */
  readonly client: {
    readonly ipfailover: boolean;
    /** Options that `oc adm ipfailover` needs here and does not have. */
    readonly lacks: readonly string[];
    readonly cordon: boolean;
    readonly manageNode: boolean;
  };
  /** The named nodes that the cluster has: `on` takes Pods, `off` is cordoned. */
  readonly nodes: Readonly<Record<string, 'on' | 'off'>>;
  /** The Pods on a balancer's node that are neither a DaemonSet's nor the node's own (mirror Pods), and that have not ended; or why that is not known. */
  readonly pods: Readonly<Record<string, OrdinaryPods | { readonly unknown: string }>>;
  /** What other tunnels claim: shared object to the tunnel's name to the original value in its claim. */
  readonly claims: Readonly<Record<string, State>>;
  /** The ipfailover objects that have to do with ours (account, label, VRRP ids, virtual IP), and ours. */
  readonly failovers: readonly Failover[];
  /** Those of other projects that have to do with ours by what is written in them, and that run no Pod, or that no SCC lets use the nodes' network. */
  readonly idle: readonly Failover[];
  /** How many Pods of our ipfailover objects run. */
  readonly available: Readonly<Record<string, number>>;
}

export interface OrdinaryPods {
  readonly count: number;
  /** The names of the first few, `project/name`: a node has up to 250. */
  readonly first: readonly string[];
}

export interface Failover {
  readonly project: string;
  readonly name: string;
  readonly vips: string;
  /** null: no number. */
  readonly offset: number | null;
  readonly account: string;
  /** k=v,k=v; `-`: every node. */
  readonly selector: string;
  /** The tunnel that it is marked as; null: none. */
  readonly owner: string | null;
}
