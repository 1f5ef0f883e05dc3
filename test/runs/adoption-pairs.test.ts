import { ADMIN, FIRST, SECOND, discard, endOf, pair, site, writes, type Site } from './support/site';

const BIGIP = pair.bigip[0]!.management;
const MINUTES = 60_000;

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

/** What the published procedure types on BIG-IP, with the pair's addresses: towards the virtual IP. */
const ON_BIGIP = [
  'create net tunnels tunnel SDN { description "OpenShift SDN" local-address 10.20.30.1 profile ipip remote-address 10.20.30.4 }',
  'create net self SDN { address 10.3.92.216/24 allow-service all vlan SDN }',
  'create net route 10.128.0.0/14 interface SDN',
  'create ltm snatpool SDN_snatpool members add { 10.3.92.216 }',
  'modify ltm virtual ose-vserver source-address-translation { type snat pool SDN_snatpool }',
  'modify ltm virtual https-ose-vserver source-address-translation { type snat pool SDN_snatpool }',
];

/** On each ramp node, without `local`: seven flows, two of them without a cookie. */
const onNode = (reserved: string): readonly string[] => [
  'ip tunnel add tun1 mode ipip remote 10.20.30.1 dev eth0',
  'ip addr add 10.3.92.217 dev tun1',
  'ip link set tun1 up',
  'ip route add 10.3.92.216 dev tun1',
  `ip addr add ${reserved} dev tun0`,
  ...[
    `cookie=0x999,ip,nw_src=10.3.92.216,actions=mod_nw_src:${reserved},resubmit(,0)`,
    `cookie=0x999,ip,nw_dst=${reserved},actions=mod_nw_dst:10.3.92.216,resubmit(,0)`,
    `cookie=0x999,table=0,arp,arp_tpa=${reserved},actions=output:2`,
    `cookie=0x999,table=0,arp,in_port=2,arp_spa=${reserved},arp_tpa=10.128.0.0/14,actions=goto_table:30`,
    `table=5,arp,arp_tpa=${reserved},actions=output:2`,
    `table=5,ip,nw_dst=${reserved},actions=output:2`,
    'cookie=0x999,table=0,ip,nw_dst=10.3.92.216,actions=output:2',
  ].map((flow) => `ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<<'add ${flow}'`),
];
const ON_FIRST = onNode('10.129.0.254');
const ON_SECOND = onNode('10.131.0.254');

/** In the cluster, without offset and check. It exits 1, since the account is there, and works. */
const failover = (name: string, more = ''): string =>
  `oc adm ipfailover ${name} -n default --virtual-ips=10.20.30.4 --interface=eth0 --watch-port=0 --replicas=2 --service-account=f5ipfailover --selector=f5rampnode=true${more}`;
const SHARED = [
  'oc label node ramp-1.example.com f5rampnode=true',
  'oc label node ramp-2.example.com f5rampnode=true',
  'oc create serviceaccount f5ipfailover -n default',
  'oc adm policy add-scc-to-user privileged system:serviceaccount:default:f5ipfailover',
];
const IN_CLUSTER = [...SHARED, failover('f5ipfailover')];
const ALL = [ON_BIGIP.length, ON_FIRST.length, ON_SECOND.length, IN_CLUSTER.length] as const;

const published = (bigip: number, first: number, second: number, cluster: number) => ({
  plugin: 'multitenant' as const,
  typed: {
    [BIGIP]: ON_BIGIP.slice(0, bigip),
    [FIRST]: ON_FIRST.slice(0, first),
    [SECOND]: ON_SECOND.slice(0, second),
    [ADMIN]: IN_CLUSTER.slice(0, cluster),
  },
});

/** What a cluster has but ipfailover objects and their Pods. */
const withoutFailovers = (dump: string): string => dump.replace(/^(?:dc |pod default\/f5ipfailover).*\n/gm, '');

test.each<readonly [number, number, number, number]>([
  ALL,
  [0, 0, 0, 2],
  [0, 0, 0, 3],
  [0, 0, 0, 4],
  [0, 4, 12, 5],
  [4, 12, 1, 1],
])(
  'of the published procedure, its first %i lines on BIG-IP, %i and %i on the nodes and %i in the cluster are adopted; a teardown leaves of them what the cluster shares',
  async (...lines) => {
    here = await site({ spec: pair, world: published(...lines) });
    const before = await here.lab.hosts.dump(ADMIN);
    const applied = await here.run({ allowInterruption: true });
    expect([endOf(applied), applied.cause]).toEqual(['Applied', undefined]);
    const typed = writes(here);
    const made = (text: string): number => typed.filter((line) => line.includes(text)).length;
    expect([made('adm ipfailover'), made('delete dc')]).toEqual([1, lines[3] === 5 ? 1 : 0]);
    expect(typed.some((line) => line.includes('ip tunnel del'))).toBe(false);
    for (const node of [FIRST, SECOND])
      expect(await here.lab.hosts.dump(node)).toContain('tun1 up ipip remote 10.20.30.1 local 10.20.30.4 dev eth0');
    const again = await here.run();
    expect([endOf(again), again.cause]).toEqual(['Unchanged', undefined]);
    expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
    expect(await here.lab.hosts.dump(ADMIN)).toBe(withoutFailovers(before));
    for (const host of [BIGIP, FIRST, SECOND])
      expect(await here.lab.hosts.dump(host)).not.toMatch(
        /SDN|10\.3\.92\.21|tun1|0x999|10\.1(?:29|31)\.0\.254|table=5 |10\.20\.30\.4/,
      );
  },
  3 * MINUTES,
);

