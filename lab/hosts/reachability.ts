import { contains, hostOf, lengthOf, networkOf } from './address';
import { Refusal, say, type Answer } from './answer';
import { floats, wordOf } from './bigip/objects';
import type { Pair } from './bigip/pair';
import { isActive, type BigIp } from './bigip/unit';
import { verdict, type Packet } from './node/iptables';
import { addressesOn, forwards, holds, linkNamed, routeTo, sourceOf, type Link, type Node } from './node/node';
import { MANAGEMENT_PORT, type OtherNode } from './node/settings';
import { translatesByNftables } from './node/stock-chains';
import { trace, type Traced } from './node/trace';
import { text } from './texts';

/** The devices that packets travel between. */
export interface Devices {
  readonly nodes: Readonly<Record<string, Node>>;
  readonly bigips: Readonly<Record<string, BigIp>>;
  readonly pairs: readonly Pair[];
  /** Hosts that are off. */
  readonly absent: readonly string[];
}
const running = ({ nodes, absent }: Devices): Node[] =>
  Object.keys(nodes).flatMap((host) => (absent.includes(host) ? [] : nodes[host]!));

/**
 * Whether a ping is answered. This is a simplification: it follows one packet and its answer over addresses, routes, tunnel ends, the firewall's
 * chains and br0's tables as they stand now. It knows no time (conntrack and ARP entries never age), no MTU, no NetworkPolicy of a project, no
 * port lockdown on BIG-IP's outer address, and ARP only where a flow has to let it through. Where a packet is taken in it is counted.
 */
export function reaches(devices: Devices, from: BigIp | Node, target: string, packets = 1): boolean {
  return 'settings' in from
    ? nodeReaches(devices, from, target, packets)
    : bigIpReaches(devices, from, target, packets);
}

/** The self IPs that a unit has: floating ones only where it is active. */
const selfs = (bigip: BigIp) =>
  Object.values(bigip.running['net self'])
    .filter((self) => isActive(bigip) || !floats(self))
    .map((self) => ({
      address: hostOf(wordOf(self, 'address')),
      network: networkOf(wordOf(self, 'address')),
      vlan: wordOf(self, 'vlan'),
      silent: !self['allow-service'],
      floats: floats(self),
    }));

/** Where BIG-IP sends a packet: the VLAN or tunnel of its most specific route; self IPs' networks are routes as well. */
function egress(bigip: BigIp, target: string): string | undefined {
  const connected = selfs(bigip).map(({ network, vlan }) => ({ network, dev: vlan }));
  const vlanOf = (gateway: string): string => connected.find(({ network }) => contains(network, gateway))?.dev ?? '';
  const routes = Object.values(bigip.running['net route']).map((route) => {
    const network = wordOf(route, 'network');
    return {
      network: network === 'default' ? '0.0.0.0/0' : network,
      dev: wordOf(route, 'interface') || vlanOf(wordOf(route, 'gw')),
    };
  });
  return [...connected, ...routes]
    .filter(({ network }) => contains(network, target))
    .sort((a, b) => lengthOf(b.network) - lengthOf(a.network))[0]?.dev;
}

function bigIpReaches(devices: Devices, bigip: BigIp, target: string, packets: number): boolean {
  if (selfs(bigip).some(({ address }) => address === target)) return true;
  const dev = egress(bigip, target);
  if (!dev) return false;
  const tunnel = bigip.running['net tunnels tunnel'][dev];
  if (!tunnel) return running(devices).some((node) => addressesOn(node, node.settings.interface).includes(target));
  const outer = { local: wordOf(tunnel, 'local-address'), remote: wordOf(tunnel, 'remote-address') };
  const pingsFrom = devices.pairs.find(({ units }) => units.includes(bigip.management))?.pingsFrom;
  const sources = selfs(bigip).filter(({ vlan }) => vlan === dev);
  const source = (sources.find((self) => self.floats === (pingsFrom === 'floating')) ?? sources[0])?.address;
  if (!source || !selfs(bigip).some(({ address, vlan }) => address === outer.local && vlan !== dev)) return false;
  return running(devices).some((node) => {
    const link = holds(node, outer.remote) && tunnelTo(node, outer.local, outer.remote);
    if (!link || !takesIn(node, outer.local, outer.remote)) return false;
    link.received += packets;
    const answersFromTunnel = routeTo(node, source)?.dev === link.name; // also what reverse-path filtering asks for
    const answersWithItsEnd = outerSource(node, link) === outer.remote;
    return (
      answersFromTunnel && answersWithItsEnd && (holds(node, target) || podAnswers(devices, node, source, target, link))
    );
  });
}

