import { put } from '../../../lab/hosts/bigip/objects';
import { inForce } from '../../../lab/hosts/bigip/unit';
import type { Fault } from '../../../lab/hosts/host';
import { closeAll, newDirectory, NODE, open, twoUnits, UNITS, type Bench } from './bench';
import {
  A,
  B,
  BUILT,
  FLOATING,
  group,
  has,
  openPair,
  pairOf,
  POOL,
  refusal,
  ROUTE,
  synced,
  TUNNEL,
  type,
  word,
} from './bigip-pair-bench';

afterAll(closeAll);

describe('a declared pair', () => {
  it('has its own outer self IPs, the floating one on both, the same virtual servers, and is in sync', async () => {
    const hosts = await openPair();
    for (const [unit, last] of [
      [A, 67],
      [B, 68],
    ] as const)
      expect(await type(hosts, unit, 'list net self one-line')).toBe(
        `net self float-10.3.89.66 { address 10.3.89.66/24 allow-service { default } traffic-group traffic-group-1 vlan internal }\nnet self self-internal { address 10.3.89.${last}/24 allow-service { default } traffic-group traffic-group-local-only vlan internal }\n`,
      );
    const virtuals = 'list ltm virtual one-line';
    expect(await type(hosts, A, virtuals)).toBe(await type(hosts, B, virtuals));
    expect([await word(hosts, A), await word(hosts, B)]).toEqual(['In Sync', 'In Sync']);
  });

  it('starts in sync with what was typed on both alike', async () => {
    const hosts = await openPair(BUILT);
    expect([await word(hosts, A), await word(hosts, B)]).toEqual(['In Sync', 'In Sync']);
  });

  it('is in sync after a restart, where what was typed was saved on both', async () => {
    const save = 'save sys config';
    const hosts = await openPair({ [A]: [...BUILT[A], save], [B]: [...BUILT[B], save] });
    await hosts.act(B, 'reboot');
    expect([await word(hosts), has(hosts, B, 'net self SDN')]).toEqual(['In Sync', true]);
  });

  it('may be made of a unit that stood alone: the new one has what it shares', async () => {
    const directory = newDirectory();
    const single = { ...twoUnits, bigip: [{ ...twoUnits.bigip[0]!, address: '10.3.89.66' }], bigipPair: undefined };
    const alone = await open({}, { specs: [single], directory });
    await type(alone, A, TUNNEL, FLOATING.replace(/traffic-group \S+ /, ''), ROUTE, POOL, 'save sys config');
    await alone.close();
    const hosts = await open({}, { specs: [twoUnits], directory });
    expect([await word(hosts, A), await word(hosts, B)]).toEqual(['In Sync', 'In Sync']);
    expect([has(hosts, B, 'net route 10.128.0.0/14'), has(hosts, B, 'net self SDN')]).toEqual([true, false]);
    for (const unit of UNITS)
      expect(await type(hosts, unit, 'list net self one-line')).toMatch(
        /address 10\.3\.89\.66\/24 .* traffic-group-1 /,
      );
  });

  it('stays as it was when the lab is opened again', async () => {
    const directory = newDirectory();
    const first = await open({}, { specs: [twoUnits], directory });
    await type(first, A, ROUTE.replace('interface SDN', 'gw 10.3.89.1'));
    await first.act(A, 'failover');
    await first.close();
    const again = await open({}, { specs: [twoUnits], directory });
    expect(await word(again)).toBe('Changes Pending');
    expect(await type(again, B, 'show cm failover-status')).toContain('Status   ACTIVE');
  });
});

