import { closeAll, UNITS, type Bench } from './bench';
import {
  A,
  B,
  BUILT,
  details,
  FLOATING,
  has,
  openPair,
  own,
  pairOf,
  POOL,
  refusal,
  ROUTE,
  STATUS,
  SYNC,
  synced,
  TUNNEL,
  type,
  until,
  word,
} from './bigip-pair-bench';

afterAll(closeAll);

describe('what config sync carries', () => {
  const OTHER = 'create net self other { address 10.3.89.70/24 vlan internal }';

  it('is no self IP of the unit, nor a VLAN', async () => {
    const hosts = await openPair();
    await type(hosts, A, OTHER, 'create net vlan more tag 12');
    expect(await word(hosts)).toBe('In Sync');
    await synced(hosts);
    expect([has(hosts, B, 'net self other'), has(hosts, B, 'net vlan more')]).toEqual([false, false]);
    expect(has(hosts, B, 'net self self-internal')).toBe(true);
  });

  it.each([
    ['a floating self IP', OTHER.replace('vlan', 'traffic-group /Common/traffic-group-1 vlan'), 'net self other'],
    ['a route', 'create net route far network 10.9.0.0/16 gw 10.3.89.1', 'net route far'],
    ['a SNAT pool', POOL, 'ltm snatpool SDN_snatpool'],
    ['a tunnel', TUNNEL, 'net tunnels tunnel SDN'],
    ['a virtual server', 'create ltm virtual more destination 10.3.88.109:80', 'ltm virtual more'],
  ])('is %s', async (_, line, head) => {
    const hosts = await openPair();
    await type(hosts, A, line);
    expect(await word(hosts, B)).toBe('Changes Pending');
    await synced(hosts);
    expect(has(hosts, B, head)).toBe(true);
    await type(hosts, A, line.replace('create', 'delete').replace(/(delete \w+ (?:tunnels )?\w+ \S+).*/, '$1'));
    await synced(hosts);
    expect(has(hosts, B, head)).toBe(false);
  });

  it('is no tunnel where the units say so', async () => {
    const hosts = await openPair();
    for (const unit of UNITS) hosts.world.bigips[unit]!.device!.tunnels = 'disable';
    expect(await type(hosts, B, 'list sys db iptunnel.configsync value')).toBe(
      'sys db iptunnel.configsync {\n    value "disable"\n}\n',
    );
    await type(hosts, A, TUNNEL);
    expect(await word(hosts)).toBe('In Sync');
    await synced(hosts);
    expect(has(hosts, B, 'net tunnels tunnel SDN')).toBe(false);
  });

  it.each([
    ['kept', '10.3.89.68'],
    ['overwritten', '10.3.89.67'],
  ] as const)('may be the secondary address of a tunnel: %s', async (secondary, then) => {
    const hosts = await openPair(BUILT);
    pairOf(hosts).secondary = secondary;
    await type(hosts, B, 'modify net tunnels tunnel SDN secondary-address 10.3.89.68');
    await type(hosts, A, 'modify net tunnels tunnel SDN secondary-address 10.3.89.67');
    await synced(hosts);
    expect(await type(hosts, B, 'list net tunnels tunnel SDN secondary-address')).toContain(then);
  });

  it('is one commit for a transaction', async () => {
    const hosts = await openPair();
    const { id } = hosts.world.bigips[A]!.device!.commit;
    await type(hosts, A, `create cli transaction; ${TUNNEL}; ${POOL}; submit cli transaction`);
    expect(hosts.world.bigips[A]!.device!.commit).toMatchObject({ id: id + 1, origin: 'bigip1.example.com' });
  });
});

