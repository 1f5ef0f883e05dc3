import { hostOf } from '../hosts/address';
import { wordOf, type Configuration } from '../hosts/bigip/objects';
import { inForce, isActive, type BigIp } from '../hosts/bigip/unit';
import { arrived, between, interfacesOf, virtualsOf, type Standing } from './interfaces';
import type { Machine } from './machine/machine';
import { FOLDER } from './network/network';
import { endVirtuals, serveVirtuals, type Virtual } from './traffic/proxy';

/** What a namespace follows of a model. */
interface Wanted {
  readonly running: Configuration;
  /** What of it the unit stands for on the network. */
  readonly inForce: Configuration;
  readonly ofPair: boolean;
  readonly active: boolean;
}

/**
 * A BIG-IP's namespace, which follows what its tmsh model holds: tunnels, self IPs, routes, translation addresses and virtual servers are real there.
 * A unit of a pair has what floats only while it is active. It tells its neighbours of each address that it gets, and of a unit that stands back every
 * connection ends without a word.
 * tmsh itself is a model; that TMM does the same with these objects is not shown by it.
 */
export class TmmStandIn {
  private standing: ReadonlyMap<string, Standing> = new Map();
  private told = '';
  private served = '';
  private active = false;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly machine: Machine,
    private readonly host: string,
    private readonly members: Virtual['members'],
  ) {}

  /** It has a namespace as after a boot: nothing of its configuration stands. */
  booted(): void {
    [this.standing, this.told, this.served, this.active] = [new Map(), '', '', false];
  }

  /** A machine that was woken has all of this already. */
  stands(bigip: BigIp): void {
    [this.standing, this.active] = [interfacesOf(inForce(bigip)), isActive(bigip)];
  }

  /** Makes the namespace what the running configuration and the unit's role say; without a change it costs nothing. */
  follow(bigip: BigIp): Promise<void> {
    const wanted: Wanted = {
      running: bigip.running,
      inForce: inForce(bigip),
      ofPair: bigip.device !== undefined,
      active: isActive(bigip),
    };
    const text = JSON.stringify(wanted);
    if (text !== this.told) {
      this.told = text;
      const now = structuredClone(wanted);
      this.work = this.work.then(() => this.become(now));
    }
    return this.work;
  }

  private async become({ running, inForce: config, ofPair, active }: Wanted): Promise<void> {
    const [before, after] = [this.standing, interfacesOf(config)];
    const lines = between(before, after);
    this.standing = after;
    if (lines.length > 0) await this.ip(lines);
    await this.keepSilent(config, active ? [] : virtualsOf(running, this.members));
    if (ofPair) await this.announce(arrived(before, after));
    await this.serve(virtualsOf(running, this.members), active);
  }

  private async ip(lines: readonly string[]): Promise<void> {
    const { code, err } = await this.machine.run({
      host: this.host,
      command: ['ip', '-batch', '-'],
      input: `${lines.join('\n')}\n`,
    });
    if (code !== 0)
      throw new Error(`the kernel refused what BIG-IP ${this.host} had taken: ${err.trim()} (${lines.join('; ')})`);
  }

  /**
   * A self IP without `allow-service` answers no ping; what is for a virtual server is not asked. Of virtual servers that are the other unit's now nothing
   * leaves: the proxy's connections could still send, since it listens at addresses that are not there.
   */
  private async keepSilent({ 'net self': selfs }: Configuration, others: readonly Virtual[]): Promise<void> {
    const silent = Object.values(selfs).filter((self) => !self['allow-service']);
    const rules = [
      ...silent.map((self) => `-A INPUT -d ${hostOf(wordOf(self, 'address'))}/32 -p icmp --icmp-type 8 -j DROP`),
      ...others.map(({ address }) => `-A OUTPUT -s ${address}/32 -j DROP`),
    ];
    const input = ['*filter', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');
    await this.machine.run({ host: this.host, command: ['iptables-restore'], input });
  }

  private async announce(addresses: ReturnType<typeof arrived>): Promise<void> {
    if (addresses.length === 0) return;
    const command = ['perl', `${FOLDER}/bin/announce.pl`, ...addresses.flat()] as const;
    const { code, err } = await this.machine.run({ host: this.host, command });
    if (code !== 0) throw new Error(`${this.host} could not announce ${addresses.join(' ')}: ${err.trim()}`);
  }

  /** A unit that is not active is ready to serve, at addresses that it has not. Connections of its time as the active one end. */
  private async serve(virtuals: readonly Virtual[], active: boolean): Promise<void> {
    const standsBack = this.active && !active;
    this.active = active;
    if (standsBack) await endVirtuals(this.machine, this.host);
    const text = JSON.stringify(virtuals);
    if (text === this.served && !standsBack) return;
    this.served = text;
    await serveVirtuals(this.machine, this.host, virtuals);
  }
}