describe('the roles', () => {
  const role = async (hosts: Bench): Promise<string[]> => {
    const told = [];
    for (const unit of UNITS)
      told.push(/^Status {3}(.*)$/m.exec(await type(hosts, unit, 'show cm failover-status'))![1]!);
    return told;
  };
  const RAMP = [
    'ip tunnel add tun1 mode ipip remote 10.3.89.66 local 10.3.89.89 dev eth0',
    'ip addr add 10.3.91.217 dev tun1',
    'ip link set tun1 up',
    'ip route add 10.3.91.216 dev tun1',
    'iptables -w -I INPUT 1 -p 4 -s 10.3.89.66 -j ACCEPT',
  ];
  const route = (last: number) => `ip route add 10.3.91.${last} dev tun1`;
  const pings = async (hosts: Bench): Promise<boolean[]> => {
    const answered = [];
    for (const unit of UNITS)
      answered.push((await type(hosts, unit, 'run util ping -c 1 10.3.91.217')).includes('1 received'));
    return answered;
  };
  const ramped = (): Promise<Bench> => openPair({ ...BUILT, [NODE]: [...RAMP, route(218), route(219)] });

  it('are told by each unit', async () => {
    const hosts = await openPair();
    expect(await type(hosts, A, 'show cm failover-status')).toMatch(
      /CM::Failover Status\n-+\nColor {4}green\nStatus {3}ACTIVE\nSummary {2}1\/1 active\nDetails {2}active for \/Common\/traffic-group-1\n$/,
    );
    expect(await type(hosts, B, 'show cm failover-status')).toMatch(
      /Status {3}STANDBY\nSummary {2}1\/1 standby\n[^]*CM::Failover Connections\n[^]*10\.3\.88\.68:1026 {2}bigip1\.example\.com {2}Ok\n$/,
    );
  });

  it('change places in a failover, and pings are answered to the active unit only', async () => {
    const hosts = await ramped();
    expect(await pings(hosts)).toEqual([true, false]);
    await hosts.act(B, 'failover');
    expect(await role(hosts)).toEqual(['STANDBY', 'ACTIVE']);
    expect(await pings(hosts)).toEqual([false, true]);
    expect(await word(hosts)).toBe('In Sync');
  });

  it('may be both active: pings do not show it', async () => {
    const hosts = await ramped();
    hosts.world.bigips[B]!.device!.failover = 'ACTIVE';
    expect([await role(hosts), await pings(hosts)]).toEqual([
      ['ACTIVE', 'ACTIVE'],
      [true, true],
    ]);
  });

  it.each(['STANDBY', 'FORCED OFFLINE', 'OFFLINE'] as const)('may be nobody active: %s', async (failover) => {
    const hosts = await ramped();
    hosts.world.bigips[A]!.device!.failover = failover;
    expect([await role(hosts), await pings(hosts)]).toEqual([
      [failover, 'STANDBY'],
      [false, false],
    ]);
  });

  it('leave a standby nothing on the network that moves: no address, no translation, no virtual server', async () => {
    const hosts = await openPair(BUILT);
    const names = (unit: string) =>
      Object.values(inForce(hosts.world.bigips[unit]!)).flatMap((objects) => Object.keys(objects));
    expect(names(B).sort()).toEqual(['10.128.0.0/14', 'SDN', 'SDN_unit', 'default', 'internal', 'self-internal']);
    await hosts.act(A, 'failover');
    expect(names(B)).toEqual(expect.arrayContaining(['float-10.3.89.66', 'SDN_snatpool', 'ose-vserver']));
  });

  it('pass to the unit that is left, and a unit that comes back is standby', async () => {
    const hosts = await ramped();
    await hosts.act(A, 'gone');
    expect(await type(hosts, B, 'show cm failover-status')).toContain('Status   ACTIVE');
    await hosts.act(A, 'back');
    expect(await role(hosts)).toEqual(['STANDBY', 'ACTIVE']);
  });

  it('do not keep a standby from being changed', async () => {
    const hosts = await openPair();
    await type(hosts, B, POOL);
    expect(await word(hosts)).toBe('Changes Pending');
  });

  it.each([
    ['own', false],
    ['floating', true],
  ] as const)('let a ping leave from the %s address, which the ramp must answer', async (from, answered) => {
    const hosts = await openPair({ ...BUILT, [NODE]: RAMP });
    pairOf(hosts).pingsFrom = from;
    expect((await pings(hosts))[0]).toBe(answered);
  });
});

