import type { State } from '../../../lib/tunnel/device/operation';
import type { Subject } from '../../../lib/tunnel/device/observation';
import { cluster } from '../../../lib/tunnel/cluster/device';
import { difference } from '../../../lib/tunnel/device/difference';
import { wire, type Operation } from '../../../lib/tunnel/device/operation';
import type { Observation } from '../../../lib/tunnel/device/observation';
import type { ClusterFacts } from '../../../lib/tunnel/cluster/facts';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { carryOut, observe, type Config, type FakeCluster, type Ran } from './cluster-scripts';
import { tunnel } from './site';

export const ADMIN = 'mi-0ad0000000000001';
const KUBECONFIG = '/etc/origin/master/admin.kubeconfig';
export const NODES = ['ramp-1.example.com', 'ramp-2.example.com', 'ramp-3.example.com'];

const node = (i: number): object => ({
  instance: `mi-0000000${i}`,
  address: `10.20.30.${i < 3 ? i + 1 : 9}`,
  interface: 'eth0',
  node: NODES[i - 1],
});

/** The published procedure's pair. */
export function pair(changes: Readonly<Record<string, unknown>> = {}, nodes: readonly number[] = [1, 2]): Tunnel {
  return tunnel({
    name: 'edge-p',
    ramp: { vip: '10.20.30.4', network: 'l2', nodes: nodes.map(node) },
    cluster: { admin: ADMIN, kubeconfig: KUBECONFIG },
    ipfailover: { vrrpIdOffset: 10 },
    ...changes,
  });
}

/** One ramp node of the same cluster, cordoned or not. */
export function single(schedulable = false, changes: Readonly<Record<string, unknown>> = {}): Tunnel {
  return tunnel({
    name: 'edge-p',
    ramp: { schedulable, nodes: [node(1)] },
    cluster: { admin: ADMIN, kubeconfig: KUBECONFIG },
    ...changes,
  });
}

export function freshCluster(changes: Partial<FakeCluster> = {}): FakeCluster {
  return {
    json: false,
    client: ['ipfailover', 'cordon', 'manage-node'],
    nodes: Object.fromEntries(
      NODES.map((name) => [
        name,
        {
          labels: { 'kubernetes.io/hostname': name },
          annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
          off: false,
        },
      ]),
    ),
    accounts: { default: {} },
    privileged: ['system:admin', 'system:serviceaccount:openshift-infra:build-controller'],
    dcs: [],
    ...changes,
  };
}

/** An ipfailover object as `oc adm ipfailover` makes it; env by short names. */
export function config(changes: Partial<Config> = {}, env: State = {}): Config {
  const all = {
    CONFIG_NAME: changes.name ?? 'f5ipfailover',
    VIRTUAL_IPS: '10.20.30.4',
    VIP_GROUPS: '0',
    NETWORK_INTERFACE: 'eth0',
    MONITOR_PORT: '0',
    VRRP_ID_OFFSET: '0',
    REPLICA_COUNT: '2',
    USE_UNICAST: 'false',
    IPTABLES_CHAIN: 'INPUT',
    NOTIFY_SCRIPT: '',
    CHECK_SCRIPT: '',
    PREEMPTION: 'preempt_delay 300',
    CHECK_INTERVAL: '2',
    ...env,
  };
  return {
    project: 'default',
    name: 'f5ipfailover',
    annotations: {},
    replicas: 2,
    account: 'f5ipfailover',
    selector: { f5rampnode: 'true' },
    env: Object.fromEntries(Object.entries(all).map(([key, value]) => [`OPENSHIFT_HA_${key}`, value])),
    ...changes,
  };
}

/** What the published procedure leaves: labels, account, SCC and an ipfailover object without check and offset. */
export function publishedCluster(changes: Partial<FakeCluster> = {}): FakeCluster {
  const fresh = freshCluster();
  for (const name of NODES.slice(0, 2)) fresh.nodes[name]!.labels['f5rampnode'] = 'true';
  return {
    ...fresh,
    accounts: { ...fresh.accounts, f5ipfailover: {} },
    privileged: [...fresh.privileged, 'system:serviceaccount:default:f5ipfailover'],
    dcs: [config()],
    ...changes,
  };
}

/** What an apply of `pair()` makes of a fresh cluster. */
export function appliedCluster(): FakeCluster {
  const fresh = freshCluster();
  for (const name of NODES.slice(0, 2)) {
    fresh.nodes[name]!.labels['f5rampnode'] = 'true';
    fresh.nodes[name]!.annotations['edge-ramp/edge-p.label.f5rampnode'] = '-';
  }
  const CHECK_SCRIPT = "/bin/bash -c 'grep -qx .*127.112.0.11 /proc/net/fib_trie && exit 1 || exit 0'";
  return {
    ...fresh,
    accounts: { ...fresh.accounts, f5ipfailover: { 'edge-ramp/edge-p.account': '-', 'edge-ramp/edge-p.scc': '-' } },
    privileged: [...fresh.privileged, 'system:serviceaccount:default:f5ipfailover'],
    dcs: [config({ annotations: { 'edge-ramp/tunnel': 'edge-p' } }, { VRRP_ID_OFFSET: '10', CHECK_SCRIPT })],
  };
}

/** A tunnel in a cluster behind the fake oc: observed, planned and changed by the real scripts. */
export class ClusterSite {
  applied: Tunnel | null = null;

  constructor(
    public spec: Tunnel,
    public world: FakeCluster = freshCluster(),
  ) {}

  get subject(): Subject {
    return { name: ADMIN, spec: this.spec, applied: this.applied };
  }

  observe(): Observation<ClusterFacts> {
    const { code, out, said } = observe(this.world, cluster.questions(this.subject), { tunnel: this.spec.name });
    if (code !== 0) throw new Error(`observe ended with ${code}: ${said}`);
    return cluster.read(out, this.subject);
  }

  plan(goal: 'desired' | 'absent' | State = 'desired'): readonly Operation[] {
    const observed = this.observe();
    const wanted = { ...this.subject, original: {} };
    const aim = typeof goal === 'string' ? cluster[goal](wanted, observed) : goal;
    return difference(cluster.record.objects, observed.state, aim);
  }

  describe(goal: 'desired' | 'absent' = 'desired'): readonly string[] {
    return this.plan(goal).map((operation) => cluster.describe(operation));
  }

  remarks(goal: 'desired' | 'absent' = 'desired'): readonly string[] {
    return cluster.remarks({ ...this.subject, original: {} }, this.observe(), this.plan(goal));
  }

  send(operations: readonly Operation[], most = operations.length): Ran {
    const ran = carryOut(this.world, operations.slice(0, most).map(wire), { tunnel: this.spec.name });
    this.world = ran.world;
    return ran;
  }

  /** @throws when a script fails */
  go(goal: 'desired' | 'absent' | State = 'desired'): Ran {
    const ran = this.send(this.plan(goal));
    if (ran.code !== 0) throw new Error(`apply ended with ${ran.code}: ${ran.said}`);
    if (goal === 'desired') this.applied = this.spec;
    return ran;
  }
}
