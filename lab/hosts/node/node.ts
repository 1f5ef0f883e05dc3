import { contains, hostOf, lengthOf, networkOf } from '../address';
import { flowText, type Flow } from './flows';
import { chainLines, type Chains } from './iptables';
import { stockChains } from './stock-chains';
import { otherFlows, pipelineFlows } from './pipeline';
import { managementAddress, MANAGEMENT_PORT, networksOf, type NodeSettings, type OtherNode } from './settings';

/** A service that is enabled or active; `process`: the command line that was started and runs. */
export interface Unit {
  readonly enabled: boolean;
  readonly process?: string;
}

export interface Link {
  readonly index: number;
  readonly mtu: number;
  readonly name: string;
  readonly kind: 'ether' | 'ipip' | 'loopback';
  up: boolean;
  /** Ethernet only. */
  readonly mac: string;
  /** The ends of a tunnel: addresses or "any", and the device it is bound to or "". */
  remote: string;
  local: string;
  dev: string;
  /** Absent: inherited. */
  ttl?: string;
  tos?: string;
  /** Packets received. */
  received: number;
  /** Whether packets that come in by it are forwarded; absent: as `net.ipv4.ip_forward` has it. */
  forwards?: boolean;
}

export interface Route {
  readonly to: string;
  readonly dev: string;
  readonly via?: string;
  readonly src?: string;
  /** Who made it; absent: a person. */
  readonly proto?: string;
  readonly metric?: string;
}

export interface Address {
  readonly dev: string;
  readonly address: string;
  /** Of the network that it, or its peer, lies in. */
  readonly length: number;
  /** The other end of a link between two. */
  readonly peer?: string;
  /** When it goes by itself, in lab seconds. */
  readonly until?: number;
}

/** All that a ramp node holds; plain data, saved as JSON. */
export interface Node {
  readonly settings: NodeSettings;
  links: Link[];
  addresses: Address[];
  routes: Route[];
  chains: Record<'filter' | 'nat', Chains>;
  flows: Flow[];
  /** Peers with which a conntrack entry of protocol 4 stands. It never ages here; `conntrack -F` clears it, as ten idle minutes would. */
  connections: string[];
  /** MAC addresses that Pods have learned for an address on tun0. */
  learned: Record<string, string>;
  /** Services that are enabled or active. */
  units: Record<string, Unit>;
  /** `net.ipv4.ip_forward`; absent: 1. */
  forwards?: boolean;
  nextIndex: number;
}

/** An Ethernet device that is up; its MAC follows from its index, so that a rebuilt tun0 has another. */
function ether(index: number, name: string, mtu: number): Link {
  const mac = `0a:1f:5e:00:01:${index.toString(16).padStart(2, '0')}`;
  return { index, name, mtu, kind: 'ether', up: true, mac, remote: '', local: '', dev: '', received: 0 };
}

const loopback: Link = { ...ether(1, 'lo', 65536), kind: 'loopback', mac: '00:00:00:00:00:00' };

/** A node as it comes up: its interface, the SDN's bridge with tun0 or OVN-Kubernetes' port, the stock firewall, no tunnel. */
export function startNode(settings: NodeSettings): Node {
  const node: Node = {
    settings,
    links: [loopback, ether(3, settings.interface, 1500)],
    addresses: [{ dev: 'lo', address: '127.0.0.1', length: 8 }],
    routes: [],
    chains: stockChains(settings),
    flows: [],
    connections: [],
    learned: {},
    units: {},
    nextIndex: 9,
  };
  addAddress(node, settings.interface, `${settings.address}/24`);
  node.routes.push({
    to: '0.0.0.0/0',
    dev: settings.interface,
    via: networkOf(`${settings.address}/24`).replace(/0\/24$/, '254'), // nobody here has that address: some BIG-IPs have .1
  });
  if (settings.plugin === 'ovn') makeManagementPort(node);
  else rebuildBridge(node);
  return node;
}

/** Whether packets that come in by a device are forwarded. */
export const forwards = (node: Node, link: Link): boolean => link.forwards ?? node.forwards ?? true;

/** What a rebuild of br0 by the SDN does: flows of others are gone, tun0 is a new device with a new MAC and only the gateway's address. */
export function rebuildBridge(node: Node): void {
  const index = node.links.some((link) => link.name === 'tun0') ? node.nextIndex++ : 7;
  removeLink(node, 'tun0');
  node.links.push(ether(index, 'tun0', 1450));
  addAddress(node, 'tun0', node.settings.gateway);
  node.routes = node.routes.filter((route) => !(route.proto === 'kernel' && route.dev === 'tun0')); // the SDN replaces the connected route by the cluster's
  for (const to of [...networksOf(node.settings), '172.30.0.0/16']) node.routes.push({ to, dev: 'tun0' });
  node.flows = pipelineFlows(node.settings);
}

/** What OVN-Kubernetes makes on a node: its port, with routes by it; from 4.14 on this and the node's interface forward, and no other device. */
function makeManagementPort(node: Node): void {
  const { settings } = node;
  node.forwards = settings.release === '4.12';
  for (const link of node.links.filter(({ name }) => name === settings.interface)) link.forwards = true;
  addAddress(node, settings.interface, '169.254.0.2/17');
  node.links.push({ ...ether(7, MANAGEMENT_PORT, 1400), forwards: true });
  addAddress(node, MANAGEMENT_PORT, managementAddress(settings));
  for (const to of networksOf(settings)) node.routes.push({ to, via: hostOf(settings.gateway), dev: MANAGEMENT_PORT });
  node.routes.push({ to: '172.30.0.0/16', via: '169.254.0.4', dev: settings.interface });
}

