import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostOf, lengthOf } from '../../hosts/address';
import type { Job, Machine } from '../machine/machine';
import { BRIDGES, nodeCable } from '../network/cables';
import { FOLDER, podHost, switchOf } from '../network/network';
import { startPods } from '../traffic/pods';
import { leavesByHost, northbound, southbound, type Command } from './northbound';
import {
  BIGIP,
  CLUSTER_NETWORK,
  macOf,
  mp0Of,
  nicMacOf,
  POD_MTU,
  ROUTER,
  routerOf,
  zonesOf,
  type OvnNode,
  type OvnSite,
  type Zone,
} from './plan';

/** Who translates the source of what leaves by ovn-k8s-mp0, on the plugin's side; `advertised`: nobody, for packets that a node forwards. */
export type Snat = 'none' | 'iptables' | 'nft' | 'advertised';
export type Event = 'restart-controller' | 'restart-ovnkube' | 'restart-ovs';

/**
 * A cluster with OVN-Kubernetes' network, made of namespaces of a machine: real OVN and Open vSwitch, and in place of ovnkube what it does to databases
 * and hosts. Without services, EgressIP and user-defined networks.
 */
export class OvnNetwork {
  private constructor(
    readonly machine: Machine,
    readonly site: OvnSite,
  ) {}

  /** @throws Error when a program in the machine fails: which, on which host, and what it said */
  static async build(machine: Machine, site: OvnSite): Promise<OvnNetwork> {
    const network = new OvnNetwork(machine, site);
    await Promise.all(
      ['central.sh', 'node.sh'].map((script) =>
        machine.write(`${FOLDER}/ovn/${script}`, readFileSync(join(__dirname, script), 'utf8'), 0o755),
      ),
    );
    await network.#lay();
    await Promise.all(zonesOf(site).map((zone) => network.#startZone(zone)));
    await Promise.all(site.nodes.map((node) => network.#boot(node)));
    await Promise.all(zonesOf(site).map((zone) => network.#meet(zone)));
    await network.synced();
    return network;
  }

  /** Runs a program of a host. @throws Error when it fails */
  async do(host: string, ...command: Job['command']): Promise<string> {
    return this.#done({ host, command, env: this.env(host) });
  }

  /** What a program of that host gets added to its environment. */
  env(host: string): Readonly<Record<string, string>> {
    return this.site.nodes.some(({ name }) => name === host) ? switchOf(host) : {};
  }

  async snat(node: string, form: Snat): Promise<void> {
    await this.#script(node, 'snat', form);
  }

  /** Sets ipForwarding, and starts ovnkube, which sees to its own interfaces. */
  async forwarding(node: string, form: 'Restricted' | 'Global'): Promise<void> {
    await this.#script(node, 'forwarding', form);
  }

  /** Does it, and returns when all of the plugin runs again. */
  async happens(node: string, event: Event): Promise<void> {
    await this.#script(node, event);
  }

  /** Changes the logical network of every zone that has the objects; waits until all nodes have followed. */
  async change(commands: (zone: Zone) => readonly Command[]): Promise<void> {
    await Promise.all(zonesOf(this.site).map((zone) => this.#northbound(zone, commands(zone))));
    await this.synced();
  }

  /** `routingViaHost: true`, on all nodes. */
  async routeViaHost(): Promise<void> {
    await this.change(({ nodes }) => nodes.map(leavesByHost));
    await Promise.all(this.site.nodes.map(({ name }) => this.#script(name, 'via-host')));
  }

  /** Waits until every node has what its zone's northbound database says. */
  async synced(): Promise<void> {
    await Promise.all(zonesOf(this.site).map((zone) => this.#northbound(zone, [['--wait=hv', 'sync']])));
  }

  async #lay(): Promise<void> {
    const { nodes, bigip, router } = this.site;
    const cabled = (name: string, address: string): readonly string[] =>
      nodeCable({ name, address, interface: 'eth0' });
    await this.#batch(undefined, [
      ...BRIDGES,
      ...cabled(BIGIP, bigip),
      ...cabled(ROUTER, router),
      ...nodes.flatMap(({ name, address }) => cabled(name, address)),
    ]);
    const up = (address: string): readonly string[] => [
      'link set lo up',
      `addr add ${address} dev eth0`,
      'link set eth0 up',
    ];
    await this.#batch(ROUTER, up(router));
    await this.#batch(BIGIP, [...up(bigip), `route add default via ${hostOf(router)}`]);
  }

  async #startZone(zone: Zone): Promise<void> {
    await this.#done({ command: ['bash', `${FOLDER}/ovn/central.sh`, zone.name] });
    await this.#northbound(zone, northbound(this.site, zone));
  }

  async #boot(node: OvnNode): Promise<void> {
    await this.machine.write(`${FOLDER}/${node.name}/plan`, this.#planText(node));
    await this.#script(node.name, 'boot');
    await startPods(
      this.machine,
      node.name,
      Object.fromEntries(node.pods.map((pod) => [pod, podHost(node.name, pod)])),
    );
  }

  /** Chassis of other zones are known once there are port bindings; br-ex has its flows once ovn-controller has connected it. */
  async #meet(zone: Zone): Promise<void> {
    const commands = southbound(this.site, zone);
    if (commands.length > 0) {
      await this.#northbound(zone, [['--wait=sb', 'sync']]);
      await this.#control('ovn-sbctl', zone, 'sb', commands);
    }
    await Promise.all(zone.nodes.map(({ name }) => this.#script(name, 'br-ex-flows')));
  }

  #planText(node: OvnNode): string {
    const zone = zonesOf(this.site).find(({ nodes }) => nodes.includes(node))!;
    const values = {
      name: node.name,
      address: node.address,
      mac: nicMacOf(node),
      router: hostOf(this.site.router),
      southbound: `${FOLDER}/ovn-${zone.name}/sb.sock`,
      interconnect: String(this.site.interconnect),
      subnet: node.subnet,
      length: String(lengthOf(node.subnet)),
      gateway: routerOf(node),
      gateway_mac: macOf(routerOf(node)),
      mp0: mp0Of(node),
      mp0_mac: macOf(mp0Of(node)),
      mtu: String(POD_MTU),
      cluster: CLUSTER_NETWORK,
      pods: node.pods.join(' '),
    };
    return Object.entries(values)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join('');
  }

  #northbound(zone: Zone, commands: readonly Command[]): Promise<void> {
    return this.#control('ovn-nbctl', zone, 'nb', commands);
  }

  /** All commands in one transaction. Options before `sync` are the program's, not the command's. */
  async #control(program: string, { name }: Zone, database: 'nb' | 'sb', commands: readonly Command[]): Promise<void> {
    const words = commands.flatMap((command) => (command[0]!.startsWith('--wait') ? command : ['--', ...command]));
    if (words.length === 0) return;
    const socket = `--db=unix:${FOLDER}/ovn-${name}/${database}.sock`;
    await this.#done({ command: [program, '--no-leader-only', '--timeout=120', socket, ...words] });
  }

  async #script(node: string, ...words: readonly string[]): Promise<void> {
    await this.#done({ host: node, command: ['bash', `${FOLDER}/ovn/node.sh`, node, ...words] });
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