describe('run cm config-sync', () => {
  it('prints nothing, returns at once, and works later', async () => {
    const hosts = await openPair();
    expect(await type(hosts, A, POOL, SYNC)).toBe('');
    expect(has(hosts, B, 'ltm snatpool SDN_snatpool')).toBe(false);
    const seen = await until(hosts, 'In Sync');
    expect(seen).toEqual(['Changes Pending', 'Not All Devices Synced', 'Not All Devices Synced', 'In Sync']);
    expect(has(hosts, B, 'ltm snatpool SDN_snatpool')).toBe(true);
    expect(await word(hosts, B)).toBe('In Sync');
  });

  it('carries everything that is pending, of others as well', async () => {
    const hosts = await openPair();
    await type(hosts, A, 'create net route theirs network 10.9.0.0/16 gw 10.3.89.1', POOL);
    await synced(hosts);
    expect(has(hosts, B, 'net route theirs')).toBe(true);
  });

  it('carries what there was when it was asked for', async () => {
    const hosts = await openPair();
    await type(hosts, A, POOL, SYNC, 'create net route later network 10.9.0.0/16 gw 10.3.89.1');
    expect((await until(hosts, 'In Sync')).slice(-3)).toContain('Changes Pending');
    expect([has(hosts, B, 'ltm snatpool SDN_snatpool'), has(hosts, B, 'net route later')]).toEqual([true, false]);
  });

  it('overwrites what the other unit had, without a word', async () => {
    const hosts = await openPair();
    await type(hosts, A, POOL);
    await synced(hosts, B);
    expect(has(hosts, A, 'ltm snatpool SDN_snatpool')).toBe(false);
    await type(hosts, A, POOL);
    await type(hosts, B, 'create net route theirs network 10.9.0.0/16 gw 10.3.89.1');
    await synced(hosts, A);
    expect([has(hosts, B, 'ltm snatpool SDN_snatpool'), has(hosts, B, 'net route theirs')]).toEqual([true, false]);
  });

  it('from the group takes what the other one has', async () => {
    const hosts = await openPair();
    await type(hosts, A, POOL);
    await type(hosts, A, 'run cm config-sync from-group edge-dg');
    await until(hosts, 'In Sync');
    expect(has(hosts, A, 'ltm snatpool SDN_snatpool')).toBe(false);
  });

  it('does not save on the other unit', async () => {
    const hosts = await openPair();
    await type(hosts, A, POOL);
    await synced(hosts);
    await type(hosts, A, 'save sys config');
    const saved = (unit: string): boolean => hosts.dump(unit).split('# saved')[1]!.includes('ltm snatpool');
    expect([saved(A), saved(B)]).toEqual([true, false]);
    await hosts.act(B, 'reboot');
    expect([has(hosts, B, 'ltm snatpool SDN_snatpool'), await word(hosts)]).toEqual([false, 'Changes Pending']);
  });

  it('refuses a group that there is not, and is not modelled with force', async () => {
    const hosts = await openPair();
    expect(await refusal(hosts, A, 'run cm config-sync to-group other')).toBe(
      '01070734:3: Configuration error: Device group (other) not found in device group sync\n',
    );
    expect(await hosts.world.run(A, 'run cm config-sync force-full-load-push to-group edge-dg')).toMatchObject({
      code: 127,
    });
  });

  it('may never end', async () => {
    const hosts = await openPair();
    pairOf(hosts).loading = 'never';
    await type(hosts, A, POOL, SYNC);
    expect((await until(hosts, 'In Sync')).at(-1)).toBe('Not All Devices Synced');
  });

  it('may find its source or its target gone, and then it has not been', async () => {
    const hosts = await openPair();
    await type(hosts, A, POOL, SYNC);
    await hosts.act(B, 'gone');
    expect(await word(hosts)).toBe('Disconnected');
    await hosts.act(B, 'back');
    expect(await word(hosts)).toBe('Changes Pending');
    expect(has(hosts, B, 'ltm snatpool SDN_snatpool')).toBe(false);
  });
});

