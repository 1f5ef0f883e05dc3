import { ADMIN, BIGIP, FIRST, SECOND, kernelSite, pair, single, type KernelSite } from './support/site';
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
  expect(await site.end({ action: 'teardown' })).toMatch(/^TornDown/);
  expect(await left()).toEqual([]);
});

/** One residue of each kind: the host, the line that leaves it, and how the look tells of it. */
const RESIDUES = [
  [FIRST, 'ip tunnel add tun9 mode ipip remote 10.20.30.1 local 10.20.30.2', /link tun9/],
  [FIRST, 'ip addr add 10.129.0.250/32 dev tun0', /address 10\.129\.0\.250/],
  [FIRST, 'ip neigh add 10.20.30.77 lladdr 02:00:00:00:00:01 dev eth0 nud permanent', /neighbour 10\.20\.30\.77/],
  [FIRST, 'iptables -w -t nat -A POSTROUTING -s 10.3.92.216 -j ACCEPT', /iptables nat -A POSTROUTING/],
  [SECOND, 'ip route add 10.3.92.216 dev lo', /route 10\.3\.92\.216/],
  [SECOND, 'ovs-ofctl -O OpenFlow13 add-flow br0 cookie=0x999,table=0,priority=1,actions=drop', /flow cookie=0x999/],
  [SECOND, 'sysctl -qw net.ipv4.conf.eth0.arp_ignore=1', /eth0\/arp_ignore:1/],
  [SECOND, 'echo left >$EDGE_RAMP_ROOT/var/lib/cni/networks/openshift-sdn/10.131.1.254', /10\.131\.1\.254/],
  [BIGIP, 'create ltm snatpool SDN_snatpool members add { 10.3.92.216 }', /snatpool SDN_snatpool/],
  [ADMIN, 'oc label node ramp-1.example.com f5rampnode=true', /f5rampnode/],
] as const;

test('each kind of residue would be found', async () => {
  for (const [host, line] of RESIDUES) await site.type(host, line);
  const found = await left();
  for (const [, , as] of RESIDUES) expect(found).toContainEqual(expect.stringMatching(as));
});
