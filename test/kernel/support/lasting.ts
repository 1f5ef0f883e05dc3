import type { KernelSite } from './site';
import { seconds } from './waiting';

/** Where a MAC and port numbers of br0 stand in a dump's lines. */
const MAC = /^link tun0 .* mac (\S+)$/m;
const PORT = /^switch (tun0|veth\w+),\w*,(\d+),/gm;

/**
 * A node's dump with names in place of what the SDN gives anew when it rebuilds br0: tun0's MAC and the numbers of ports. A flow that still
 * names a port or the MAC of last time keeps its number, and so differs.
 */
export function lasting(dump: string): string {
  const mac = MAC.exec(dump)?.[1] ?? 'none';
  const ports = new Map([...dump.matchAll(PORT)].map(([, name = '', port = '']) => [Number(port), name]));
  const named = (port: string): string => ports.get(Number(port)) ?? port;
  return dump
    .replaceAll(mac, 'MAC of tun0')
    .replace(PORT, (line, name: string, port: string) => line.replace(`,${port},`, `,port of ${name},`))
    .replace(/(in_port=|output:)(\d+)/g, (_, where: string, port: string) => `${where}${named(port)}`)
    .replace(/load:(0x\w+)->NXM_NX_REG2/g, (_, port: string) => `load:${named(port)}->NXM_NX_REG2`)
    .split('\n')
    .toSorted()
    .join('\n');
}

/** All that every host holds, by name, so written. */
export const lastingDumps = async (site: KernelSite): Promise<Dumps> =>
  Object.fromEntries(Object.entries(await site.dumps()).map(([host, dump]) => [host, lasting(dump)]));
export type Dumps = Readonly<Record<string, string>>;

/** By host, what another time's dumps say otherwise: `- ` lines that are gone, `+ ` lines that have come. Empty when all is the same. */
export function differences(before: Dumps, after: Dumps): Readonly<Record<string, readonly string[]>> {
  const lines = (dump = ''): readonly string[] => dump.split('\n');
  const without = (all: readonly string[], others: readonly string[]): readonly string[] => {
    const left = [...others];
    return all.filter((line) => !left.includes(line) || void left.splice(left.indexOf(line), 1));
  };
  return Object.fromEntries(
    Object.keys({ ...before, ...after }).flatMap((host) => {
      const [old, now] = [lines(before[host]), lines(after[host])];
      const all = [...without(old, now).map((line) => `- ${line}`), ...without(now, old).map((line) => `+ ${line}`)];
      return all.length > 0 ? [[host, all]] : [];
    }),
  );
}

/** The same of hosts on which something still follows by itself: a mark runs out, an address moves back. */
export async function differencesThatStay(
  before: Dumps,
  look: () => Promise<Dumps>,
): Promise<ReturnType<typeof differences>> {
  for (let tries = 1; ; tries++) {
    const seen = differences(before, await look());
    if (Object.keys(seen).length === 0 || tries === 30) return seen;
    await seconds(1);
  }
}
