import { rmSync } from 'node:fs';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { ADMIN, discard, endOf, FIRST, pair, SECOND, site, writes, type Site, type SiteOptions } from './support/site';

/*
 * A pair of ramp nodes that was applied on OpenShift SDN, and whose nodes have been moved to OVN-Kubernetes since: there two nodes with a virtual IP
 * are refused, and what the SDN's tunnel has left can be taken away.
 */
const onBrEx: Tunnel = {
  ...pair,
  ramp: { ...pair.ramp, nodes: pair.ramp.nodes.map((node) => ({ ...node, interface: 'br-ex' })) },
};

let here: Site;
const folders: string[] = [];
afterEach(async () => {
  await discard(here);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Closes the site and opens it again with other declarations. The hosts stay. */
async function again(options: SiteOptions): Promise<void> {
  await here.close();
  folders.push(here.state);
  here = await site({ from: here.state, ...options });
}

const ended = async (input: object = {}): Promise<string> => {
  const result = await here.run(input);
  return result.cause === undefined ? endOf(result) : `${endOf(result)}: ${result.cause}`;
};

/** The pair, on OpenShift SDN. */
async function applied(): Promise<void> {
  here = await site({ spec: pair });
  expect(await ended()).toBe('Applied');
}

/** What a migration does to a node, with its reboot. */
function migrate(...nodes: readonly string[]): void {
  for (const node of nodes) {
    Object.assign(here.world.nodes[node]!.settings, { plugin: 'ovn', interface: 'br-ex' });
    here.world.reboot(node);
  }
}

/** What everything looks like where no tunnel was ever applied, when these nodes have been moved. */
async function untouched(moved: readonly string[]): Promise<string> {
  const other = await site({ spec: pair });
  const before = here;
  here = other;
  migrate(...moved);
  here = before;
  const dump = other.dump();
  await discard(other);
  return dump;
}

describe.each([
  ['the first node', [FIRST]],
  ['the second node', [SECOND]],
  ['both nodes', [FIRST, SECOND]],
])('a pair that was applied on OpenShift SDN, with %s moved to OVN-Kubernetes since,', (_what, moved) => {
  beforeEach(async () => {
    await applied();
    migrate(...moved);
  });

  test('is refused with the reason, and nothing changes', async () => {
    const [before, count] = [here.dump(), writes(here).length];
    const reason = `ramp node ${moved[0]} is a node of OVN-Kubernetes, where a pair of ramp nodes is not supported`;
    expect(await ended()).toMatch(new RegExp(`^NotStarted: .*${reason}.*declare one ramp node`));
    expect([here.dump(), writes(here).length]).toEqual([before, count]);
    await again({ spec: onBrEx });
    const onEth0 = `ramp node ${FIRST}: 10.20.30.2 is on eth0, not on br-ex`; // that one has not been moved
    expect(await ended()).toMatch(new RegExp(`^NotStarted: .*${moved.includes(FIRST) ? reason : onEth0}`));
    expect([here.dump(), writes(here)]).toEqual([before, []]);
  });

  test.each([
    ['eth0, as it was on OpenShift SDN', pair],
    ['br-ex', onBrEx],
  ])('is torn down, and nothing of it is left, with interface %s', async (_interface, spec) => {
    if (spec !== pair) await again({ spec });
    expect(await ended({ action: 'teardown' })).toBe('TornDown');
    expect(here.dump()).toBe(await untouched(moved));
    const count = writes(here).length;
    expect(await ended({ action: 'teardown' })).toBe('TornDown');
    expect(writes(here).length).toBe(count);
  });
});

test('a pair whose nodes have both been moved becomes one ramp node on OVN-Kubernetes, with nothing left on the other', async () => {
  await applied();
  migrate(FIRST, SECOND);
  const { cluster: _cluster, ipfailover: _ipfailover, ...rest } = onBrEx;
  const { vip: _vip, network: _network, ...ramp } = onBrEx.ramp;
  await again({ spec: { ...rest, ramp: { ...ramp, nodes: [ramp.nodes[0]!] } }, also: [pair] });
  expect(await ended({ allowInterruption: true })).toBe('Applied');
  const dumps = Object.fromEntries(here.lab.hosts.names().map((host) => [host, hostDump(host)]));
  expect(dumps[FIRST]).toMatch(/-o ovn-k8s-mp0 .*--to-source 10\.129\.0\.2/);
  expect(dumps[FIRST]).not.toMatch(/^claim \S+ edge-ramp/m);
  expect(dumps[SECOND]).not.toMatch(/edge-ramp|tun1/);
  expect(dumps[ADMIN]).not.toMatch(/edge-ramp|ipfailover/);
  expect(await ended()).toBe('Unchanged');
});

/** The part of the dump that is about one host. */
function hostDump(host: string): string {
  return (
    here
      .dump()
      .split('## ')
      .find((part) => part.startsWith(`${host}\n`)) ?? ''
  );
}