/** The SDN tells a node of another one that has joined. */
export function meet(node: Node, other: OtherNode): void {
  if (node.settings.others.some(({ address }) => address === other.address)) return;
  node.settings.others.push(other);
  node.flows.push(...otherFlows(node.settings, other));
}

export const linkNamed = (node: Node, name: string): Link | undefined => node.links.find((link) => link.name === name);

export const addressesOn = (node: Node, dev: string): string[] =>
  node.addresses.filter((a) => a.dev === dev).map((a) => a.address);

/** Whether an address is this node's own, on whatever device. */
export const holds = (node: Node, address: string): boolean =>
  node.addresses.some((entry) => entry.address === address);

export function addAddress(
  node: Node,
  dev: string,
  cidr: string,
  form: Pick<Address, 'length' | 'peer'> = { length: lengthOf(cidr) },
): void {
  const fresh = { dev, address: hostOf(cidr), ...form };
  node.addresses.push(fresh);
  if (linkNamed(node, dev)?.up) connect(node, fresh);
}

/** The network of an address or of its peer; undefined: no other host is in it. */
const connected = ({ address, length, peer }: Address): string | undefined =>
  peer === undefined && length === 32 ? undefined : networkOf(`${peer ?? address}/${length}`);

/** The kernel's own route to an address's network, which stands while its device is up. */
export function connect(node: Node, address: Address): void {
  const to = connected(address);
  const route = { to: to ?? '', dev: address.dev, proto: 'kernel', src: address.address };
  const there = node.routes.some(
    ({ proto, dev, to: other }) => proto === 'kernel' && dev === route.dev && other === to,
  );
  if (to !== undefined && !there) node.routes.push(route);
}

/** Takes an address away, and the routes that stood by it; a device without any address has no route either. */
export function removeAddress(node: Node, removed: Address): void {
  const { dev, address } = removed;
  node.addresses = node.addresses.filter((each) => each !== removed);
  const gone = connected(removed);
  const last = addressesOn(node, dev).length === 0;
  node.routes = node.routes.filter(
    (route) => route.dev !== dev || !(last || (route.proto === 'kernel' && route.src === address && route.to === gone)),
  );
}

/** Deletes a device; its addresses and routes go with it. */
export function removeLink(node: Node, name: string): void {
  node.links = node.links.filter((link) => link.name !== name);
  node.addresses = node.addresses.filter((address) => address.dev !== name);
  node.routes = node.routes.filter((route) => route.dev !== name);
}

/** The most specific route to an address, of several the one with the lowest metric. */
export const routeTo = (node: Node, address: string): Route | undefined =>
  node.routes
    .filter((route) => contains(route.to, address))
    .sort((a, b) => lengthOf(b.to) - lengthOf(a.to) || Number(a.metric ?? 0) - Number(b.metric ?? 0))[0];

/** The source address the kernel chooses for a packet over that route. */
export const sourceOf = (node: Node, route: Route): string =>
  route.src ?? addressesOn(node, route.dev)[0] ?? node.settings.address;

/** The node's configuration as sorted text; counters, indexes, conntrack and the loopback device are left out, the order of iptables rules is kept. */
export function dumpNode(node: Node): string {
  const given = (word: string, value: string | undefined): string => (value === undefined ? '' : ` ${word} ${value}`);
  const ends = ({ kind, mac, remote, local, dev, ttl, tos }: Link): string =>
    kind === 'ether'
      ? `ether ${mac}`
      : `ipip remote ${remote} local ${local} dev ${dev || 'any'}${given('ttl', ttl)}${given('tos', tos)}`;
  const rules = (table: 'filter' | 'nat'): string[] =>
    Object.keys(node.chains[table])
      .sort()
      .flatMap((chain) => chainLines(node.chains[table], chain));
  return [
    ...node.links
      .filter(({ name }) => name !== 'lo')
      .map((link) => `link ${link.name} ${link.up ? 'up' : 'down'} ${ends(link)}`)
      .sort(),
    ...node.links
      .filter((link) => forwards(node, link) !== (node.forwards ?? true))
      .map((link) => `forwarding ${link.name} ${forwards(node, link) ? 'on' : 'off'}`)
      .sort(),
    ...node.addresses
      .filter(({ dev }) => dev !== 'lo')
      .map(({ dev, address, length, peer }) => `address ${address}${given('peer', peer)}/${length} dev ${dev}`)
      .sort(),
    ...node.routes
      .map(({ to, dev, via, metric }) => `route ${to} dev ${dev}${given('via', via)}${given('metric', metric)}`)
      .sort(),
    ...rules('filter').map((line) => `iptables filter ${line}`),
    ...rules('nat').map((line) => `iptables nat ${line}`),
    ...node.flows
      .map((f) => `flow cookie=${f.cookie} table=${f.table} ${flowText(f)}actions=${f.actions.join(',')}`)
      .sort(),
    ...Object.entries(node.units)
      .map(
        ([name, unit]) =>
          `unit ${name} ${unit.enabled ? 'enabled' : 'disabled'} ${unit.process ? 'active' : 'inactive'}`,
      )
      .sort(),
  ].join('\n');
}
