import { hostOf } from '../hosts/address';
import { wordOf } from '../hosts/bigip/objects';
import { inForce, type BigIp } from '../hosts/bigip/unit';
import { between, interfacesOf, virtualsOf, type Standing } from './interfaces';
import type { Machine } from './machine/machine';
import { serveVirtuals, type Virtual } from './traffic/proxy';

/**
 * A BIG-IP's namespace, which follows what its tmsh model holds: tunnels, self IPs, routes, translation addresses and virtual servers are real there.
 * tmsh itself is a model; that TMM does the same with these objects is not shown by it.
 */
export class TmmStandIn {
  private standing: ReadonlyMap<string, Standing> = new Map();
  private told = '';
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly machine: Machine,
    private readonly host: string,
    private readonly members: Virtual['members'],
  ) {}

  /** It has a namespace as after a boot: nothing of its configuration stands. */
  booted(): void {
    [this.standing, this.told] = [new Map(), ''];
  }

  /** A machine that was woken has all of this already. */
  stands(bigip: BigIp): void {
    this.standing = interfacesOf(inForce(bigip));
  }

  /** Makes the namespace what the running configuration and the unit's role say; without a change it costs nothing. */
  follow(bigip: BigIp): Promise<void> {
    const running = inForce(bigip);
    const text = textOf(running);
    if (text !== this.told) {
      this.told = text;
      const wanted = structuredClone(running);
      this.work = this.work.then(() => this.become(wanted));
    }
    return this.work;
  }

  private async become(running: BigIp['running']): Promise<void> {
    const wanted = interfacesOf(running);
    const lines = between(this.standing, wanted);
    this.standing = wanted;
    if (lines.length > 0) await this.ip(lines);
    await this.keepSilent(running);
    await serveVirtuals(this.machine, this.host, virtualsOf(running, this.members));
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

  /** A self IP without `allow-service` answers no ping; what is for a virtual server is not asked. */
  private async keepSilent(running: BigIp['running']): Promise<void> {
    const silent = Object.values(running['net self']).filter((self) => !self['allow-service']);
    const rules = silent.map(
      (self) => `-A INPUT -d ${hostOf(wordOf(self, 'address'))}/32 -p icmp --icmp-type 8 -j DROP`,
    );
    const input = ['*filter', ':INPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');
    await this.machine.run({ host: this.host, command: ['iptables-restore'], input });
  }
}

const textOf = (running: BigIp['running']): string => JSON.stringify(running);