/** The device the kernel hands an IPIP packet to: exact ends first, then a tunnel without a local end. */
const tunnelTo = (node: Node, remote: string, local: string): Link | undefined =>
  [local, 'any']
    .map((end) =>
      node.links.find((link) => link.kind === 'ipip' && link.up && link.remote === remote && link.local === end),
    )
    .find(Boolean);

function outerSource(node: Node, link: Link): string | undefined {
  const route = routeTo(node, link.remote);
  const source = link.local === 'any' ? route && sourceOf(node, route) : link.local;
  return source && holds(node, source) ? source : undefined; // a standby's local VIP: nothing leaves, and nothing says so
}

/** INPUT's verdict on protocol 4. What is let in once stays let in by conntrack, as long as its entry stands. */
function takesIn(node: Node, source: string, destination: string): boolean {
  const established = node.connections.includes(source);
  const packet: Packet = { protocol: 'ipencap', source, destination, input: node.settings.interface, established };
  const accepted = verdict(node.chains.filter, 'INPUT', packet)?.[0] === 'ACCEPT';
  if (accepted) connect(node, source);
  return accepted;
}
const connect = (node: Node, peer: string): void =>
  void (node.connections.includes(peer) || node.connections.push(peer));

/** From the node to a Pod and back. `input`: the device that the packet came in by; absent: the node itself sends it. */
function podAnswers(devices: Devices, node: Node, source: string, pod: string, input?: Link): boolean {
  const { settings } = node;
  const way = settings.plugin === 'ovn' ? MANAGEMENT_PORT : 'tun0';
  const other = settings.others.find(({ pods }) => pods.includes(pod));
  const isOff = devices.absent.some((host) => other && devices.nodes[host]?.settings.address === other.address);
  if ((!other && !settings.pods.includes(pod)) || isOff) return false;
  if (routeTo(node, pod)?.dev !== way || !linkNamed(node, way)?.up) return false;
  const packet: Packet = { protocol: 'icmp', source, destination: pod, input: input?.name ?? '', output: way };
  if (input && (!forwards(node, input) || verdict(node.chains.filter, 'FORWARD', packet)?.[0] !== 'ACCEPT'))
    return false;
  return settings.plugin === 'ovn' ? ovnAnswers(node, packet) : sdnAnswers(node, packet, other);
}

/** OVN brings a Pod's reply back to the node only when the Pod saw the port's own address (facts on OVN-Kubernetes: rows 2, 3 and 6). */
function ovnAnswers(node: Node, packet: Packet): boolean {
  const own = addressesOn(node, MANAGEMENT_PORT)[0];
  const [nat, , toSource] = verdict(node.chains.nat, 'POSTROUTING', packet) ?? [];
  const isLeftAlone = node.settings.advertised === true && packet.input !== '';
  const seen = nat === 'SNAT' ? toSource : translatesByNftables(node.settings) && !isLeftAlone ? own : packet.source;
  return seen === own && (packet.input === '' || forwards(node, linkNamed(node, MANAGEMENT_PORT)!));
}

/** Through the SDN: source NAT in the kernel or in br0's flows, ARP for the address the Pod sees. */
function sdnAnswers(node: Node, packet: Packet, other: OtherNode | undefined): boolean {
  const { settings } = node;
  const { source, destination: pod } = packet;
  const tun0 = linkNamed(node, 'tun0')!;
  const isRemote = other !== undefined;
  const [nat, , toSource = ''] = verdict(node.chains.nat, 'POSTROUTING', packet) ?? [];
  const inKernel = nat === 'SNAT' ? toSource : nat === 'MASQUERADE' ? hostOf(settings.gateway) : source;

  const port = isRemote ? '1' : String(settings.pods.indexOf(pod) + 4);
  const sent = trace(node, { port: '2', proto: 'ip', source: inKernel, destination: pod });
  if (sent?.port !== port || sent.packet.destination !== pod) return false;
  const seen = sent.packet.source; // the peer as the Pod sees it
  const fromPod = (proto: Traced['proto'], destination: string): Traced => ({
    port,
    proto,
    source: pod,
    destination,
    ...(isRemote ? { tunnelSource: other.address } : {}),
  });
  const inSubnet = contains(networkOf(settings.gateway), seen);
  if (isRemote && !inSubnet) return false; // its own node sends the answer out of its own tun0
  if (inSubnet) {
    const asked = trace(node, fromPod('arp', seen));
    const answered = addressesOn(node, 'tun0').includes(seen)
      ? trace(node, { port: '2', proto: 'arp', source: seen, destination: pod })
      : undefined;
    if (asked?.port !== '2' || answered?.port !== port) return false;
  }
  const back = trace(node, fromPod('ip', seen));
  if (back?.port !== '2' || (back.packet.destination !== inKernel && back.packet.destination !== source)) return false;
  // tun0 drops what carries another MAC: one written by a flow, or the one of an earlier tun0 that Pods still remember
  const isGateway = seen === hostOf(settings.gateway);
  const mac = back.packet.mac ?? (inSubnet && !isGateway ? (node.learned[seen] ??= tun0.mac) : tun0.mac);
  return mac === tun0.mac;
}

