import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { MAY_STAY } from './normalisation';
import type { KernelSite } from './site';

/** All that every namespace and every host holds, as lines that begin with its name; without counters, neighbours that are only learned, and connections. */
export type Holdings = ReadonlySet<string>;

/** What the lab's own dump leaves out of the namespaces, since the simulation knows nothing of it; of Pods, too. */
const FURTHER = `
cd /run/netns
for space in *; do
  ip netns exec "$space" bash -c '
    grep -rs . /proc/sys/net/ipv4 | sed "s/^/sysctl /"
    ip neigh show nud permanent | sed "s/^/neighbour /"
    [[ $0 != *-pod-* ]] || { ip -4 -o addr; ip -4 route; }' "$space" | sed "s/^/$space: /"
  export OVS_RUNDIR=/run/lab/$space/ovs
  [[ ! -e $OVS_RUNDIR/db.sock ]] || for what in groups meters; do
    ovs-ofctl -O OpenFlow13 "dump-$what" br0 | sed "/xid=/d; s/^/$space: $what /"
  done
done`;

/** The files of a host's own, with a digest each. */
function filesOf({ hosts }: KernelSite, name: string): readonly string[] {
  const root = hosts.host(name)?.environment['EDGE_RAMP_ROOT'];
  if (!root) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name: file }) => join(parentPath, file))
    .map((file) => `file /${relative(root, file)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`);
}

/** Looks at everything: nodes, worker, Pods, BIG-IP, client, the host that runs oc, and the cluster. */
export async function holdings(site: KernelSite): Promise<Holdings> {
  const { machine, network } = site.hosts;
  const [spaces, further] = await Promise.all(
    [['ls', '/run/netns'] as const, ['bash', '-c', FURTHER] as const].map((command) => machine.run({ command })),
  );
  const others = spaces!.out
    .trim()
    .split('\n')
    .filter((name) => !name.includes('-pod-') && !site.hosts.names().includes(name));
  const dumps = [
    ...Object.entries(await site.dumps()),
    ...(await Promise.all(others.map(async (name) => [name, await network.dump(name)] as const))),
  ];
  const lines = [
    ...dumps.flatMap(([name, dump]) => dump.split('\n').map((line) => `${name}: ${line}`)),
    ...further!.out.split('\n'),
    ...site.hosts.names().flatMap((name) => filesOf(site, name).map((line) => `${name}: ${line}`)),
  ];
  return new Set(lines.map((line) => line.trim()).filter(Boolean));
}

const mayStay = (line: string): boolean => MAY_STAY.some(({ what }) => what.test(line.replace(/^\S+: /, '')));

/** What is there now and was not, `+`, less what may stay, and what was there and is gone, `-`; sorted. */
export function remains(before: Holdings, after: Holdings): readonly string[] {
  const more = [...after].filter((line) => !before.has(line) && !mayStay(line)).map((line) => `+ ${line}`);
  const less = [...before].filter((line) => !after.has(line)).map((line) => `- ${line}`);
  return [...more, ...less].sort();
}
