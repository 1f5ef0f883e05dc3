import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contains, hostOf, networkOf, toAddress, toNumber } from './address';
import { isSame, received, sharedText } from './bigip/commits';
import { emptyConfiguration, floats, put, remove, type Setting } from './bigip/objects';
import { newPair, type Pair } from './bigip/pair';
import type { BigIp, DeviceGroup, Unit } from './bigip/unit';
import { join as joinCluster, newCluster, type Cluster } from './cluster/cluster';
import { meet, startNode, type Node } from './node/node';
import type { OvnRelease, Plugin } from './node/settings';

/** How a tunnel's devices differ from the usual ones when they are made. */
export interface WorldOptions {
  /** The plugin of its ramp nodes; default: ovn for a node whose interface is br-ex, else networkpolicy. */
  readonly plugin?: Plugin;
  /** The release of OVN-Kubernetes on its ramp nodes, where that is the plugin; default 4.16. */
  readonly release?: OvnRelease;
  /** Its Pod network is advertised by BGP, where OVN-Kubernetes is the plugin; default: it is not. */
  readonly advertised?: true;
  /** The kernels of its ramp nodes lack nft_compat, so that iptables takes no rule of ours; default: they have it. */
  readonly lacksCompat?: true;
  /** The networks that its cluster's SDN has; default: the declared ones. */
  readonly clusterNetworks?: readonly string[];
  /** Which iproute2 its ramp nodes have; default: today's. */
  readonly iproute2?: 'old';
  /** The login shell on its BIG-IPs; default tmsh. */
  readonly shell?: 'tmsh' | 'bash';
  /** How many seconds a call of tmsh takes on its BIG-IPs; default: none. */
  readonly tmshSeconds?: number;
  /** The device group that its BIG-IPs are members of; default: none. */
  readonly group?: DeviceGroup;
  /** The release of its cluster, and of `oc` with it; default 3 (3.11). */
  readonly openshift?: 3 | 4;
  /** What its cluster's `oc` has not: commands (`adm cordon`), options of `adm ipfailover` (`--check-script`); default: nothing. */
  readonly lacks?: readonly string[];
  /** Host numbers of the Pods in each ramp node's subnet; default 5 to 8. */
  readonly pods?: readonly number[];
  /** Command lines typed on its devices beforehand, by host name: leftovers, other people's objects. Not in the journal. */
  readonly typed?: Readonly<Record<string, readonly string[]>>;
}

/** What the lab reads of a declared tunnel; the rest is the product's affair. */
export interface Spec {
  readonly name: string;
  readonly bigip?: readonly {
    management: string;
    bastion: string;
    user: string;
    hostKey: string;
    address: string;
    secret: string;
  }[];
  readonly bigipPair?: { readonly floating: string; readonly deviceGroup: string };
  readonly ramp?: { readonly nodes: readonly SpecNode[] };
  /** A balancer that is itself a node of the SDN. */
  readonly balancer?: { readonly instance: string; readonly node: string };
  readonly cluster?: { readonly admin: string; readonly kubeconfig?: string };
  readonly clusterNetworks: readonly string[];
  readonly virtualServers?: readonly string[];
  readonly probe?: string;
}
/** `node` is its name in the cluster. */
interface SpecNode {
  /** Absent: it has no SSM agent, and the lab calls the host by its name in the cluster. */
  readonly instance?: string;
  readonly address: string;
  readonly interface: string;
  readonly node?: string;
}

/** All devices by their names: bastions and nodes by instance id, BIG-IPs by management address; and the clusters. Plain data, saved as JSON. */
export interface State {
  readonly bastions: Record<string, object>;
  readonly nodes: Record<string, Node>;
  readonly bigips: Record<string, BigIp>;
  readonly pairs: Pair[];
  readonly clusters: Cluster[];
  /** Hosts that are off. */
  absent: string[];
  /** Nodes on which no SSM agent runs. */
  agentless?: string[];
}

export const CLAIMS = 'var/lib/cni/networks/openshift-sdn';