function nodeReaches(devices: Devices, node: Node, target: string, packets: number): boolean {
  if (holds(node, target)) return true;
  const route = routeTo(node, target);
  const link = node.links.find((each) => each.name === route?.dev && each.up);
  if (!route || !link) return false;
  if (link.name === 'tun0') return podAnswers(devices, node, hostOf(node.settings.gateway), target);
  if (link.name === MANAGEMENT_PORT)
    return podAnswers(devices, node, addressesOn(node, MANAGEMENT_PORT)[0] ?? '', target);
  const bigips = Object.values(devices.bigips);
  if (link.kind === 'ether') {
    const answers = bigips.flatMap((bigip) => {
      const own = selfs(bigip);
      const onWire = own.filter(({ vlan }) => !bigip.running['net tunnels tunnel'][vlan]);
      const isGateway = onWire.some(({ address }) => address === route.via); // then it has all of its addresses there
      return (isGateway ? own : onWire).filter(({ silent }) => !silent);
    });
    return [...answers, ...running(devices).flatMap((each) => each.addresses)].some(
      ({ address }) => address === target,
    );
  }
  const outer = outerSource(node, link);
  const inner = addressesOn(node, link.name)[0];
  if (!outer || !inner) return false;
  connect(node, link.remote); // opened by what was sent, answered or not
  const answered = bigips.some((bigip) => {
    const tunnel = Object.entries(bigip.running['net tunnels tunnel']).find(
      ([, each]) => wordOf(each, 'local-address') === link.remote && wordOf(each, 'remote-address') === outer,
    );
    const own = selfs(bigip);
    return (
      tunnel &&
      own.some((self) => self.address === link.remote) &&
      own.some((self) => self.address === target && !self.silent) &&
      egress(bigip, inner) === tunnel[0]
    );
  });
  if (!answered || !takesIn(node, link.remote, outer)) return false;
  link.received += packets;
  return true;
}

/** iputils' `ping -c N [-i S] [-W S] [-I DEVICE] [-q] [-n] ADDRESS`, its options in any order; the device has to be the one of the route. */
export function ping(devices: Devices, from: BigIp | Node, args: readonly string[]): Answer {
  const values: Record<string, number> = { '-i': 1, '-W': 10 };
  const rest: string[] = [];
  let device: string | undefined;
  for (let i = 0; i < args.length; i++) {
    if (/^-[ciW]$/.test(args[i]!)) values[args[i]!] = Number(args[++i]);
    else if (args[i] === '-I') device = args[++i];
    else rest.push(args[i]!);
  }
  const [target = '', ...more] = rest.filter((word) => word !== '-q' && word !== '-n');
  const { '-c': count, '-i': interval = 1, '-W': wait = 10 } = values;
  if (more.length || target.startsWith('-') || !count) throw new Refusal('notModelled', 'ping', args.join(' '));
  const isByDevice = device === undefined || ('settings' in from && routeTo(from, target)?.dev === device);
  const received = isByDevice && reaches(devices, from, target, count) ? count : 0;
  const seconds = (count - 1) * interval + (received ? 0 : wait);
  const times = received ? 'rtt min/avg/max/mdev = 0.512/0.512/0.512/0.000 ms' : '';
  const replies = args.includes('-q')
    ? []
    : Array.from({ length: received }, (_, i) => text('pingReply', target, i + 1));
  const own = device === undefined || !('settings' in from) ? undefined : addressesOn(from, device)[0];
  const told = say(
    device === undefined || own === undefined
      ? text('pingHead', target, target)
      : text('pingHeadFrom', target, target, own, device),
    ...replies,
    text('pingEnd', target, count, received, received ? 0 : 100, Math.round(seconds * 1000), times),
  );
  return { ...told, code: received ? 0 : 1, seconds };
}