test('what of that cuts traffic is said beforehand and needs leave: the ipfailover object is made anew', async () => {
  here = await site({ spec: pair, world: published(...ALL) });
  const before = here.dump();
  const { interrupts } = (await here.run({ action: 'plan' })).output as { interrupts: string[] };
  expect(interrupts).toEqual([
    expect.stringMatching(new RegExp(`^ramp node ${FIRST}: ~ tunnel tun1: local any → 10\\.20\\.30\\.4`)),
    expect.stringMatching(new RegExp(`^ramp node ${SECOND}: ~ tunnel tun1: local any → 10\\.20\\.30\\.4`)),
    expect.stringMatching(/: - ipfailover f5ipfailover: .* the virtual IP goes away until a replacement is in place/),
  ]);
  const refused = await here.run();
  expect([endOf(refused), refused.cause]).toEqual(['NotStarted', expect.stringContaining('allowInterruption')]);
  expect(here.dump()).toBe(before);
});

test('a failed adoption leaves all of it as it was', async () => {
  here = await site({
    spec: pair,
    world: published(...ALL),
    faults: [{ host: BIGIP, match: '^save sys config$', nth: 1, effect: 'fail-before' }],
  });
  const running = (dump: string): string =>
    dump.replace(/# saved[\s\S]*?(?=^## |(?![\s\S]))/gm, '').replace(/^address 10\.20\.30\.4\/32 .*\n/gm, '');
  const before = running(here.dump());
  const result = await here.run({ allowInterruption: true });
  expect([endOf(result), result.cause]).toEqual(['RolledBack', expect.any(String)]);
  expect(running(here.dump())).toBe(before);
});

/** The same things made by hand under another name. */
const renamed = (line: string): string => line.replace(/(tunnel|self|vlan|interface) SDN(?= |$)/g, '$1 ramp');

test.each<[what: string, host: string, typed: readonly string[], message: RegExp]>([
  [
    'an ipfailover object',
    ADMIN,
    [...SHARED, failover('ramp')],
    /default\/ramp already has the virtual IP 10\.20\.30\.4: declare ipfailover\.name: ramp to have it adopted, or remove/,
  ],
  [
    'an ipfailover object with further addresses',
    ADMIN,
    [...SHARED, failover('ramp').replace('10.20.30.4', '10.20.30.4-6')],
    /default\/ramp already has the virtual IP 10\.20\.30\.4: remove it there/,
  ],
  [
    'a tunnel',
    BIGIP,
    [renamed(ON_BIGIP[0]!)],
    /already has a tunnel ramp .*objects\.tunnel\) to have it adopted, or remove/,
  ],
  [
    'a self IP',
    BIGIP,
    [ON_BIGIP[0]!, ON_BIGIP[1]!.replace('self SDN', 'self ramp')],
    /already has a self ramp .*objects\.self\) to have it adopted, or remove/,
  ],
  [
    'a tunnel device with its route',
    FIRST,
    ON_FIRST.slice(0, 4).map((line) => line.replace('tun1', 'tun9')),
    /already has a route to 10\.3\.92\.216 that is not this tunnel's \(dev tun9\): remove it/,
  ],
])('%s under another name is refused by name, nothing changed', async (_what, host, typed, message) => {
  here = await site({ spec: pair, world: { plugin: 'multitenant', typed: { [host]: typed } } });
  const before = here.dump();
  const result = await here.run({ allowInterruption: true });
  expect([endOf(result), result.cause]).toEqual(['NotStarted', expect.stringMatching(message)]);
  expect(here.dump()).toBe(before);
});

test('what the refusals advise: the names declared, all of it is adopted', async () => {
  const spec = {
    ...pair,
    ipfailover: { ...pair.ipfailover!, name: 'ramp' },
    objects: { tunnel: 'ramp', self: 'ramp', snatPool: 'SDN_snatpool' },
  };
  const typed = { [BIGIP]: ON_BIGIP.map(renamed), [ADMIN]: [...SHARED, failover('ramp')] };
  here = await site({ spec, world: { plugin: 'multitenant', typed } });
  const applied = await here.run({ allowInterruption: true });
  expect([endOf(applied), applied.cause]).toEqual(['Applied', undefined]);
  expect(writes(here).some((line) => /create net (?:tunnels|self|route)/.test(line))).toBe(false);
  expect(endOf(await here.run())).toBe('Unchanged');
});

test('a route under another name is adopted, a SNAT pool with our address stays beside ours', async () => {
  const typed = [
    ...ON_BIGIP.slice(0, 2),
    'create net route ramp network 10.128.0.0/14 interface SDN',
    'create ltm snatpool ramp members add { 10.3.92.216 }',
  ];
  here = await site({ spec: pair, world: { plugin: 'multitenant', typed: { [BIGIP]: typed } } });
  expect(endOf(await here.run({ allowInterruption: true }))).toBe('Applied');
  expect(writes(here).some((line) => /create net route|delete/.test(line))).toBe(false);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(await here.lab.hosts.dump(BIGIP)).toContain('ltm snatpool ramp');
  expect(await here.lab.hosts.dump(BIGIP)).not.toContain('net route ramp');
});
