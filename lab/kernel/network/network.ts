import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostOf, networkOf, toAddress, toNumber } from '../../hosts/address';
import type { Job, Machine } from '../machine/machine';
import { dumpText } from './dump';
import type { BigIpPlan, NodePlan, SitePlan } from './plan';

/** Where the lab's own files are in the machine; each host has a folder there by its name. */
export const FOLDER = '/run/lab';
const SCRIPTS = ['node.sh', 'sdn.sh', 'sdn-note.pl', 'dump.sh', 'keepalived.sh', 'power-off.sh'] as const;

/** The network namespace of a node's Pod. */
export const podHost = (node: string, pod: string): string => `${node}-pod-${pod}`;
/** The namespace of the client in front of the virtual servers. */
export const CLIENT = 'client';

/** What a program of a node needs to find that node's Open vSwitch. */
export function switchOf(node: string): Readonly<Record<string, string>> {
  const folder = `${FOLDER}/${node}/ovs`;
  return { OVS_RUNDIR: folder, OVS_DBDIR: folder, OVS_LOGDIR: folder };
}

const HOST_SYSCTLS = [
  'net.ipv4.ip_forward=0',
  ...['all', 'default'].flatMap((of) => [`net.ipv4.conf.${of}.rp_filter=0`, `net.ipv6.conf.${of}.disable_ipv6=1`]),
];

const hex = (address: string): readonly string[] =>
  hostOf(address)
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'));
/** It follows from the address, so that a node that comes back has its own again, as a real one has. */
const macOf = (address: string): string => ['02', '00', ...hex(address)].join(':');
/** A cable's end at a bridge, named after the address at its other end. */
const portOf = (side: 'lan' | 'ext', address: string): string => `${side}${hex(address).join('')}`;

/** The lines that lay a host's cable to a bridge, for `ip -batch`. */
const cable = (side: 'lan' | 'ext', host: string, device: string, address: string): readonly string[] => [
  `link add ${portOf(side, address)} type veth peer name ${device} address ${macOf(address)} netns ${host}`,
  `link set ${portOf(side, address)} master ${side} up`,
];

const lanCable = ({ name, interface: device, address }: NodePlan): readonly string[] => [
  `netns add ${name}`,
  ...cable('lan', name, device, address),
];

const bigipCables = ({ name, addresses, outside }: BigIpPlan): readonly string[] => [
  `netns add ${name}`,
  ...cable('lan', name, 'eth0', addresses[0] ?? outside),
  ...cable('ext', name, 'ext', outside),
];