/** A /23 of the cluster network for the nth node; the second one is the cluster's other node. */
function subnet(clusterNetwork: string, nth: number): string {
  const step = Math.max(512, 2 ** (32 - Number(clusterNetwork.split('/')[1])) / 4);
  return `${toAddress(toNumber(hostOf(clusterNetwork)) + ([1, 2, 3, 0][nth % 4] ?? 0) * step + Math.floor(nth / 4) * 512)}/23`;
}
/** The nodes that a spec names. Where a balancer's node is, only the lab decides. */
const nodesOf = ({ ramp, balancer }: Spec): readonly (SpecNode & { readonly instance: string })[] =>
  ramp?.nodes.map((node) => ({ ...node, instance: node.instance ?? node.node! })) ??
  (balancer ? [{ ...balancer, address: '', interface: 'eth0' }] : []);
/** What the declared tunnels reach by a node: the networks of its cluster. */
const networksThrough = (node: string, specs: readonly Spec[]): string[] =>
  specs
    .filter((spec) => nodesOf(spec).some(({ instance }) => instance === node))
    .flatMap(({ clusterNetworks }) => clusterNetworks);
const hostIn = (network: string, number: number): string => toAddress(toNumber(hostOf(network)) + number);

/**
 * Adds to `state` the devices that the specs name and that are not there yet; devices of several tunnels are made once.
 * `folder` gives a host's root folder, `publicKeys` the keys that open a secret's BIG-IP. Returns the hosts that are new.
 */
export function populate(
  state: State,
  specs: readonly unknown[],
  options: Readonly<Record<string, WorldOptions>>,
  folder: (host: string) => string,
  publicKey: (secret: string) => string | undefined,
): Set<string> {
  const fresh = new Set<string>();
  for (const spec of specs as readonly Spec[]) {
    const { shell = 'tmsh', tmshSeconds, group } = options[spec.name] ?? {};
    for (const unit of spec.bigip ?? []) {
      if (!state.bigips[unit.management]) fresh.add(unit.management);
      const bigip = (state.bigips[unit.management] ??= {
        ...newBigIp(unit, shell),
        ...(tmshSeconds ? { seconds: tmshSeconds } : {}),
        ...(group ? { group } : {}),
      });
      const key = publicKey(unit.secret);
      if (key && !bigip.authorised.includes(key)) bigip.authorised.push(key);
      if (!bigip.bastions.includes(unit.bastion)) bigip.bastions.push(unit.bastion);
      state.bastions[unit.bastion] ??= {};
      addSelf(bigip, unit.address);
    }
    populatePair(state, spec, fresh);
    const first = Object.keys(state.bigips).indexOf(spec.bigip?.[0]?.management ?? '');
    for (const unit of spec.bigip ?? []) addVirtuals(state.bigips[unit.management]!, spec.virtualServers ?? [], first);
    for (const node of nodesOf(spec)) {
      if (state.nodes[node.instance]) continue;
      state.nodes[node.instance] = newNode(state, spec, node, specs as readonly Spec[], options[spec.name] ?? {});
      claim(folder(node.instance), state.nodes[node.instance]!.settings.pods);
      fresh.add(node.instance);
    }
    for (const { instance, node } of spec.ramp?.nodes ?? []) if (!instance) (state.agentless ??= []).push(node!);
    if (spec.cluster) populateCluster(state, spec, spec.cluster, options[spec.name] ?? {}, fresh);
  }
  return fresh;
}

/** Two units of one declaration are a pair, with its floating address on both. */
function populatePair(
  state: State,
  { bigip: [first, second] = [], bigipPair }: Spec,
  fresh: ReadonlySet<string>,
): void {
  if (!first || !second || !bigipPair) return;
  const units = [first, second].map(({ management }) => state.bigips[management]!);
  for (const unit of units) addSelf(unit, bigipPair.floating, 'traffic-group-1');
  if (state.pairs.some((pair) => pair.units.includes(first.management))) return;
  state.pairs.push(newPair(bigipPair.deviceGroup, units[0]!, units[1]!));
  // One of the two may have had a tunnel while it stood alone: the other one is given what it shares.
  const source = units.find(({ management }) => !fresh.has(management)) ?? units[0]!;
  for (const target of units.filter((unit) => unit !== source))
    target.saved = structuredClone((target.running = received(target.running, source.running, 'enable')));
}

