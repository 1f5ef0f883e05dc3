import { createHash } from 'node:crypto';
import { hostOf, isAddress } from '../hosts/address';
import { floats, poolOf, wordOf, type Configuration } from '../hosts/bigip/objects';
import type { Virtual } from './traffic/proxy';

/** Something in the kernel that stands for an object of BIG-IP: lines of `ip -batch` that make it, change it, and take it away. */
export interface Standing {
  readonly make: string;
  /** From one that stands under the same name; without: it is made before the old one goes. */
  readonly change?: string;
  readonly drop: string;
}

/** The device for a VLAN or a tunnel of BIG-IP; a kernel's names have 15 characters at most. */
export function deviceFor(name: string, config: Configuration): string {
  if (config['net vlan'][name]) return 'eth0';
  if (/^[\w.-]{1,15}$/.test(name) && !['lo', 'eth0', 'ext', 'tunl0'].includes(name)) return name;
  return `t${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}

/**
 * What a kernel has to hold for a BIG-IP's running configuration, by name, in the order in which it is made. This is a simplification of TMM: VLANs are
 * the one interface on the shared network, port lockdown counts for nothing, and a route by a gateway is left out where nobody can be that
 * gateway.
 */
export function interfacesOf(config: Configuration): ReadonlyMap<string, Standing> {
  const all = new Map<string, Standing>();
  for (const [name, tunnel] of Object.entries(config['net tunnels tunnel'])) {
    const dev = deviceFor(name, config);
    const ends = `${dev} mode ipip local ${wordOf(tunnel, 'local-address')} remote ${wordOf(tunnel, 'remote-address') || 'any'}`;
    const up = `link set ${dev} up${mtu(wordOf(tunnel, 'mtu'))}`;
    all.set(`tunnel ${dev}`, {
      make: `tunnel add ${ends}\n${up}`,
      change: `tunnel change ${ends}\n${up}`,
      drop: `link del ${dev}`,
    });
  }
  const own = new Set<string>();
  // A kernel sends from the first address of a network: a unit's own one, whether the other one floats to it before or after.
  const selfs = Object.values(config['net self']).toSorted((a, b) => Number(floats(a)) - Number(floats(b)));
  for (const self of selfs) {
    const [address, dev] = [wordOf(self, 'address'), deviceFor(wordOf(self, 'vlan'), config)];
    own.add(hostOf(address));
    all.set(`address ${address} ${dev}`, {
      make: `addr replace ${address} dev ${dev}`,
      drop: `addr del ${address} dev ${dev}`,
    });
  }
  for (const route of Object.values(config['net route'])) {
    const dev = wordOf(route, 'interface');
    if (!dev) continue;
    const to = wordOf(route, 'network');
    const by = `${to} dev ${deviceFor(dev, config)}`;
    all.set(`route ${to}`, { make: `route replace ${by}`, change: `route replace ${by}`, drop: `route del ${by}` });
  }
  // TMM answers for translation addresses and for virtual ones, whether they are self IPs or not.
  for (const pool of Object.values(config['ltm snatpool']))
    for (const address of (pool['members'] as readonly string[]).filter((member) => !own.has(member)))
      all.set(`address ${address} lo`, standing(address, 'lo'));
  for (const virtual of Object.values(config['ltm virtual'])) {
    const [address = ''] = wordOf(virtual, 'destination').split(':');
    if (isAddress(address) && !own.has(address)) all.set(`address ${address} ext`, standing(address, 'ext'));
  }
  return all;
}

const mtu = (value: string): string => (Number(value) > 0 ? ` mtu ${value}` : '');
const standing = (address: string, dev: string): Standing => ({
  make: `addr replace ${address}/32 dev ${dev}`,
  drop: `addr del ${address}/32 dev ${dev}`,
});

/**
 * The lines of `ip -batch` that lead from one state to another: what is new is made and what stands under the same name is changed, in order; then what
 * is gone is taken away, the last made first, but for what goes with its device.
 */
export function between(
  before: ReadonlyMap<string, Standing>,
  after: ReadonlyMap<string, Standing>,
): readonly string[] {
  const lines: string[] = [];
  const devices = (of: ReadonlyMap<string, Standing>): string[] =>
    [...of.keys()].filter((name) => name.startsWith('tunnel '));
  for (const [name, { make, change }] of after) {
    const old = before.get(name);
    if (!old) lines.push(make);
    else if (old.make !== make) lines.push(change ?? make);
  }
  const lost = [...before.keys()].filter((name) => !after.has(name));
  for (const name of lost.reverse()) {
    const { drop } = before.get(name)!;
    const goesAnyway = devices(before).some(
      (device) =>
        lost.includes(device) && drop !== before.get(device)!.drop && drop.endsWith(` dev ${device.slice(7)}`),
    );
    if (!goesAnyway) lines.push(drop);
  }
  // A device that loses its last address loses its routes as well.
  if (lost.some((name) => name.startsWith('address ')))
    for (const [name, { make }] of after) if (name.startsWith('route ')) lines.push(make);
  return lines;
}

/** The addresses on a network with neighbours that only the second state has, each behind its device. */
export const arrived = (
  before: ReadonlyMap<string, Standing>,
  after: ReadonlyMap<string, Standing>,
): readonly (readonly [device: string, address: string])[] =>
  [...after.keys()].flatMap((name) => {
    const [kind, address = '', device = ''] = name.split(' ');
    const isNew = kind === 'address' && ['eth0', 'ext'].includes(device) && !before.has(name);
    return isNew ? [[device, hostOf(address)] as const] : [];
  });

const isOne = (list: readonly string[]): list is readonly [string, ...string[]] => list.length > 0;
const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The virtual servers of a configuration, all with these pool members: what a pool is made of is nothing that edge-ramp looks at. */
export function virtualsOf(config: Configuration, members: Virtual['members']): readonly Virtual[] {
  return Object.values(config['ltm virtual']).flatMap((virtual) => {
    const [address = '', service = ''] = wordOf(virtual, 'destination').split(':');
    const port = PORTS[service] ?? Number(service);
    if (!isAddress(address) || !port) return [];
    const pool = config['ltm snatpool'][poolOf(virtual)];
    const { type = 'none' } = (virtual['source-address-translation'] ?? {}) as { type?: string };
    const snat = (pool?.['members'] ?? []) as readonly string[];
    const translation = isOne(snat) ? { snat } : type === 'automap' ? 'automap' : 'none';
    return [{ address, port, translation, members }];
  });
}