/** The shell variables that the node's scripts read. */
function planText(plan: NodePlan, neighbours: readonly string[]): string {
  const own = networkOf(plan.address);
  const values = {
    name: plan.name,
    interface: plan.interface,
    address: plan.address,
    router: toAddress(toNumber(hostOf(own)) + 1),
    neighbours: neighbours.filter((network) => network !== own).join(' '),
    gateway: plan.gateway,
    subnet: networkOf(plan.gateway),
    networks: plan.clusterNetworks.join(' '),
    pods: plan.pods.join(' '),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

/** A site's hosts as network namespaces of a machine: nodes with Open vSwitch and Pods, BIG-IPs, a client. */
export class Network {
  readonly #off = new Set<string>();

  private constructor(
    readonly machine: Machine,
    private plan: SitePlan,
  ) {}

  /** @throws Error when a program in the machine fails: which, on which host, and what it said */
  static async build(machine: Machine, plan: SitePlan): Promise<Network> {
    const network = new Network(machine, plan);
    await Promise.all(
      SCRIPTS.map((script) =>
        machine.write(`${FOLDER}/bin/${script}`, readFileSync(join(__dirname, script), 'utf8'), 0o755),
      ),
    );
    await network.#batch(undefined, [
      'link add lan type bridge',
      'link set lan up',
      'link add ext type bridge',
      'link set ext up',
      `netns add ${CLIENT}`,
      ...cable('ext', CLIENT, 'eth0', plan.client),
      ...plan.bigips.flatMap(bigipCables),
      ...plan.nodes.flatMap(lanCable),
    ]);
    await Promise.all([
      network.#connect(CLIENT, [`addr add ${plan.client} dev eth0`, 'link set eth0 up']),
      ...plan.bigips.map((bigip) => network.#startBigIp(bigip)),
      ...plan.nodes.map((node) => network.#boot(node)),
    ]);
    return network;
  }

  /** A network that is there already, in a machine that was woken: as it was built, with all that it has followed since. */
  static async found(machine: Machine, plan: SitePlan): Promise<Network> {
    const network = new Network(machine, plan);
    const there = (await network.#done({ command: ['ls', '/run/netns'] })).split('\n');
    for (const { name } of plan.nodes) if (!there.includes(name)) network.#off.add(name);
    return network;
  }

  /** What a program of that host gets added to its environment. */
  env(host: string): Readonly<Record<string, string>> {
    return this.plan.nodes.some(({ name }) => name === host) ? switchOf(host) : {};
  }

  /** Runs a program of a host. @throws Error when it fails */
  async do(host: string, ...command: Job['command']): Promise<string> {
    return this.#done({ host, command, env: this.env(host) });
  }

  /** Without a word to anybody: its processes are killed, its Pods' too, and its namespaces are gone. */
  async powerOff(name: string): Promise<void> {
    const node = this.#node(name);
    this.#off.add(name);
    await this.#done({ command: ['bash', `${FOLDER}/bin/power-off.sh`, name, portOf('lan', node.address)] });
  }

  /** As after a boot: all that was not in the plan is gone, and tun0 has another MAC. */
  async powerOn(name: string): Promise<void> {
    const node = this.#node(name);
    await this.#batch(undefined, lanCable(node));
    await this.#boot(node);
    this.#off.delete(name);
  }

  /** `systemctl restart openvswitch`: no flow is left; a second later the SDN builds br0 anew. */
  async restartOvs(name: string): Promise<void> {
    await this.#script(name, 'restart-ovs');
  }

  /** Deletes every flow on br0 that is not the SDN's. */
  async wipeFlows(name: string): Promise<void> {
    await this.#script(name, 'wipe-flows');
  }

  /** Takes over plans that have changed: new nodes are started; new Pods and flows of the others are added. Nothing is taken away. */
  async follow(nodes: readonly NodePlan[]): Promise<void> {
    const known = new Set(this.plan.nodes.map(({ name }) => name));
    const fresh = nodes.filter(({ name }) => !known.has(name));
    const changed = new Map(nodes.map((node) => [node.name, node]));
    this.plan = { ...this.plan, nodes: [...this.plan.nodes.map((node) => changed.get(node.name) ?? node), ...fresh] };
    await this.#batch(undefined, fresh.flatMap(lanCable));
    await Promise.all([
      ...fresh.map((node) => this.#boot(node)),
      ...nodes
        .filter(({ name }) => known.has(name) && !this.#off.has(name))
        .map(async (node) => {
          await this.#write(node);
          await this.#script(node.name, 'follow');
        }),
    ]);
  }

  /** Packets that the node's datapath has dropped for want of an answer from ovs-vswitchd. */
  async lost(name: string): Promise<number> {
    return Number(/lost:(\d+)/.exec(await this.do(name, 'ovs-appctl', 'dpctl/show'))?.[1]);
  }

  /** All that a host holds, a line each, sorted: links, addresses, routes, iptables, br0, sysctls, daemons; no counters. */
  async dump(host: string): Promise<string> {
    return dumpText(await this.do(host, 'bash', `${FOLDER}/bin/dump.sh`, host));
  }

  #node(name: string): NodePlan {
    const node = this.plan.nodes.find((plan) => plan.name === name);
    if (!node) throw new Error(`no node "${name}" in this network`);
    return node;
  }

  /** All networks on the LAN. */
  #neighbours(): readonly string[] {
    const addresses = [
      ...this.plan.nodes.map(({ address }) => address),
      ...this.plan.bigips.flatMap((b) => b.addresses),
    ];
    return [...new Set(addresses.map(networkOf))];
  }

  async #boot(node: NodePlan): Promise<void> {
    await this.#write(node);
    await this.#script(node.name, 'boot');
  }

  async #write(node: NodePlan): Promise<void> {
    const files = {
      plan: planText(node, this.#neighbours()),
      flows: node.flows,
      firewall: node.firewall.stock,
      chains: node.firewall.chains,
      jumps: node.firewall.jumps,
    };
    await Promise.all(
      Object.entries(files).map(([file, text]) => this.machine.write(`${FOLDER}/${node.name}/${file}`, text)),
    );
  }

  async #startBigIp({ name, addresses, outside }: BigIpPlan): Promise<void> {
    const own = new Set(addresses.map(networkOf));
    await this.#connect(name, [
      ...addresses.map((address) => `addr add ${address} dev eth0`),
      `addr add ${outside} dev ext`,
      'link set eth0 up',
      'link set ext up',
      ...this.#neighbours()
        .filter((network) => !own.has(network))
        .map((network) => `route add ${network} dev eth0`),
    ]);
  }

  /** A host that routes nothing; whether a packet may come that way is not the kernel's business on a BIG-IP. */
  async #connect(host: string, lines: readonly string[]): Promise<void> {
    await this.do(host, 'sysctl', '-qw', ...HOST_SYSCTLS);
    await this.#batch(host, ['link set lo up', ...lines]);
  }

  async #script(node: string, verb: string): Promise<void> {
    await this.#done({ host: node, command: ['bash', `${FOLDER}/bin/node.sh`, node, verb] });
  }

  async #batch(host: string | undefined, lines: readonly string[]): Promise<void> {
    await this.#done({ ...(host ? { host } : {}), command: ['ip', '-batch', '-'], input: `${lines.join('\n')}\n` });
  }

  async #done(job: Job): Promise<string> {
    const { code, out, err } = await this.machine.run(job);
    if (code === 0) return out;
    throw new Error(
      `${job.command.join(' ').slice(0, 80)} on ${job.host ?? 'the machine'} ended with ${code}: ${(err || out).trim()}`,
    );
  }
}
