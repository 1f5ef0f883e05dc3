import { rmSync } from 'node:fs';
import { tunnelAddress, type Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { atTheSameTime, everyOrder, walk } from './support/sharing';
import { NODE, discard, endOf, example, site, type Site } from './support/site';

/** Its name begins with the first one's: a mark is a whole word. */
const otherNode: Tunnel = {
  ...example,
  name: 'edge-a2',
  ramp: {
    ...example.ramp,
    nodes: [{ instance: 'i-0b4e90de0b4e90de0', address: '10.3.89.90', interface: 'eth0' }],
  },
  tunnel: { bigip: '10.3.92.216/24', node: '10.3.92.217', interface: 'tun1' },
  objects: { tunnel: 'SDN2', self: 'SDN2', snatPool: 'SDN2_snatpool' },
  clusterNetworks: ['10.132.0.0/14'],
  virtualServers: ['b-vserver', 'https-b-vserver'],
  probe: '10.134.0.7',
};
/** The same names on another BIG-IP. */
const otherBigIp: Tunnel = {
  ...example,
  name: 'edge-a3',
  bigip: [{ ...example.bigip[0]!, management: '10.3.88.67', address: '10.3.89.67' }],
  tunnel: { bigip: '10.3.93.216/24', node: '10.3.93.217', interface: 'tun2' },
  cookie: '0x998',
};
/** From another address of the BIG-IP to another network of the cluster. */
const bothShared: Tunnel = {
  ...example,
  name: 'edge-a4',
  bigip: [{ ...example.bigip[0]!, address: '10.3.89.68' }],
  tunnel: { bigip: '10.3.94.216/24', node: '10.3.94.217', interface: 'tun3' },
  objects: { tunnel: 'SDN4', self: 'SDN4', snatPool: 'SDN4_snatpool' },
  clusterNetworks: ['10.136.0.0/14'],
  virtualServers: ['d-vserver', 'https-d-vserver'],
  cookie: '0x9980',
  probe: undefined,
};

let here: Site | undefined;
const folders: string[] = [];
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const PAIRS: readonly [string, Tunnel][] = [
  ['one BIG-IP', otherNode],
  ['one ramp node', otherBigIp],
  ['one BIG-IP and one ramp node', bothShared],
];

describe.each(PAIRS)('two tunnels on %s', (_, other) => {
  test('are applied and torn down in every order; nothing of the other is touched', () =>
    walk({ specs: [example, other] }, everyOrder(example, other)));

  test.each([
    [example, other],
    [other, example],
  ])('one that fails at its last command is put back, and the other stands', async (stands, fails) => {
    here = await site({ specs: [example, other] });
    await here.run({ tunnel: stands.name });
    const before = here.dump();
    await here.close();
    folders.push(here.state);
    const fault = {
      host: fails.bigip[0]!.management,
      match: '^save sys config$',
      nth: 1,
      effect: 'fail-after' as const,
    };
    here = await site({ from: here.state, specs: [example, other], faults: [fault] });
    expect(endOf(await here.run({ tunnel: fails.name }))).toBe('RolledBack');
    expect(here.dump()).toBe(before);
    expect(endOf(await here.run({ tunnel: stands.name, action: 'verify' }))).toBe('Verified');
  });
});

test('three tunnels on one ramp node, two of them on one BIG-IP', () =>
  walk({ specs: [example, otherBigIp, bothShared] }, [
    ['apply', bothShared],
    ['apply', example],
    ['apply', otherBigIp],
    ['teardown', example],
    ['apply', example],
    ['teardown', bothShared],
    ['teardown', otherBigIp],
    ['apply', bothShared],
    ['teardown', example],
    ['teardown', bothShared],
  ]));

test("the published script's leftovers of one tunnel are adopted by it, and left alone by the other on their node", async () => {
  const [mine, theirs] = [
    { ...example, cookie: '0x998' },
    { ...otherBigIp, cookie: '0x999' },
  ];
  const source = tunnelAddress(theirs);
  const flows = [
    `cookie=0x999,ip,nw_src=${source},actions=mod_nw_src:10.129.0.254,resubmit(,0)`,
    `cookie=0x999,ip,nw_dst=10.129.0.254,actions=mod_nw_dst:${source},resubmit(,0)`,
    'cookie=0x999,table=0,arp,arp_tpa=10.129.0.254,actions=output:2',
    'cookie=0x999,table=0,arp,in_port=2,arp_spa=10.129.0.254,arp_tpa=10.128.0.0/14,actions=goto_table:30',
    'table=5,arp,arp_tpa=10.129.0.254,actions=output:2',
    'table=5,ip,nw_dst=10.129.0.254,actions=output:2',
    `cookie=0x999,table=0,ip,nw_dst=${source},actions=output:2`,
  ];
  const typed = [
    'ip tunnel add tun2 mode ipip remote 10.3.89.67 dev eth0',
    'ip addr add 10.3.93.217 dev tun2',
    'ip link set tun2 up',
    `ip route add ${source} dev tun2`,
    'ip addr add 10.129.0.254 dev tun0',
    ...flows.map((flow) => `ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<<'add ${flow}'`),
  ];
  here = await site({
    spec: mine,
    specs: [mine, theirs],
    world: { plugin: 'multitenant', typed: { [NODE]: typed } },
  });
  const leftovers = /tun2|10\.129\.0\.254|0x999$|table=5 /;
  const left = (): readonly string[] =>
    here!
      .dump()
      .split('\n')
      .filter((line) => leftovers.test(line));
  const [first, before] = [here.dump(), left()];
  expect(before.length).toBeGreaterThan(9);
  expect(endOf(await here.run())).toBe('Applied');
  expect(left()).toEqual(before);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(first);

  expect(endOf(await here.run())).toBe('Applied');
  expect(endOf(await here.run({ tunnel: theirs.name }))).toBe('Applied');
  expect(here.dump()).toContain(`claim 10.129.0.254 edge-ramp:${theirs.name}`);
  expect(endOf(await here.run({ action: 'verify' }))).toBe('Verified');
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(endOf(await here.run({ tunnel: theirs.name, action: 'verify' }))).toBe('Verified');
  expect(endOf(await here.run({ tunnel: theirs.name, action: 'teardown' }))).toBe('TornDown');
  expect(left()).toEqual([]);
});

test('two tunnels on the same hosts, applied at the same time: what does not stand left nothing, and a second try makes it', () =>
  atTheSameTime({ specs: [example, bothShared] }));
