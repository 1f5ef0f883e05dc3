import { rmSync } from 'node:fs';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { discard, endOf, onOvn as ovn, site, writes, type Site, type SiteOptions } from './support/site';

const NODE = ovn.ramp.nodes[0]!.instance!;
const RELEASES = ['4.12', '4.14', '4.16', '4.18'] as const;

let here: Site;
const folders: string[] = [];
afterEach(async () => {
  await discard(here);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const open = async (options: SiteOptions = {}): Promise<void> => void (here = await site({ spec: ovn, ...options }));

/** Closes the site and opens it again with other declarations or rules. The hosts stay. */
async function again(options: SiteOptions): Promise<void> {
  await here.close();
  folders.push(here.state);
  await open({ from: here.state, ...options });
}

async function applied(): Promise<void> {
  const result = await here.run();
  expect([endOf(result), result.cause]).toEqual(['Applied', undefined]);
}
const ended = async (input: object = {}): Promise<string> => {
  const result = await here.run(input);
  return result.cause === undefined ? endOf(result) : `${endOf(result)}: ${result.cause}`;
};
const type = async (...lines: readonly string[]): Promise<void> => {
  for (const line of lines) expect(await here.world.run(NODE, line)).toMatchObject({ code: 0 });
};
const changesOf = ({ output }: { readonly output?: unknown }) =>
  (output as { changes: readonly { readonly text: string; readonly interrupts: string | null }[] }).changes.map(
    ({ text, interrupts }) => [text, interrupts],
  );

test.each(RELEASES)(
  'on OpenShift %s a ramp node is applied, unchanged by the next run, and torn down as it was',
  async (release) => {
    await open({ world: { release } });
    const before = here.dump();
    await applied();
    expect(writes(here).filter((line) => line.startsWith(NODE))).toEqual(
      [
        'iptables -w -I INPUT 1 -p 4 -s 10.20.50.1 -m comment --comment edge-ramp:edge-f -j ACCEPT',
        'ip tunnel add tun1 mode ipip remote 10.20.50.1 local any dev br-ex',
        'ip link set tun1 up',
        ...(release === '4.12' ? [] : ['sysctl -w net/ipv4/conf/tun1/forwarding=1']),
        'ip addr add 10.3.96.217/32 dev tun1',
        'ip route add 10.3.96.216/32 dev tun1',
        'iptables -w -t nat -I POSTROUTING 1 -s 10.3.96.216 -o ovn-k8s-mp0 -m comment --comment edge-ramp:edge-f -j SNAT --to-source 10.129.0.2',
        'systemctl daemon-reload',
        'systemctl enable edge-ramp-edge-f.service',
        'systemctl restart edge-ramp-edge-f.service',
      ].map((line) => `${NODE}: ${line}`),
    );
    expect(here.lab.hosts.journal().filter(({ host, line }) => host === NODE && line.startsWith('ovs-'))).toEqual([]);
    const trips = here.lab.trips().length;
    expect(endOf(await here.run())).toBe('Unchanged');
    expect(here.lab.trips().length - trips).toBe(2); // one for each device, side by side
    expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
    expect(here.dump()).toBe(before);
  },
);

test('a run proves the way of the node itself, and says what a ramp node there does not reach', async () => {
  await open();
  const { output } = await here.run();
  expect(output).toMatchObject({
    verification: expect.arrayContaining([
      expect.objectContaining({
        from: `ramp node ${NODE}`,
        to: ovn.probe,
        what: expect.stringContaining('ovn-k8s-mp0'),
        ok: true,
      }),
    ]),
    remarks: expect.arrayContaining([
      expect.stringMatching(/policy-group\.network\.openshift\.io\/host-network.*user-defined network/),
    ]),
  });
  expect((await here.run()).output).toMatchObject({ remarks: [] });
});

test('forwarding that was lost by ip_forward is switched on again, which cuts nothing', async () => {
  await open();
  await applied();
  const standing = here.dump();
  await type('sysctl -w net.ipv4.ip_forward=1', 'sysctl -w net.ipv4.ip_forward=0');
  const result = await here.run();
  expect(changesOf(result)).toEqual([['+ tun1: forwarding on', null]]);
  expect(JSON.stringify(result.output)).toContain('net.ipv4.ip_forward was set to 0 since');
  expect(here.dump()).toBe(standing);
});

test('while somebody has ip_forward at 1 nothing is missing, and a teardown leaves it so', async () => {
  await open();
  await applied();
  await type('sysctl -w net.ipv4.ip_forward=1');
  expect(await ended()).toBe('Unchanged');
  expect(await ended({ action: 'teardown' })).toBe('TornDown');
  expect(here.dump()).not.toContain('tun1');
});

test('a node that was restarted gets all again, and restarts of Open vSwitch cost nothing', async () => {
  await open();
  await applied();
  const standing = here.dump();
  here.world.restartOvs(NODE);
  expect(await ended()).toBe('Unchanged');
  here.world.reboot(NODE);
  expect(await ended()).toBe('Applied');
  expect(here.dump()).toBe(standing);
});

test('the watch heals both', async () => {
  const watched = { spec: { ...ovn, example: false, watch: 30 } };
  await open(watched);
  await applied();
  const standing = here.dump();
  await again({ ...watched, events: true });
  await type('sysctl -w net.ipv4.ip_forward=1', 'sysctl -w net.ipv4.ip_forward=0');
  await here.lab.passTime(3600);
  expect(here.dump()).toBe(standing);
  here.world.reboot(NODE);
  await here.lab.passTime(3600);
  expect(here.dump()).toBe(standing);
});

test.each(['fail-before', 'fail-after', 'hang'] as const)(
  'when forwarding cannot be switched on (%s), all is as it was before',
  async (effect) => {
    await open({ faults: [{ host: NODE, match: 'sysctl -w', nth: 1, effect }] });
    const before = here.dump();
    expect(await ended()).toMatch(/^RolledBack: .*/);
    expect(here.dump()).toBe(before);
    expect(await ended()).toBe('Applied');
  },
);

test('a Pod that the node itself does not reach is told of by name', async () => {
  await open();
  here.world.nodes[NODE]!.settings.others.splice(0);
  const before = here.dump();
  expect(await ended()).toMatch(/^RolledBack: /);
  expect(here.dump()).toBe(before);
});

describe('a node whose iptables takes no rule', () => {
  const WITHOUT = { release: '4.18', lacksCompat: true } as const;
  const DROPS = 'iptables -w -A INPUT -j DROP';

  test('carries the tunnel without one where none is needed, and the run remarks it', async () => {
    await open({ world: WITHOUT });
    const before = here.dump();
    const first = await here.run();
    expect([endOf(first), JSON.stringify(first.output)]).toEqual([
      'Applied',
      expect.stringContaining('iptables takes no rule'),
    ]);
    expect(writes(here).filter((line) => line.includes('iptables'))).toEqual([]);
    expect(await ended()).toBe('Unchanged');
    expect(await ended({ action: 'verify' })).toBe('Verified');
    expect(await ended({ action: 'teardown' })).toBe('TornDown');
    expect(here.dump()).toBe(before);
  });

  test.each<[string, NonNullable<SiteOptions['world']>, RegExp]>([
    ['INPUT drops', { ...WITHOUT, typed: { [NODE]: [DROPS] } }, /may turn the tunnel away/],
    ['BGP advertises the Pod network', { ...WITHOUT, advertised: true }, /does not translate/],
  ])('is refused where one is needed (%s), and nothing is changed', async (_what, world, words) => {
    await open({ world });
    const before = here.dump();
    expect(await ended()).toMatch(new RegExp(`^NotStarted: .*iptables takes no rule.*${words.source}.*nft_compat`));
    expect(here.dump()).toBe(before);
  });

  test('that comes to need one is refused, and torn down all the same', async () => {
    await open({ world: WITHOUT });
    const before = here.dump();
    await applied();
    await type(DROPS);
    expect(await ended()).toMatch(/^NotStarted: .*may turn the tunnel away/);
    expect(await ended({ action: 'teardown' })).toBe('TornDown');
    expect(here.dump().replace('iptables filter -A INPUT -j DROP\n', '')).toBe(before);
  });
});

describe('a node that is moved from OpenShift SDN', () => {
  const sdn: Tunnel = { ...ovn, ramp: { ...ovn.ramp, nodes: [{ ...ovn.ramp.nodes[0]!, interface: 'eth0' }] } };

  /** What a migration does to the node, with a reboot. */
  function migrate(): void {
    Object.assign(here.world.nodes[NODE]!.settings, { plugin: 'ovn', interface: 'br-ex' });
    here.world.reboot(NODE);
  }

  beforeEach(async () => {
    await open({ spec: sdn });
    await applied();
    migrate();
  });

  test('is refused until the new interface is declared, and is then converged', async () => {
    expect(here.dump()).toMatch(/^claim \S+ edge-ramp/m); // of the address that the SDN's flows needed
    expect(await ended()).toMatch(/^NotStarted: .*10\.20\.50\.2 is on br-ex, not on eth0: declare the interface/);
    await again({ spec: ovn });
    expect(await ended()).toBe('Applied');
    expect(here.dump()).toMatch(/-o ovn-k8s-mp0 .*--to-source 10\.129\.0\.2/);
    expect(here.dump()).not.toMatch(/^claim \S+ edge-ramp/m);
    expect(await ended()).toBe('Unchanged');
  });

  test('is torn down as it was declared on the SDN', async () => {
    expect(await ended({ action: 'teardown' })).toBe('TornDown');
    expect(here.dump()).not.toMatch(/edge-ramp|tun1/);
  });

  test('that declares flows is refused', async () => {
    await again({ spec: { ...ovn, snat: 'flows' } });
    expect(await ended()).toMatch(/^NotStarted: .*whose bridge br-int is not edited: leave snat out/);
  });
});
