export interface Metadata {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}
export interface ClusterNode extends Metadata {
  /** The host that it is. */
  readonly instance: string;
  readonly address: string;
  unschedulable: boolean;
  /** Images that it has not yet cannot be pulled. */
  pullsNothing?: boolean;
}
/** A deployment config, as `oc adm ipfailover` makes it. */
export interface Config extends Metadata {
  /** Default: `default`. Those of others are not started. */
  readonly namespace?: string;
  /** Whether its Pods use the node's network; default true. */
  readonly hostNetwork?: boolean;
  readonly replicas: number;
  readonly selector: Readonly<Record<string, string>>;
  readonly account: string;
  readonly env: Readonly<Record<string, string>>;
}
export interface Pod {
  readonly name: string;
  readonly namespace: string;
  /** Absent: a person made it. */
  readonly owner?: { readonly kind: string; readonly name: string };
  /** What `oc debug` makes. */
  readonly debug?: DebugPod;
  readonly labels: Readonly<Record<string, string>>;
  /** The deployment config that it is of, if any. */
  readonly config?: string;
  /** "" while it finds none. */
  node: string;
}

/** A Pod of `oc debug node/NAME`; only its container shows how far it is. */
export interface DebugPod {
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  phase: 'Pending' | 'Running' | 'Succeeded';
  readonly waiting?: { readonly reason: string; readonly message: string };
}

/** An OpenShift cluster, as its administrator sees it; plain data, saved as JSON. Deployment configs and service accounts are those of `default`. */
export interface Cluster {
  /** Hosts with `oc` and a login in one of the files. */
  readonly admins: string[];
  readonly kubeconfigs: string[];
  readonly version: 3 | 4;
  /** Commands of `oc adm`, and options of `adm ipfailover`, that its client has not. */
  readonly lacks: readonly string[];
  readonly nodes: Record<string, ClusterNode>;
  /** What its login may not do, or misses: anything at all, to start Pods, the project for debug Pods. */
  refuses?: 'login' | 'pods' | 'project';
  readonly accounts: Record<string, Metadata>;
  /** Users of the SCC privileged. */
  privileged: string[];
  readonly configs: Record<string, Config>;
  pods: Pod[];
  nextPod: number;
  /** Where keepalived holds which address. */
  held: { readonly address: string; readonly instance: string; readonly dev: string }[];
}

const metadata = (labels: Record<string, string> = {}): Metadata => ({ labels, annotations: {} });

/** A cluster before anybody thought of a tunnel. */
export const newCluster = (version: 3 | 4 = 3, lacks: readonly string[] = []): Cluster => ({
  admins: [],
  kubeconfigs: [],
  version,
  lacks: version === 3 ? lacks : [...lacks, 'adm manage-node', 'adm ipfailover'],
  nodes: {},
  accounts: { builder: metadata(), default: metadata(), deployer: metadata() },
  privileged: ['system:admin', 'system:serviceaccount:openshift-infra:build-controller'],
  configs: {},
  pods: [],
  nextPod: 1,
  held: [],
});

/** A node joins, with the Pods that the cluster's own DaemonSets start on it; on a balancer's node ordinary ones as well. */
export function join(cluster: Cluster, name: string, instance: string, address: string, ordinary: boolean): void {
  cluster.nodes[name] ??= {
    instance,
    address,
    labels: { 'kubernetes.io/hostname': name, 'node-role.kubernetes.io/compute': 'true' },
    annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    unschedulable: false,
  };
  const start = (namespace: string, kind: string, owner: string): unknown =>
    cluster.pods.push({
      name: podName(cluster, owner),
      namespace,
      owner: { kind, name: owner },
      labels: { app: owner },
      node: name,
    });
  for (const owner of ['sdn', 'ovs']) start('openshift-sdn', 'DaemonSet', owner);
  if (!ordinary) return;
  start('openshift-monitoring', 'DaemonSet', 'node-exporter');
  for (const owner of ['frontend-1', 'backend-3']) start('shop', 'ReplicationController', owner);
}

const podName = (cluster: Cluster, owner: string): string =>
  `${owner}-${(cluster.nextPod++).toString(36).padStart(5, 'x')}`;

/** hostPort, by which no node gets two Pods of the same offset. */
const portOf = ({ env }: Config): number => 63000 + Number(env['OPENSHIFT_HA_VRRP_ID_OFFSET']);

/**
 * What replication controllers and scheduler do: as many Pods as wanted; a new one goes to the first node that is there, has the labels and is not
 * cordoned, and whose port is free, or waits for one. A Pod that runs stays, also where the node has lost its label.
 */
export function schedule(cluster: Cluster, absent: readonly string[]): void {
  const { configs, nodes } = cluster;
  cluster.pods = cluster.pods.filter(({ config }) => config === undefined || configs[config]);
  for (const [name, config] of Object.entries(configs)) {
    for (let count = cluster.pods.filter((pod) => pod.config === name).length; count < config.replicas; count++) {
      const owner = { kind: 'ReplicationController', name: `${name}-1` };
      const labels = { ...config.labels, deployment: `${name}-1`, deploymentconfig: name };
      cluster.pods.push({
        name: podName(cluster, owner.name),
        namespace: 'default',
        owner,
        labels,
        config: name,
        node: '',
      });
    }
    const free = (node: string): boolean =>
      !cluster.pods.some((pod) => pod.node === node && pod.config && portOf(configs[pod.config]!) === portOf(config));
    const fits = ({ labels, unschedulable, instance }: ClusterNode): boolean =>
      !unschedulable &&
      !absent.includes(instance) &&
      Object.entries(config.selector).every(([key, value]) => labels[key] === value);
    for (const pod of cluster.pods.filter(({ config, node }) => config === name && node === ''))
      pod.node =
        Object.keys(nodes)
          .sort()
          .find((node) => fits(nodes[node]!) && free(node)) ?? '';
  }
}

/** Whether a Pod runs. */
export const runs = ({ nodes }: Cluster, { node }: Pod, absent: readonly string[]): boolean =>
  node !== '' && !absent.includes(nodes[node]!.instance);

/** All objects as sorted text; names of Pods are left out. */
export function dumpCluster({ nodes, accounts, privileged, configs, pods }: Cluster): string {
  const pairs = (words: Readonly<Record<string, string>>): string[] =>
    Object.entries(words).map(([key, value]) => `${key}=${value}`);
  const about = (what: string, { labels, annotations }: Metadata): string[] => [
    what,
    ...pairs(labels).map((pair) => `${what} label ${pair}`),
    ...pairs(annotations).map((pair) => `${what} annotation ${pair}`),
  ];
  return [
    ...Object.entries(nodes).flatMap(([name, node]) => [
      ...about(`node ${name}`, node),
      ...(node.unschedulable ? [`node ${name} unschedulable`] : []),
    ]),
    ...Object.entries(accounts).flatMap(([name, account]) => about(`serviceaccount ${name}`, account)),
    ...privileged.map((user) => `scc privileged ${user}`),
    ...Object.entries(configs).flatMap(([name, config]) => [
      ...about(`dc ${name}`, config),
      `dc ${name} replicas ${config.replicas} account ${config.account} selector ${pairs(config.selector).join(',')}`,
      ...pairs(config.env).map((pair) => `dc ${name} env ${pair}`),
    ]),
    ...pods.map(({ namespace, owner, name, node }) => `pod ${namespace}/${owner?.name ?? name} on ${node || '-'}`),
  ]
    .sort()
    .join('\n');
}
