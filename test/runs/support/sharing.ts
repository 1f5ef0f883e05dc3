import { isBigIpPair, tunnelAddresses, unitSelf, type Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { discard, endOf, site, type Site, type SiteOptions } from './site';

/** A word where no other begins or ends: a mark of edge-a is no part of edge-a2's. */
const whole = (words: readonly string[]): RegExp =>
  new RegExp(`(?<![\\w.-])(?:${words.map((word) => word.replaceAll('.', '\\.')).join('|')})(?![\\w.-])`);

/**
 * What of a dump is one tunnel's: each line that names one of its marks, addresses, objects or virtual servers; of a cluster each line about its
 * ipfailover object, Pods and claims, and that what it shares with others is there.
 */
export function linesOf(spec: Tunnel, dump: string): readonly string[] {
  const { name, tunnel, cookie, objects, virtualServers, ramp, cluster, ipfailover } = spec;
  const nodes = ramp.nodes.map(({ instance }) => instance);
  const words = [...tunnelAddresses(spec), tunnel.node, `edge-ramp:${name}`, `cookie=${cookie}`];
  const reserved = [...dump.matchAll(new RegExp(`^claim (\\S+) edge-ramp:${name}$`, 'gm'))].map(
    ([, claimed]) => claimed!,
  );
  const files = [`edge-ramp-${name}.service`, `${name}.keeper`, `${name}.goal`];
  const own = whole([
    ...words,
    ...reserved,
    tunnel.interface,
    objects.tunnel,
    objects.self,
    objects.snatPool,
    ...(isBigIpPair(spec) ? [unitSelf(spec)] : []),
    ...virtualServers,
    ...files,
    ...(ramp.vip === undefined ? [] : [ramp.vip]),
  ]);
  const inCluster = whole([
    `${name}.scheduling`,
    `${name}.account`,
    `${name}.scc`,
    `${name}.label.${ipfailover?.label}`,
    ...(ipfailover ? [`dc ${ipfailover.name}`, `${ipfailover.name}-1`] : []),
  ]);
  const shared = [
    ...ramp.nodes.map(
      ({ node }) => `node ${node} ${ramp.schedulable ? `label ${ipfailover?.label}=true` : 'unschedulable'}`,
    ),
    `serviceaccount ${ipfailover?.serviceAccount}`,
    `scc privileged system:serviceaccount:default:${ipfailover?.serviceAccount}`,
  ];
  return dump.split(/^## /m).flatMap((part) => {
    const [host = '', ...lines] = part.split('\n');
    if (host === cluster?.admin) return lines.filter((line) => inCluster.test(line) || shared.includes(line));
    return [...spec.bigip.map(({ management }) => management), ...nodes].includes(host)
      ? lines.filter((line) => own.test(line))
      : [];
  });
}

export type Step = readonly ['apply' | 'teardown', Tunnel];

/** Every way from one set of two standing tunnels to the next, each once. */
export const everyOrder = (a: Tunnel, b: Tunnel): readonly Step[] => [
  ['apply', a],
  ['apply', b],
  ['teardown', a],
  ['teardown', b],
  ['apply', b],
  ['apply', a],
  ['teardown', b],
  ['teardown', a],
];

/** Goes from step to step, and after each one looks at every other tunnel that stands. At the end nothing may be left. */
export async function walk(options: SiteOptions, steps: readonly Step[]): Promise<void> {
  const open = await site(options);
  try {
    const first = open.dump();
    const standing = new Set<Tunnel>();
    for (const [action, spec] of steps) {
      standing.delete(spec);
      const before = open.dump();
      const result = await open.run({ tunnel: spec.name, action });
      const step = `${action} ${spec.name}`;
      expect([step, endOf(result), result.cause]).toEqual([
        step,
        action === 'apply' ? 'Applied' : 'TornDown',
        undefined,
      ]);
      for (const other of standing) {
        expect([step, linesOf(other, open.dump())]).toEqual([step, linesOf(other, before)]);
        await expectEnd(open, other, 'verify', 'Verified');
      }
      if (action === 'apply') standing.add(spec);
      if (standing.size === 0) expect(open.dump()).toBe(first);
    }
    expect(standing.size).toBe(0);
  } finally {
    await discard(open);
  }
}

/**
 * Two tunnels are applied at the same time, and torn down at the same time. What does not stand left nothing, what is not gone still carries, and
 * a second try gets there. Why a first one failed is printed.
 */
export async function atTheSameTime(options: SiteOptions & { readonly specs: readonly Tunnel[] }): Promise<void> {
  const open = await site(options);
  const { specs } = options;
  try {
    const first = open.dump();
    const applied = await Promise.all(specs.map(({ name }) => open.run({ tunnel: name })));
    for (const [i, result] of applied.entries()) {
      const end = endOf(result);
      if (end !== 'Applied') console.log(`apply ${specs[i]!.name}: ${end}: ${result.cause}`);
      expect(end).toMatch(/^(Applied|RolledBack|NotStarted)$/);
      if (end === 'Applied') continue;
      expect(own(specs[i]!, open.dump())).toEqual(own(specs[i]!, first));
      await expectEnd(open, specs[i]!, 'apply', 'Applied');
    }
    for (const spec of specs) await expectEnd(open, spec, 'verify', 'Verified');
    const gone = await Promise.all(specs.map(({ name }) => open.run({ tunnel: name, action: 'teardown' })));
    for (const [i, result] of gone.entries()) {
      const end = endOf(result);
      if (end !== 'TornDown') console.log(`teardown ${specs[i]!.name}: ${end}: ${result.cause}`);
      expect(end).toMatch(/^(TornDown|RolledBack|NotStarted)$/);
      if (end === 'TornDown') continue;
      await expectEnd(open, specs[i]!, 'verify', 'Verified');
      await expectEnd(open, specs[i]!, 'teardown', 'TornDown');
    }
    expect(open.dump()).toBe(first);
  } finally {
    await discard(open);
  }
}

/** Without what a tunnel shares: the other one may have made it meanwhile. */
function own(spec: Tunnel, dump: string): readonly string[] {
  return linesOf(spec, dump).filter(
    (line) => !/^(?:node \S+ (?:label|unschedulable)|serviceaccount \S+$|scc )/.test(line),
  );
}

async function expectEnd(open: Site, { name }: Tunnel, action: string, end: string): Promise<void> {
  const result = await open.run({ tunnel: name, action });
  expect([action, name, endOf(result), result.cause]).toEqual([action, name, end, undefined]);
}
