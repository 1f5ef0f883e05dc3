import type { OvnRelease } from '../../../lab/hosts/node/settings';
import { BIGIP, closeAll, NODE, open, spec, type Bench } from './bench';

afterAll(closeAll);

/*
 * What real OVN and real packets showed (field-truth, OVN-3 to OVN-5, OVN-9), of the simulated node: each row a state of the node.
 */
const [LOCAL, REMOTE] = ['10.129.0.5', '10.130.0.7'];
const RELEASES: readonly OvnRelease[] = ['4.12', '4.14', '4.16', '4.18'];
const OBJECTS = [
  'create net tunnels tunnel SDN { local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }',
  'create net self SDN { address 10.3.91.216/24 allow-service all vlan SDN }',
  'create net route 10.128.0.0/14 interface SDN',
];
const TUNNEL = [
  'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev br-ex',
  'ip addr add 10.3.91.217 dev tun1',
  'ip link set tun1 up',
  'ip route add 10.3.91.216 dev tun1',
];
const FORWARDING = 'sysctl -w net/ipv4/conf/tun1/forwarding=1';
const OURS = 'iptables -w -t nat -I POSTROUTING 1 -s 10.3.91.216 -o ovn-k8s-mp0 -j SNAT --to-source 10.129.0.2';
const NOT_THEIRS = 'iptables -w -t nat -D POSTROUTING -o ovn-k8s-mp0 -j OVN-KUBE-SNAT-MGMTPORT';

async function tunnelled(release: OvnRelease, ...lines: readonly string[]): Promise<Bench> {
  const nodes = spec.ramp.nodes.map((node) => ({ ...node, interface: 'br-ex' }));
  const hosts = await open(
    { plugin: 'ovn', release, typed: { [BIGIP]: OBJECTS } },
    { specs: [{ ...spec, ramp: { ...spec.ramp, nodes } }] },
  );
  await type(hosts, ...TUNNEL, ...lines);
  return hosts;
}

async function type(hosts: Bench, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) expect(await hosts.world.run(NODE, line)).toMatchObject({ code: 0, err: '' });
}

/** Whether BIG-IP reaches a Pod of the ramp node, and one of another node. */
async function answers(hosts: Bench): Promise<readonly boolean[]> {
  const said = [];
  for (const pod of [LOCAL, REMOTE]) said.push(await hosts.world.run(BIGIP, `run util ping -c 3 ${pod}`));
  return said.map(({ out }) => / [1-9] received/.test(out));
}

describe.each(RELEASES)('on OpenShift %s', (release) => {
  const theirs = release === '4.18' ? [] : [NOT_THEIRS];

  test.each([
    ['the tunnel alone carries nothing from 4.14 on (row 1)', [], release === '4.12'],
    ['the tunnel device forwards, and the plugin translates (rows 3, 4, 8, 9)', [FORWARDING], true],
    ['our rule stands beside theirs (row 5)', [FORWARDING, OURS], true],
    ['our rule stands alone (row 6)', [FORWARDING, ...theirs, OURS], true],
  ])('%s', async (_what, lines, carries) =>
    expect(await answers(await tunnelled(release, ...lines))).toEqual([carries, carries]),
  );
});

test('where BGP advertises the Pod network only our rule carries (row 7)', async () => {
  const hosts = await tunnelled('4.18', FORWARDING);
  Object.assign(hosts.world.nodes[NODE]!.settings, { advertised: true });
  expect(await answers(hosts)).toEqual([false, false]);
  await type(hosts, OURS);
  expect(await answers(hosts)).toEqual([true, true]);
});

test('a kernel without nft_compat lists its chains, takes a plain rule, and none with an extension (OVN-10)', async () => {
  const hosts = await tunnelled('4.18');
  Object.assign(hosts.world.nodes[NODE]!.settings, { lacksCompat: true });
  const missing = (extension: string): string =>
    `Warning: Extension ${extension} revision 0 not supported, missing kernel module?\n`;
  const said = async (line: string): Promise<readonly [number, string]> => {
    const { code, err } = await hosts.world.run(NODE, line);
    return [code, err];
  };
  const BAD = 'iptables: Bad rule (does a matching rule exist in that chain?).\n';
  const failed = (chain: string): string =>
    `iptables v1.8.9 (nf_tables):  RULE_INSERT failed (No such file or directory): rule in chain ${chain}\n`;
  const comment = '-m comment --comment edge-ramp:edge-a';
  expect(await said('iptables -w -S INPUT')).toEqual([0, '']);
  expect(await said(`iptables -w -C INPUT -p 4 -s 10.3.89.66 ${comment} -j ACCEPT`)).toEqual([
    1,
    missing('comment') + BAD,
  ]);
  expect(await said(`iptables -w -I INPUT 1 -p 4 -s 10.3.89.66 ${comment} -j ACCEPT`)).toEqual([
    4,
    missing('comment') + failed('INPUT'),
  ]);
  expect(await said(OURS)).toEqual([4, missing('SNAT') + failed('POSTROUTING')]);
  await type(hosts, 'iptables -w -I INPUT 1 -p 4 -s 10.3.89.66 -j ACCEPT');
});

test('nft shows the chain by which OVN-Kubernetes translates, where it does so', async () => {
  const line = 'nft list chain inet ovn-kubernetes mgmtport-snat';
  expect(await (await tunnelled('4.18')).world.run(NODE, line)).toMatchObject({
    code: 0,
    out: expect.stringContaining('snat ip to 10.129.0.2\n'),
  });
  expect(await (await tunnelled('4.16')).world.run(NODE, line)).toMatchObject({
    code: 1,
    err: expect.stringContaining('No such file or directory'),
  });
});

test('without any translation no reply finds its way (rows 2, 7)', async () =>
  expect(await answers(await tunnelled('4.16', FORWARDING, NOT_THEIRS))).toEqual([false, false]));

test('ip_forward written as 0 once more changes nothing; from 1 to 0 it takes the tunnel device with it (rows 10, 11)', async () => {
  const hosts = await tunnelled('4.16', FORWARDING);
  const [on, off] = ['sysctl -w net.ipv4.ip_forward=1', 'sysctl -w net.ipv4.ip_forward=0'];
  await type(hosts, off);
  expect(await answers(hosts)).toEqual([true, true]);
  await type(hosts, on);
  expect(await answers(hosts)).toEqual([true, true]);
  await type(hosts, off);
  expect(await answers(hosts)).toEqual([false, false]);
});

test('the node itself reaches Pods by its port, whatever the tunnel does', async () => {
  const hosts = await tunnelled('4.16');
  const ping = async (device: string): Promise<number> =>
    (await hosts.world.run(NODE, `ping -c 1 -I ${device} ${REMOTE}`)).code;
  expect([await ping('ovn-k8s-mp0'), await ping('tun1')]).toEqual([0, 1]);
});

test('a restart of Open vSwitch takes nothing away; a reboot takes the tunnel', async () => {
  const hosts = await tunnelled('4.16', FORWARDING, OURS);
  const before = hosts.dump(NODE);
  hosts.world.restartOvs(NODE);
  expect(hosts.dump(NODE)).toBe(before);
  hosts.world.reboot(NODE);
  expect(hosts.dump(NODE)).not.toMatch(/tun1|10\.3\.91\.216/);
});

test('the node has no tool of Open vSwitch to ask', async () => {
  const hosts = await tunnelled('4.16');
  expect(await hosts.world.run(NODE, 'ovs-ofctl -O OpenFlow13 dump-flows br0')).toMatchObject({ code: 127 });
});
