import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkOf } from '../../hosts/address';
import type { Job, Machine } from '../machine/machine';
import { bigipCables, BRIDGES, clientCable, nodeCable, portOf } from './cables';
import { dumpText } from './dump';
import { planText, type BigIpPlan, type NodePlan, type SitePlan } from './plan';

/** Where the lab's own files are in the machine; each host has a folder there by its name. */
export const FOLDER = '/run/lab';
const SCRIPTS = [
  'node.sh',
  'ovn-twin.sh',
  'sdn.sh',
  'sdn-note.pl',
  'dump.sh',
  'keepalived.sh',
  'power-off.sh',
  'announce.pl',
] as const;

/** The network namespace of a node's Pod. */
export const podHost = (node: string, pod: string): string => `${node}-pod-${pod}`;
/** The namespace of the client in front of the virtual servers. */
export const CLIENT = 'client';

/** What a program of a node needs to find that node's Open vSwitch. */
export function switchOf(node: string): Readonly<Record<string, string>> {
  const folder = `${FOLDER}/${node}/ovs`;
  return { OVS_RUNDIR: folder, OVS_DBDIR: folder, OVS_LOGDIR: folder };
}

/** The last one: where a network's first address goes, its others stay, as a self IP stays when the floating one moves. */
const HOST_SYSCTLS = [
  'net.ipv4.ip_forward=0',
  ...['all', 'default'].flatMap((of) => [`net.ipv4.conf.${of}.rp_filter=0`, `net.ipv6.conf.${of}.disable_ipv6=1`]),
  'net.ipv4.conf.all.promote_secondaries=1',
];

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
      ...BRIDGES,
      ...clientCable(CLIENT, plan.client),
      ...plan.bigips.flatMap(bigipCables),
      ...plan.nodes.flatMap(nodeCable),
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
    for (const { name } of [...plan.nodes, ...plan.bigips]) if (!there.includes(name)) network.#off.add(name);
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

  /** Without a word to anybody: its processes are killed, its Pods' too, and its namespaces are gone. A host that is not in the plan has none. */
  async powerOff(name: string): Promise<void> {
    const { node, bigip } = this.#planned(name);
    const ports = node
      ? [portOf('lan', node.address), ...(node.ovn ? [portOf('ovn', node.ovn.transit)] : [])]
      : bigip && [portOf('lan', bigip.addresses[0] ?? bigip.outside), portOf('ext', bigip.outside)];
    if (!ports) return;
    this.#off.add(name);
    await this.#done({ command: ['bash', `${FOLDER}/bin/power-off.sh`, name, ...ports] });
  }

  /** As after a boot: all that was not in the plan is gone, and a node's tun0 has another MAC. */
  async powerOn(name: string): Promise<void> {
    const { node, bigip } = this.#planned(name);
    if (node) {
      await this.#batch(undefined, nodeCable(node));
      await this.#boot(node);
    } else if (bigip) {
      await this.#batch(undefined, bigipCables(bigip));
      await this.#startBigIp(bigip);
    }
    this.#off.delete(name);
  }

  /** The version note is gone: about a second later the SDN builds br0 anew, with other ports and another tun0. */
  async loseNote(name: string): Promise<void> {
    await this.#script(name, 'lose-note');
  }

  /** `systemctl restart openvswitch`: no flow is left, so the SDN builds br0 anew as well. */
  async restartOvs(name: string): Promise<void> {
    await this.#script(name, 'restart-ovs');
  }

  /** Waits until the SDN has br0 as it wants it. @throws Error when it has not after a minute */
  async settled(name: string): Promise<void> {
    await this.#script(name, 'settle');
  }

  /** Deletes every flow on br0 that is not the SDN's. */
  async wipeFlows(name: string): Promise<void> {
    await this.#script(name, 'wipe-flows');
  }

  /** Takes over a plan that has changed: new hosts are started; what is new for the others is added. Nothing is taken away, and no address changes. */
  async follow(plan: SitePlan): Promise<void> {
    const known = new Set([...this.plan.nodes, ...this.plan.bigips].map(({ name }) => name));
    const fresh = <T extends { readonly name: string }>(hosts: readonly T[]): readonly T[] =>
      hosts.filter(({ name }) => !known.has(name));
    this.plan = plan;
    await this.#batch(undefined, [...fresh(plan.bigips).flatMap(bigipCables), ...fresh(plan.nodes).flatMap(nodeCable)]);
    await Promise.all([
      ...fresh(plan.bigips).map((bigip) => this.#startBigIp(bigip)),
      ...fresh(plan.nodes).map((node) => this.#boot(node)),
      ...plan.bigips
        .filter(({ name }) => known.has(name) && !this.#off.has(name))
        .map((bigip) => this.#batch(bigip.name, this.#routes(bigip))),
      ...plan.nodes
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

  /** All that a host holds, a line each: links, addresses, routes, iptables, br0, sysctls, daemons and whatever else runs there just now; no counters. */
  async dump(host: string): Promise<string> {
    return dumpText(await this.do(host, 'bash', `${FOLDER}/bin/dump.sh`, host));
  }

  #planned(name: string): { readonly node: NodePlan | undefined; readonly bigip: BigIpPlan | undefined } {
    const { nodes, bigips } = this.plan;
    return { node: nodes.find((plan) => plan.name === name), bigip: bigips.find((plan) => plan.name === name) };
  }

  /** All networks on the LAN. */
  #neighbours(): readonly string[] {
    const addresses = [
      ...this.plan.nodes.map(({ address }) => address),
      ...this.plan.bigips.flatMap((bigip) => bigip.addresses),
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

  async #startBigIp(bigip: BigIpPlan): Promise<void> {
    await this.#connect(bigip.name, [
      ...bigip.addresses.map((address) => `addr add ${address} dev eth0`),
      `addr add ${bigip.outside} dev ext`,
      'link set eth0 up',
      'link set ext up',
      ...this.#routes(bigip),
    ]);
  }

  /** To the other networks on the same cable: the LAN has no router. */
  #routes({ addresses }: BigIpPlan): readonly string[] {
    const own = addresses.map(networkOf);
    return this.#neighbours()
      .filter((network) => !own.includes(network))
      .map((network) => `route replace ${network} dev eth0`);
  }

  /** A host that routes nothing; whether a packet may come that way is not the kernel's business on a BIG-IP. */
  async #connect(host: string, lines: readonly string[]): Promise<void> {
    await this.do(host, 'sysctl', '-qw', ...HOST_SYSCTLS);
    await this.#batch(host, ['link set lo up', ...lines]);
  }

  async #script(node: string, verb: string): Promise<void> {
    const script = this.#planned(node).node?.ovn ? 'ovn-twin.sh' : 'node.sh';
    await this.#done({ host: node, command: ['bash', `${FOLDER}/bin/${script}`, node, verb] });
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
