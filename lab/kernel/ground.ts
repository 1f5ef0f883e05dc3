import { Refusal, type Answer } from '../hosts/answer';
import { bootUnit, isActive } from '../hosts/bigip/unit';
import { schedule } from '../hosts/cluster/cluster';
import { happenings as modelled, type Happenings, type Surroundings } from '../hosts/happenings';
import type { Ground, Plot } from '../hosts/hosts';
import { reboot, systemctl } from '../hosts/node/systemctl';
import type { Call } from '../hosts/stand-ins';
import { TmmStandIn } from './bigip';
import { failoversOf, type Placed } from './failovers';
import type { Job, Machine } from './machine/machine';
import { startKeepalived, stopKeepalived } from './network/keepalived';
import { podHost, type Network } from './network/network';
import type { SitePlan } from './network/plan';
import { PORT, startPods } from './traffic/pods';
import { Units } from './units';
import { changes } from './writes';

/** A node's commands that a kernel answers. */
const REAL = ['ip', 'iptables', 'ovs-ofctl', 'ovs-vsctl', 'ovs-appctl', 'sysctl', 'conntrack'];

/**
 * The ground of real packets: what nodes are asked goes to their namespaces, and namespaces follow what the models of BIG-IP, cluster and systemd hold.
 */
export class KernelGround implements Ground {
  private readonly bigips: ReadonlyMap<string, TmmStandIn>;
  private readonly units: ReadonlyMap<string, Units>;
  private readonly failovers = new Map<string, string>();
  /** Hosts that go off or boot: nothing is started there meanwhile, whatever a node's service asks for elsewhere. */
  private readonly booting = new Set<string>();
  private work: Promise<void> = Promise.resolve();
  /** Commands that have not ended. */
  private readonly commands = new Set<Promise<unknown>>();

  constructor(
    private readonly machine: Machine,
    readonly network: Network,
    private readonly plan: SitePlan,
    private readonly plot: Plot,
    /** Whether the programs of the nodes' services run. */
    services: boolean,
  ) {
    const { state, root, exec } = plot;
    // one Pod of each node, so that a virtual server leads to ramp nodes and to others
    const members = plan.nodes.flatMap(({ pods: [pod] }) => (pod === undefined ? [] : `${pod}:${PORT}`));
    this.bigips = new Map(
      Object.keys(state.bigips).map((host) => [host, new TmmStandIn(machine, host, members as [string, ...string[]])]),
    );
    this.units = new Map(
      (services ? Object.keys(state.nodes) : []).map((host) => [
        host,
        new Units(root(host), (words, stopped) => exec(host, words, stopped)),
      ]),
    );
  }

  /** The machine was woken: everything stands as the models say. */
  stands(): void {
    const { bigips } = this.plot.state;
    for (const [host, bigip] of this.bigips) bigip.stands(bigips[host]!);
    for (const [key, placed] of this.wantedFailovers()) this.failovers.set(key, JSON.stringify(placed));
  }

  /** Starts what every Pod serves, on all nodes or on one. */
  async startPods(host?: string): Promise<void> {
    const nodes = this.plan.nodes.filter(({ name }) => host === undefined || name === host);
    await Promise.all(
      nodes.map(({ name, pods }) =>
        startPods(this.machine, name, Object.fromEntries(pods.map((pod) => [pod, podHost(name, pod)]))),
      ),
    );
  }

  async command(host: string, call: Call): Promise<Answer> {
    const { command, args, input, gone, tell } = call;
    if (command === 'systemctl') return this.systemctl(host, args);
    if (command.startsWith('ovs-') && this.plot.state.nodes[host]?.settings.plugin === 'ovn')
      throw new Refusal('notFoundHere', command); // it runs in a Pod
    if (!REAL.includes(command)) throw new Refusal('notModelled', command, args.join(' '));
    const heard = args.includes('monitor') ? { heard: tell } : {}; // it ends with its caller, who wants to hear it before
    const answer = await this.real(host, [command, ...args], { input, signal: gone, ...heard });
    return { ...answer, writes: changes(command, args) };
  }

  async ping(host: string, args: readonly string[]): Promise<Answer> {
    return this.real(host, ['ping', ...args]);
  }

  /** Pods of ipfailover find their nodes; then the namespaces follow. */
  settle(): Promise<void> {
    const { state } = this.plot;
    for (const cluster of state.clusters) schedule(cluster, state.absent);
    const off = this.off();
    const there = (host: string): boolean => !off.includes(host);
    for (const [host, units] of this.units) if (there(host)) units.follow(state.nodes[host]!);
    return this.followBigIps().then(() => this.followFailovers());
  }

