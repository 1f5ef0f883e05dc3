import { BIGIP, NODE, discard, endOf, example, site, type Site } from './support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

/** What the published procedure types on BIG-IP, with the example's addresses. */
const ON_BIGIP = [
  'create net tunnels tunnel SDN { description "OpenShift SDN" local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }',
  'create net self SDN { address 10.3.91.216/24 allow-service all vlan SDN }',
  'create net route 10.128.0.0/14 interface SDN',
  'create ltm snatpool SDN_snatpool members add { 10.3.91.216 }',
  'modify ltm virtual ose-vserver source-address-translation { type snat pool SDN_snatpool }',
  'modify ltm virtual https-ose-vserver source-address-translation { type snat pool SDN_snatpool }',
];

/** And on the ramp node: seven flows, two of them without a cookie. */
const ON_NODE = [
  'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0',
  'ip addr add 10.3.91.217 dev tun1',
  'ip link set tun1 up',
  'ip route add 10.3.91.216 dev tun1',
  'ip addr add 10.129.0.254 dev tun0',
  ...[
    'cookie=0x999,ip,nw_src=10.3.91.216,actions=mod_nw_src:10.129.0.254,resubmit(,0)',
    'cookie=0x999,ip,nw_dst=10.129.0.254,actions=mod_nw_dst:10.3.91.216,resubmit(,0)',
    'cookie=0x999,table=0,arp,arp_tpa=10.129.0.254,actions=output:2',
    'cookie=0x999,table=0,arp,in_port=2,arp_spa=10.129.0.254,arp_tpa=10.128.0.0/14,actions=goto_table:30',
    'table=5,arp,arp_tpa=10.129.0.254,actions=output:2',
    'table=5,ip,nw_dst=10.129.0.254,actions=output:2',
    'cookie=0x999,table=0,ip,nw_dst=10.3.91.216,actions=output:2',
  ].map((flow) => `ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<<'add ${flow}'`),
];

const full: [number, number] = [ON_BIGIP.length, ON_NODE.length];

test.each<[number, number]>([full, [2, 3], [6, 5], [0, 8], [4, 0]])(
  'leftovers of the published script on this pair of hosts, its first %i lines on BIG-IP and %i on the node, are adopted and torn down',
  async (bigip, node) => {
    here = await site({
      world: { plugin: 'multitenant', typed: { [BIGIP]: ON_BIGIP.slice(0, bigip), [NODE]: ON_NODE.slice(0, node) } },
    });
    const applied = await here.run({ allowInterruption: true });
    expect([endOf(applied), applied.cause]).toEqual(['Applied', undefined]);
    expect(endOf(await here.run())).toBe('Unchanged');
    expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
    expect(here.dump()).not.toMatch(/SDN|10\.3\.91\.21|tun1|0x999|10\.129\.0\.254|table=5 /);
  },
);

test('adopting the whole of it cuts no live traffic, and keeps its RAMP_SDN_IP', async () => {
  here = await site({ world: { plugin: 'multitenant', typed: { [BIGIP]: ON_BIGIP, [NODE]: ON_NODE } } });
  const plan = await here.run({ action: 'plan' });
  expect((plan.output as { interrupts: string[] }).interrupts).toEqual([]);
  expect(endOf(await here.run())).toBe('Applied');
  expect(here.dump()).toContain('claim 10.129.0.254 edge-ramp:edge-a');
});

test('a failed adoption leaves the leftovers as they were, the seven flows and the words "OpenShift SDN" too', async () => {
  here = await site({
    world: { plugin: 'multitenant', typed: { [BIGIP]: ON_BIGIP, [NODE]: ON_NODE } },
    faults: [{ host: BIGIP, match: '^save sys config$', nth: 1, effect: 'fail-before' }],
  });
  const running = (dump: string): string => dump.replace(/# saved[\s\S]*/, '');
  const before = running(here.dump());
  expect(endOf(await here.run())).toBe('RolledBack');
  expect(running(here.dump())).toBe(before);
});

test.each([
  [
    'a tunnel of our name between other hosts',
    BIGIP,
    'create net tunnels tunnel SDN { local-address 10.3.89.66 profile ipip remote-address 10.9.9.9 }',
    /already has a tunnel SDN that is not this tunnel's/,
  ],
  [
    'a route to the cluster network under another name',
    BIGIP,
    'create net route theirs network 10.128.0.0/14 gw 10.3.89.1',
    /already has a route theirs to 10\.128\.0\.0\/14 .*takeover: true/,
  ],
  [
    'a tun1 that leads elsewhere',
    NODE,
    'ip tunnel add tun1 mode ipip remote 10.9.9.9 dev eth0',
    /already has a tun1 that is not this tunnel's/,
  ],
  [
    'flows with our cookie that are not ours',
    NODE,
    "ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<<'add cookie=0x999,table=0,priority=9,ip,nw_src=10.99.9.9,actions=drop'",
    /flows with cookie 0x999 that are not this tunnel's/,
  ],
])('%s is refused by name, nothing changed', async (_what, host, line, message) => {
  here = await site({ world: { typed: { [host]: [line] } } });
  const before = here.dump();
  const result = await here.run();
  expect(endOf(result)).toBe('NotStarted');
  expect(result.cause).toMatch(message);
  expect(here.dump()).toBe(before);
});

test('with takeover: true another route is replaced, and comes back at a failure', async () => {
  const theirs = 'create net route theirs network 10.128.0.0/14 gw 10.3.89.1';
  const spec = { ...example, takeover: true };
  here = await site({
    spec,
    world: { typed: { [BIGIP]: [theirs] } },
    faults: [{ host: BIGIP, match: 'submit', nth: 1, effect: 'fail-after' }],
  });
  const before = here.dump();
  expect(endOf(await here.run())).toBe('NotStarted'); // it cuts traffic: not without leave
  expect(endOf(await here.run({ allowInterruption: true }))).toBe('RolledBack');
  expect(here.dump()).toBe(before);
  expect(endOf(await here.run({ allowInterruption: true }))).toBe('Applied');
});

test('a Pod that holds RAMP_SDN_IP keeps it: the tunnel moves to another address', async () => {
  here = await site();
  await here.run();
  const claim = 'var/lib/cni/networks/openshift-sdn/10.129.1.254';
  await here.world.run(NODE, `echo c0ffee > "$EDGE_RAMP_ROOT/${claim}"`);
  expect((await here.run()).cause).toContain('would cut live traffic');
  expect(endOf(await here.run({ allowInterruption: true }))).toBe('Applied');
  expect(here.dump()).toContain('claim 10.129.1.253 edge-ramp:edge-a');
  expect(here.dump()).toContain('claim 10.129.1.254 c0ffee');
});