/** Pairs that are new start in sync, also with what was typed beforehand on both units alike. */
export function settlePairs(state: State, fresh: ReadonlySet<string>): void {
  for (const pair of state.pairs.filter(({ units }) => units.every((unit) => fresh.has(unit)))) {
    const [first, second] = pair.units.map((unit) => state.bigips[unit] as Unit) as [Unit, Unit];
    if (sharedText(first) !== sharedText(second)) continue;
    if (isSame(second.device.saved, second.device.commit)) second.device.saved = first.device.commit;
    second.device.commit = pair.synced = first.device.commit;
  }
}

/** The bridge that has the node's address on OVN-Kubernetes, and nowhere else. */
export const BR_EX = 'br-ex';

/** A node with Pods in a subnet of its own, and one other node that is nobody's host here. */
function newNode(
  state: State,
  spec: Spec,
  { instance, address, interface: device }: SpecNode & { readonly instance: string },
  specs: readonly Spec[],
  {
    plugin = device === BR_EX ? 'ovn' : 'networkpolicy',
    release,
    advertised,
    lacksCompat,
    clusterNetworks,
    iproute2,
    pods = [5, 6, 7, 8],
  }: WorldOptions,
): Node {
  const networks = clusterNetworks ?? [...new Set([...spec.clusterNetworks, ...networksThrough(instance, specs)])];
  const cluster = networks[0] ?? '10.128.0.0/14';
  const count = Object.values(state.nodes).filter((node) => node.settings.clusterNetwork === cluster).length;
  const own = subnet(cluster, count === 0 ? 0 : count + 1);
  const others = subnet(cluster, 1);
  const remote = [7, 8].map((number) => hostIn(others, number));
  if (spec.probe && contains(others, spec.probe) && !remote.includes(spec.probe)) remote.push(spec.probe);
  const place = address || `10.3.89.${200 + count}`;
  const settings = {
    address: place,
    interface: device,
    plugin,
    clusterNetwork: cluster,
    furtherNetworks: networks.slice(1),
    gateway: `${hostIn(own, 1)}/23`,
    ...(iproute2 ? { iproute2 } : {}),
    ...(release ? { release } : {}),
    ...(advertised ? { advertised } : {}),
    ...(lacksCompat ? { lacksCompat } : {}),
    pods: pods.map((number) => hostIn(own, number)),
    others: [{ address: hostIn(networkOf(`${place}/24`), 250), subnet: others, pods: remote }],
  };
  const { probe } = spec;
  if (probe && contains(own, probe) && !settings.pods.includes(probe)) settings.pods.push(probe);
  // A Pod may be on any node of the cluster. Of a pair the other node may be the one.
  if (
    probe &&
    nodesOf(spec).length === 1 &&
    contains(cluster, probe) &&
    ![own, others].some((each) => contains(each, probe))
  )
    settings.others.push({
      address: hostIn(networkOf(`${place}/24`), 249),
      subnet: networkOf(`${probe}/23`),
      pods: [probe],
    });
  return startNode(settings);
}

