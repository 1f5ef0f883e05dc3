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

/** By host, what another time's dumps say otherwise: `- ` lines that are gone, `+ ` lines that have come. Empty when all is the same. */
export function differences(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
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
