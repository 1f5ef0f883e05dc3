import { discard, endOf, NODE, site, type Site } from './support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

const CLAIMS = '"$EDGE_RAMP_ROOT"/var/lib/cni/networks/openshift-sdn';
const MADE = 'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0 ttl 255';
const remarks = ({ output }: { readonly output?: unknown }): string =>
  (output as { readonly remarks: readonly string[] }).remarks.join('\n');

test('on a node with iproute2 of RHEL 7.3 or before, what was applied is read, verified and taken away again', async () => {
  here = await site({ world: { iproute2: 'old' } });
  expect((await here.world.run(NODE, 'ip -o tunnel show tun1')).out).toBe('');
  expect(endOf(await here.run())).toBe('Applied');
  expect((await here.world.run(NODE, 'ip -o tunnel show tun1')).out).toContain('ip/ip  remote 10.3.89.66  local any');
  expect(endOf(await here.run())).toBe('Unchanged');
  expect(endOf(await here.run({ action: 'verify' }))).toBe('Verified');
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).not.toMatch(/tun1|0x999|edge-ramp/);
});

describe.each([
  [
    'ifcfg files, with a ttl and a peer',
    [MADE, 'ip addr add 10.3.91.217 peer 10.3.91.216 dev tun1', 'ip link set tun1 up'],
  ],
  [
    'NetworkManager, with a network and a route of its own, beside another address',
    [
      MADE,
      'ip addr add 10.3.91.217/24 dev tun1',
      'ip addr add 10.9.9.8/24 dev tun1',
      'ip link set tun1 up',
      'ip route add 10.3.91.216 dev tun1 proto static metric 425',
    ],
  ],
])('a tunnel of an interface manager: %s', (_who, typed) => {
  const tunnelOf = (dump: string): readonly string[] => dump.split('\n').filter((line) => / tun1\b/.test(line));

  test('is adopted as it stands, carries, and is taken away', async () => {
    here = await site({ world: { typed: { [NODE]: typed } } });
    const before = tunnelOf(here.dump());
    expect(endOf(await here.run())).toBe('Applied');
    expect(tunnelOf(here.dump())).toEqual(expect.arrayContaining([...before]));
    expect(endOf(await here.run())).toBe('Unchanged');
    expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
    expect(here.dump()).not.toMatch(/tun1|0x999|edge-ramp/);
  });

  test('stands again, to the word, when its teardown fails', async () => {
    here = await site({
      world: { typed: { [NODE]: typed } },
      faults: [{ host: NODE, match: '^iptables -w -D INPUT', nth: 1, effect: 'fail-before' }],
    });
    expect(endOf(await here.run())).toBe('Applied');
    const applied = here.dump();
    expect(endOf(await here.run({ action: 'teardown' }))).toBe('RolledBack');
    expect(tunnelOf(here.dump())).toEqual(tunnelOf(applied));
  });
});

describe('the public script f5rampnodekb', () => {
  const FLOWS = [
    'cookie=0x999,ip,nw_src=10.3.91.216,actions=mod_nw_src:10.129.0.254,resubmit(,0)',
    'cookie=0x999,ip,nw_dst=10.129.0.254,actions=mod_nw_dst:10.3.91.216,resubmit(,0)',
    'cookie=0x999,table=0,arp,arp_tpa=10.129.0.254,actions=output:2',
    'cookie=0x999,table=0,arp,priority=200,in_port=2,arp_spa=10.129.0.254,arp_tpa=10.128.0.0/14,actions=goto_table:5',
    'arp,table=5,priority=300,arp_tpa=10.129.0.254,actions=output:2',
    'ip,table=5,priority=300,nw_dst=10.129.0.254,actions=output:2',
    'cookie=0x999,ip,nw_dst=10.3.91.216,actions=output:2',
  ];
  const SCRIPT = [
    'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0',
    'ip addr add 10.3.91.217 dev tun1',
    'ip link set tun1 up',
    'ip route add 10.3.91.216 dev tun1',
    'ip addr add 10.129.0.254 dev tun0',
    ...FLOWS.map((flow) => `ovs-ofctl -O OpenFlow13 add-flow br0 '${flow}'`),
    'mkdir -p "$EDGE_RAMP_ROOT"/usr/libexec/openshift',
    'echo "export RAMP_SDN_IP=10.129.0.254" > "$EDGE_RAMP_ROOT"/usr/libexec/openshift/f5rampnodesetup.sh',
    'printf "%s\\n" "[Service]" ExecStart=/usr/libexec/openshift/f5rampnodesetup.sh > "$EDGE_RAMP_ROOT"/etc/systemd/system/f5rampsetup.service',
    'systemctl enable f5rampsetup.service',
  ];

  test('is recognised: what it made is adopted and taken away entirely, and its boot unit is named until it is disabled', async () => {
    here = await site({ world: { plugin: 'multitenant', typed: { [NODE]: SCRIPT } } });
    expect(remarks(await here.run({ action: 'plan' }))).toContain('runs f5rampsetup.service when it boots');
    expect(endOf(await here.run())).toBe('Applied');
    expect(here.dump()).not.toMatch(/table=5 |resubmit|goto_table:5$/m);
    await here.world.run(NODE, 'systemctl disable f5rampsetup.service');
    expect(remarks(await here.run({ action: 'plan' }))).not.toContain('f5rampsetup');
    expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
    expect(here.dump()).not.toMatch(/tun1|0x999|10\.129\.0\.254|edge-ramp:/);
  });
});

test('a reservation that cannot be written, on a full file system, leaves none: everything is as it was', async () => {
  here = await site({ world: { typed: { [NODE]: [`ln -s /dev/full ${CLAIMS}/.edge-ramp:edge-a`] } } });
  const before = here.dump();
  const result = await here.run();
  expect(endOf(result)).toBe('RolledBack');
  expect(result.cause).toContain('is its file system full?');
  expect(here.dump()).toBe(before);
});

describe('the rule that lets the tunnel in', () => {
  const copies = (open: Site): number => open.dump().match(/-A INPUT .*edge-ramp:edge-a/g)?.length ?? 0;
  const first = (rule: string) => here!.world.run(NODE, `iptables -w -I INPUT 1 ${rule}`);

  test('stands as it is, whatever is put ahead of it that cannot meet BIG-IP', async () => {
    here = await site();
    await here.run();
    await first('-s 203.0.113.9 -p tcp -m tcp --dport 22 -j DROP');
    expect(endOf(await here.run())).toBe('Unchanged');
    expect(endOf(await here.run({ action: 'verify' }))).toBe('Verified');
  });

  test('is put ahead again of what can, without one more copy each time', async () => {
    here = await site();
    await here.run();
    for (let i = 0; i < 4; i++) {
      await first('-s 10.3.89.0/24 -j DROP');
      expect(endOf(await here.run())).toBe('Applied');
      expect(copies(here)).toBe(2);
    }
    expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
    expect(copies(here)).toBe(0);
  });
});