  /** No service of any node runs any more. */
  closeServices(): void {
    for (const units of this.units.values()) units.close();
  }

  /** Waits for what a caller that is gone has left: a machine with jobs cannot sleep. */
  async quiet(): Promise<void> {
    await Promise.allSettled(this.commands);
  }

  /** A unit that stands back gives its addresses up before the other one takes them. */
  private async followBigIps(): Promise<void> {
    const [{ bigips }, off] = [this.plot.state, this.off()];
    const there = [...this.bigips].flatMap(([host, standIn]) =>
      off.includes(host) ? [] : [{ standIn, bigip: bigips[host]! }],
    );
    for (const active of [false, true]) {
      const these = there.filter(({ bigip }) => isActive(bigip) === active);
      await Promise.all(these.map(({ standIn, bigip }) => standIn.follow(bigip)));
    }
  }

  runsServices(host: string): boolean {
    return this.units.has(host);
  }

  happenings(surroundings: Surroundings): Happenings<Promise<void>> {
    const model = modelled({ ...surroundings, settle: () => undefined });
    const { network } = this;
    const off = async (host: string): Promise<void> => {
      this.booting.add(host);
      // Its keepalived is not to be stopped any more: a command of another node may settle everything while this one loses its power.
      for (const key of [...this.failovers.keys()].filter((each) => each.startsWith(`${host} `)))
        this.failovers.delete(key);
      await this.work;
      await network.powerOff(host);
      this.bigips.get(host)?.booted();
      this.units.get(host)?.off();
    };
    const on = async (host: string): Promise<void> => {
      await network.powerOn(host);
      await this.startPods(host);
      this.booting.delete(host);
      await this.settle();
    };
    const isOff = (host: string): boolean => this.plot.state.absent.includes(host);
    return {
      gone: async (host) => {
        if (isOff(host)) return;
        model.gone(host);
        await off(host);
        await this.settle();
      },
      back: async (host) => {
        if (!isOff(host)) return;
        model.back(host);
        await on(host);
      },
      boot: async (host, seconds) => {
        await model.boot(host, seconds);
        await on(host);
      },
      reboot: async (host) => {
        if (!isOff(host)) await off(host);
        model.reboot(host);
        await on(host);
      },
      wipeFlows: (host) => network.wipeFlows(host),
      restartOvs: (host) => network.restartOvs(host),
    };
  }

  /** After a machine that was not put to sleep: every host has lost its power and boots anew, but for those that were off. */
  async powerCut(): Promise<void> {
    const { state } = this.plot;
    for (const host of state.absent) await this.network.powerOff(host);
    for (const bigip of Object.values(state.bigips)) bootUnit(bigip);
    for (const [host, node] of Object.entries(state.nodes)) reboot(node, this.plot.root(host));
  }

  private async systemctl(host: string, args: readonly string[]): Promise<Answer> {
    const answer = systemctl(this.plot.state.nodes[host]!, this.plot.root(host), args);
    const [verb, unit = ''] = args.filter((word) => !word.startsWith('-'));
    if (verb === 'restart' && answer.code === 0) this.units.get(host)?.restart(unit.replace(/\.service$/, ''));
    return answer;
  }

  private real(host: string, command: Job['command'], more: Partial<Job> = {}): Promise<Answer> {
    const answer = this.machine.run({ host, command, env: this.network.env(host), ...more });
    this.commands.add(answer);
    return answer.finally(() => this.commands.delete(answer));
  }

  private off(): readonly string[] {
    return [...this.plot.state.absent, ...this.booting];
  }

  private wantedFailovers(): ReadonlyMap<string, Placed> {
    const all = this.plot.state.clusters.flatMap((cluster) => failoversOf(cluster, this.off()));
    return new Map(all.map((placed) => [`${placed.node} ${placed.failover.name}`, placed]));
  }

  private followFailovers(): Promise<void> {
    const wanted = this.wantedFailovers();
    for (const key of this.failovers.keys()) {
      if (wanted.has(key)) continue;
      const [node = '', name = ''] = key.split(' ');
      this.failovers.delete(key);
      this.queue(() => stopKeepalived(this.network, node, name));
    }
    for (const [key, placed] of wanted) {
      const text = JSON.stringify(placed);
      if (this.failovers.get(key) === text) continue;
      this.failovers.set(key, text);
      this.queue(() => startKeepalived(this.network, placed.node, placed.failover));
    }
    return this.work;
  }

  private queue(task: () => Promise<void>): void {
    this.work = this.work.then(task);
  }
}
