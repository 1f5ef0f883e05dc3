import { ADMIN, BIGIP, FIRST, kernelSite, SECOND, pair, single, type KernelSite } from './support/site';
import { holdings, remains, type Holdings } from './support/remains';

let site: KernelSite;
let before: Holdings;
beforeAll(async () => {
  site = await kernelSite();
  before = await holdings(site);
});
afterAll(() => site?.close());

const left = async (): Promise<readonly string[]> => remains(before, await holdings(site));

test.each([
  ['a single ramp node with flows', { ...single, snat: 'flows' }],
  ['a single ramp node with the gateway as source', { ...single, snat: 'gateway' }],
  ['a pair with the gateway as source', { ...pair, snat: 'gateway' }],
  ['a pair with flows', { ...pair, snat: 'flows' }],
] as const)('%s leaves every host as it was', async (_, spec) => {
  await site.declare(spec);
  expect(await site.end()).toMatch(/^Applied/);
  expect((await left()).length).toBeGreaterThan(20); // the comparison sees what edge-ramp makes
  expect(await site.end({ action: 'teardown' })).toMatch(/^TornDown/);
  expect(await left()).toEqual([]);
});

test('two looks at the same hosts find nothing', async () => {
  expect(remains(await holdings(site), await holdings(site))).toEqual([]);
});

/** One line that leaves something, and one that takes it back. */
test.each([
  [
    'a device',
    FIRST,
    'ip tunnel add tun9 mode ipip remote 10.20.30.1 local 10.20.30.2',
    'ip tunnel del tun9',
    /link tun9/,
  ],
  [
    'an address',
    FIRST,
    'ip addr add 10.129.0.250/32 dev tun0',
    'ip addr del 10.129.0.250/32 dev tun0',
    /address 10\.129\.0\.250/,
  ],
  ['a route', SECOND, 'ip route add 10.3.92.216 dev lo', 'ip route del 10.3.92.216 dev lo', /route 10\.3\.92\.216/],
  [
    'a flow',
    SECOND,
    'ovs-ofctl -O OpenFlow13 add-flow br0 cookie=0x999,table=0,priority=1,actions=drop',
    'ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1',
    /flow .*0x999/,
  ],
  [
    'a firewall rule',
    FIRST,
    'iptables -w -A INPUT -p 4 -j ACCEPT',
    'iptables -w -D INPUT -p 4 -j ACCEPT',
    /iptables filter -A INPUT/,
  ],
  [
    'a setting',
    FIRST,
    'sysctl -qw net.ipv4.conf.all.rp_filter=0',
    'sysctl -qw net.ipv4.conf.all.rp_filter=1',
    /rp_filter/,
  ],
  [
    'an object on BIG-IP',
    BIGIP,
    'create ltm snatpool SDN_snatpool members add { 10.3.92.216 }',
    'delete ltm snatpool SDN_snatpool',
    /SDN_snatpool/,
  ],
  [
    'a label in the cluster',
    ADMIN,
    'oc label node ramp-1.example.com f5rampnode=true',
    'oc label node ramp-1.example.com f5rampnode-',
    /f5rampnode/,
  ],
] as const)('%s that was left would be found', async (_, host, leave, take, found) => {
  await site.type(host, leave);
  expect(await left()).toContainEqual(expect.stringMatching(found));
  await site.type(host, take);
});