/** The cluster of whoever names the same admin host or the same nodes; its nodes know each other. */
function populateCluster(
  state: State,
  spec: Spec,
  { admin, kubeconfig }: NonNullable<Spec['cluster']>,
  { openshift, lacks }: WorldOptions,
  fresh: Set<string>,
): void {
  const named = nodesOf(spec).map(({ instance }) => instance);
  let cluster = state.clusters.find(
    ({ admins, nodes }) =>
      admins.includes(admin) || Object.values(nodes).some(({ instance }) => named.includes(instance)),
  );
  // Nodes without an agent are those of OpenShift 4.
  const usual = spec.ramp?.nodes.some((node) => !node.instance) ? 4 : 3;
  if (!cluster) state.clusters.push((cluster = newCluster(openshift ?? usual, lacks)));
  if (!cluster.admins.includes(admin)) {
    cluster.admins.push(admin);
    fresh.add(admin);
  }
  if (kubeconfig && !cluster.kubeconfigs.includes(kubeconfig)) cluster.kubeconfigs.push(kubeconfig);
  for (const { instance, node = instance } of nodesOf(spec))
    if (!Object.values(cluster.nodes).some((known) => known.instance === instance))
      joinCluster(cluster, node, instance, state.nodes[instance]!.settings.address, spec.balancer !== undefined);
  const members = Object.values(cluster.nodes).map(({ instance }) => state.nodes[instance]!);
  for (const node of members)
    for (const { settings } of members.filter((other) => other !== node))
      meet(node, { address: settings.address, subnet: networkOf(settings.gateway), pods: settings.pods });
}

/** The files in which CNI's host-local notes whose address it has given to which container. */
function claim(folder: string, pods: readonly string[]): void {
  mkdirSync(join(folder, CLAIMS), { recursive: true });
  for (const pod of pods) writeFileSync(join(folder, CLAIMS, pod), toNumber(pod).toString(16).padStart(64, 'c'));
  writeFileSync(join(folder, CLAIMS, 'last_reserved_ip.0'), pods.at(-1) ?? '');
}

const setting = (property: string, ...words: string[]): Setting => ({ property, verb: '', words });

/** A BIG-IP in service before anybody thought of a tunnel: a self IP on the shared network and a default route, saved. */
function newBigIp(
  { management, user, hostKey, address }: NonNullable<Spec['bigip']>[number],
  shell: 'tmsh' | 'bash',
): BigIp {
  const running = emptyConfiguration();
  put(running, 'net vlan', 'internal', [setting('tag', '4093')], false);
  put(
    running,
    'net self',
    'self-internal',
    [setting('address', `${address}/24`), setting('allow-service', 'default'), setting('vlan', 'internal')],
    false,
  );
  put(running, 'net route', 'default', [setting('gw', hostIn(networkOf(`${address}/24`), 1))], false);
  return {
    management,
    user,
    shell,
    hostKey,
    authorised: [],
    bastions: [],
    reachable: true,
    offline: [],
    running,
    saved: structuredClone(running),
  };
}

/** A further tunnel may end at another address of the same BIG-IP; the end of a pair's tunnel floats, also where it was one unit's own. */
function addSelf(bigip: BigIp, address: string, trafficGroup?: string): void {
  const selfs = Object.values(bigip.running['net self']);
  if (selfs.some((self) => self['address'] === `${address}/24` && (!trafficGroup || floats(self)))) return;
  for (const config of [bigip.running, bigip.saved]) {
    const [old] = Object.entries(config['net self']).find(([, self]) => self['address'] === `${address}/24`) ?? [];
    if (old) remove(config, 'net self', old);
    put(
      config,
      'net self',
      trafficGroup ? `float-${address}` : `self-internal-${selfs.length + 1}`,
      [
        setting('address', `${address}/24`),
        setting('allow-service', 'default'),
        ...(trafficGroup ? [setting('traffic-group', trafficGroup)] : []),
        setting('vlan', 'internal'),
      ],
      false,
    );
  }
}

/** The declared virtual servers, alternating between no source address translation and automap, each at an address that no other one has. */
function addVirtuals(bigip: BigIp, names: readonly string[], nth: number): void {
  for (const name of names.filter((each) => !bigip.running['ltm virtual'][each])) {
    const i = Object.keys(bigip.running['ltm virtual']).length;
    const translation = setting('source-address-translation', 'type', i % 2 ? 'automap' : 'none');
    for (const config of [bigip.running, bigip.saved]) {
      put(
        config,
        'ltm virtual',
        name,
        [setting('destination', `10.3.88.${100 + 20 * nth + i}:${i % 2 ? 'https' : 'http'}`), translation],
        false,
      );
    }
  }
}