describe('who is who', () => {
  it('tells devices, one of them the unit itself', async () => {
    const hosts = await openPair();
    hosts.world.bigips[B]!.device!.version = '16.1.4';
    expect(await type(hosts, B, 'list cm device one-line')).toBe(
      [
        'cm device bigip1.example.com { configsync-ip 10.3.88.67 hostname bigip1.example.com management-ip 10.3.88.67 unicast-address { { effective-ip 10.3.88.67 effective-port 1026 ip 10.3.88.67 } } version 17.1.1.3 }',
        'cm device bigip2.example.com { configsync-ip 10.3.88.68 hostname bigip2.example.com management-ip 10.3.88.68 self-device true unicast-address { { effective-ip 10.3.88.68 effective-port 1026 ip 10.3.88.68 } } version 16.1.4 }',
        '',
      ].join('\n'),
    );
  });

  it('tells the group, whose members may be others', async () => {
    const hosts = await openPair();
    const ask = (): Promise<string> => type(hosts, A, 'list cm device-group one-line');
    expect(await ask()).toBe(
      'cm device-group edge-dg { devices { /Common/bigip1.example.com { } /Common/bigip2.example.com { } } type sync-failover }\n',
    );
    expect(await type(hosts, A, 'list cm device-group /Common/edge-dg all-properties')).toContain(
      '    auto-sync disabled\n    devices {\n        /Common/bigip1.example.com { }\n',
    );
    expect(await refusal(hosts, A, 'list cm device-group /Common/other')).toContain('01020036:3');
    pairOf(hosts).members.push('bigip3.example.com');
    expect(await ask()).toContain('/Common/bigip3.example.com { }');
    expect(await type(hosts, A, 'list cm device one-line')).toContain('cm device bigip3.example.com {');
  });

  it('tells the traffic groups, and where /Common belongs', async () => {
    const hosts = await openPair();
    expect(await type(hosts, A, 'list cm traffic-group')).toBe(
      'cm traffic-group traffic-group-1 {\n    unit-id 1\n}\ncm traffic-group traffic-group-local-only { }\n',
    );
    expect(await type(hosts, A, 'list sys folder /Common one-line')).toBe(
      'sys folder /Common { device-group /Common/edge-dg hidden false inherited-devicegroup true inherited-traffic-group true traffic-group /Common/traffic-group-1 }\n',
    );
  });

  it('tells in which traffic group the addresses of virtual servers and SNAT pools are', async () => {
    const hosts = await openPair(BUILT);
    hosts.world.bigips[A]!.trafficGroups = { '10.3.88.101': 'traffic-group-2' };
    expect(await type(hosts, A, 'list ltm virtual-address one-line')).toBe(
      [
        'ltm virtual-address 10.3.88.100 { address 10.3.88.100 arp enabled inherited-traffic-group true mask 255.255.255.255 traffic-group traffic-group-1 }',
        'ltm virtual-address 10.3.88.101 { address 10.3.88.101 arp enabled inherited-traffic-group false mask 255.255.255.255 traffic-group traffic-group-2 }',
        '',
      ].join('\n'),
    );
    expect(await type(hosts, A, 'list ltm virtual-address /Common/10.3.88.100 traffic-group')).toBe(
      'ltm virtual-address 10.3.88.100 {\n    traffic-group traffic-group-1\n}\n',
    );
    expect(await type(hosts, A, 'list ltm snat-translation one-line')).toBe(
      'ltm snat-translation 10.3.91.216 { address 10.3.91.216 inherited-traffic-group true traffic-group traffic-group-1 }\n',
    );
  });
});

describe('trouble between two commands', () => {
  const at = (
    nth: number,
    what: { on: string; types: string } | { on: string; does: 'failover' | 'cut-ssh' },
  ): Fault => ({
    host: A,
    match: '^create',
    nth,
    effect: 'meanwhile',
    ...what,
  });

  it('may be a failover just before the nth line', async () => {
    const hosts = await openPair({}, [at(2, { on: A, does: 'failover' })]);
    await type(hosts, A, TUNNEL);
    expect(hosts.world.bigips[A]!.device!.failover).toBe('ACTIVE');
    await type(hosts, A, POOL);
    expect(hosts.world.bigips[A]!.device!.failover).toBe('STANDBY');
  });

  it('may be a stranger who changes the other unit', async () => {
    const hosts = await openPair({}, [at(1, { on: B, types: POOL })]);
    await type(hosts, A, TUNNEL);
    expect(await group(hosts)).toContain('possible change conflict');
    expect(hosts.journal().slice(0, 2)).toMatchObject([
      { host: B, line: POOL },
      { host: A, line: TUNNEL },
    ]);
  });

  it('may cut one unit off for SSH, which does not keep the units from syncing', async () => {
    const hosts = await openPair({}, [at(1, { on: B, does: 'cut-ssh' })]);
    await type(hosts, A, TUNNEL);
    expect(hosts.world.bigips[B]!.reachable).toBe(false);
    await synced(hosts);
    expect(has(hosts, B, 'net tunnels tunnel SDN')).toBe(true);
  });

  it('may be a difference that no commit tells of', async () => {
    const hosts = await openPair();
    const more = [{ property: 'members', verb: '', words: ['10.3.91.9'] }];
    put(hosts.world.bigips[B]!.running, 'ltm snatpool', 'SDN_snatpool', more, false);
    expect(await word(hosts)).toBe('In Sync');
  });

  it('is nothing for a BIG-IP of no pair', async () => {
    const hosts = await open();
    await expect(hosts.act('10.3.88.66', 'failover')).rejects.toThrow('10.3.88.66 is no unit of a pair of BIG-IPs.');
  });
});