describe('a load that fails', () => {
  const failed = async (hosts: Bench): Promise<string[]> => {
    await type(hosts, A, SYNC, STATUS, STATUS, STATUS);
    return details(hosts);
  };

  it('leaves the other unit untouched, and says so in the status only', async () => {
    const hosts = await openPair();
    await type(hosts, A, 'create net vlan only tag 12', 'create net self only { address 10.5.0.1/24 vlan only }');
    await type(hosts, A, POOL, 'create net route far network 10.9.0.0/16 gw 10.5.0.9');
    const before = hosts.dump(B);
    expect(await failed(hosts)).toEqual([
      'bigip2.example.com: connected',
      'edge-dg (Sync Failure): A validation error occurred while syncing to a remote device',
      '- Sync error on bigip2.example.com: Load failed from /Common/bigip1.example.com',
      '01070330:3: Static route gateway 10.5.0.9 is not directly connected via an interface.',
      '- Recommended action: Review the error message and determine corrective action on the device.',
    ]);
    expect(hosts.dump(B)).toBe(before);
  });

  it('fails in the same words until the content is another one', async () => {
    const hosts = await openPair();
    pairOf(hosts).loading = 'fails';
    await type(hosts, A, POOL);
    await failed(hosts);
    pairOf(hosts).loading = 'works';
    expect((await failed(hosts)).join()).toContain('(Sync Failure)');
    await type(hosts, A, 'modify ltm snatpool SDN_snatpool description again');
    expect(await word(hosts)).toBe('Changes Pending');
    expect((await failed(hosts)).join()).toContain('edge-dg (In Sync)');
  });

  it('is that of a route by a tunnel that only one unit has', async () => {
    const hosts = await openPair();
    for (const unit of UNITS) hosts.world.bigips[unit]!.device!.tunnels = 'disable';
    await type(hosts, A, TUNNEL, ROUTE);
    expect((await failed(hosts)).join()).toContain('01070712:3');
    await type(hosts, B, TUNNEL);
    await type(hosts, A, 'modify net route 10.128.0.0/14 description again');
    expect((await failed(hosts)).join()).toContain('edge-dg (In Sync)');
  });

  it('is that of a tunnel which the other unit still needs', async () => {
    const hosts = await openPair();
    await type(hosts, A, TUNNEL);
    await synced(hosts);
    await type(hosts, B, own(219));
    await type(hosts, A, 'delete net tunnels tunnel SDN');
    expect((await failed(hosts)).join()).toContain('edge-dg (Sync Failure)');
  });

  it('is that of a floating self IP without one of the unit beside it', async () => {
    const hosts = await openPair();
    await type(hosts, A, TUNNEL, own(218), FLOATING);
    expect((await failed(hosts)).join()).toContain('01070393:3');
  });

  it('is that of a self IP which changed its traffic group in place', async () => {
    const hosts = await openPair({
      [A]: ['create net self other { address 10.3.89.70/24 vlan internal }'],
      [B]: ['create net self other { address 10.3.89.70/24 vlan internal }'],
    });
    await type(hosts, A, 'modify net self other traffic-group /Common/traffic-group-1');
    expect((await failed(hosts)).join()).toContain('01070734:3');
  });
});

describe('a floating self IP', () => {
  it('needs one of the unit in its network, made before it and deleted after it', async () => {
    const hosts = await openPair();
    await type(hosts, A, TUNNEL);
    expect(await refusal(hosts, A, FLOATING)).toContain('01070393:3');
    await type(hosts, A, own(218), FLOATING);
    expect(await refusal(hosts, A, 'delete net self SDN_unit')).toBe(
      '01070393:3: Cannot delete IP 10.3.91.218 because it would leave floating self IP /Common/SDN with no non-floating IP on this network.\n',
    );
    await type(hosts, A, 'delete net self SDN', 'delete net self SDN_unit');
  });
});

describe('automatic sync', () => {
  const auto = async (): Promise<Bench> => {
    const hosts = await openPair();
    pairOf(hosts).autoSync = true;
    await type(hosts, A, POOL);
    return hosts;
  };

  /** In the running and in the saved configuration. */
  const poolOn = (hosts: Bench, unit: string): readonly boolean[] =>
    hosts
      .dump(unit)
      .split('# saved')
      .map((text) => text.includes('ltm snatpool'));

  it('carries a change without being asked, and saves nothing', async () => {
    const hosts = await auto();
    await until(hosts, 'In Sync');
    expect(poolOn(hosts, B)).toEqual([true, false]);
  });

  it('saves where the group is set so', async () => {
    const hosts = await auto();
    pairOf(hosts).saveOnAutoSync = true;
    await until(hosts, 'In Sync');
    expect(poolOn(hosts, B)).toEqual([true, true]);
    expect(await type(hosts, A, 'list cm device-group one-line')).toBe(
      'cm device-group edge-dg { auto-sync enabled devices { /Common/bigip1.example.com { } /Common/bigip2.example.com { } } save-on-auto-sync true type sync-failover }\n',
    );
  });

  it('leaves a conflict to people', async () => {
    const hosts = await auto();
    await type(hosts, B, POOL);
    expect((await until(hosts, 'In Sync')).at(-1)).toBe('Changes Pending');
  });
});
