import { put } from '../../../lab/hosts/bigip/objects';
import type { Pair } from '../../../lab/hosts/bigip/pair';
import { inForce } from '../../../lab/hosts/bigip/unit';
import type { Fault } from '../../../lab/hosts/host';
import type { WorldOptions } from '../../../lab/hosts/world';
import { closeAll, newDirectory, NODE, open, twoUnits, UNITS, type Bench } from './bench';

afterAll(closeAll);

const [A, B] = UNITS;
const TUNNEL = 'create net tunnels tunnel SDN { local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }';
const own = (last: number) => `create net self SDN_unit { address 10.3.91.${last}/24 allow-service all vlan SDN }`;
const FLOATING =
  'create net self SDN { address 10.3.91.216/24 allow-service all traffic-group /Common/traffic-group-1 vlan SDN }';
const ROUTE = 'create net route 10.128.0.0/14 interface SDN';
const POOL = 'create ltm snatpool SDN_snatpool members add { 10.3.91.216 }';
const SYNC = 'run cm config-sync to-group edge-dg';
const STATUS = 'show cm sync-status';
/** Everything on both units, in sync. */
const BUILT = {
  [A]: [TUNNEL, own(218), FLOATING, ROUTE, POOL],
  [B]: [TUNNEL, own(219), FLOATING, ROUTE, POOL],
};

const openPair = (typed: WorldOptions['typed'] = {}, faults: readonly Fault[] = []): Promise<Bench> =>
  open({ typed }, { specs: [twoUnits], faults });
const pairOf = (hosts: Bench): Pair => hosts.world.pairs[0]!;

/** Types lines on one unit, which takes them all, and gives what the last one printed. */
async function type(hosts: Bench, unit: string, ...lines: string[]): Promise<string> {
  let told = '';
  for (const line of lines) {
    const { code, out, err } = await hosts.world.run(unit, line);
    expect({ line, code, err }).toEqual({ line, code: 0, err: '' });
    told = out;
  }
  return told;
}
/** What a unit refuses a line with. */
async function refusal(hosts: Bench, unit: string, line: string): Promise<string> {
  const before = hosts.dump(unit);
  const { code, out, err } = await hosts.world.run(unit, line);
  expect({ code, out, dump: hosts.dump(unit) }).toEqual({ code: 1, out: '', dump: before });
  return err;
}
/** The lines of a sync status below `Details`. */
async function details(hosts: Bench, unit: string = A): Promise<string[]> {
  const told = await type(hosts, unit, STATUS);
  return told
    .slice(told.indexOf('Details'))
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter(Boolean);
}
/** What a unit says of the pair's own group. */
const group = async (hosts: Bench, unit: string = A): Promise<string> =>
  (await details(hosts, unit)).find((line) => line.startsWith('edge-dg '))!;
const word = async (hosts: Bench, unit: string = A): Promise<string> => /\((.*?)\)/.exec(await group(hosts, unit))![1]!;
const status = async (hosts: Bench, unit: string = A): Promise<string> =>
  /^Status {3}(.*)$/m.exec(await type(hosts, unit, STATUS))![1]!;
/** Asks for the status until a sync is over. */
async function until(hosts: Bench, ...ends: string[]): Promise<string[]> {
  const seen = [await word(hosts)];
  while (!ends.includes(seen.at(-1)!) && seen.length < 8) seen.push(await word(hosts));
  return seen;
}
async function synced(hosts: Bench, unit: string = A): Promise<void> {
  await type(hosts, unit, SYNC);
  await until(hosts, 'In Sync');
}
const has = (hosts: Bench, unit: string, head: string): boolean =>
  hosts.dump(unit).split('# saved')[0]!.includes(`\n${head} {`);

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

describe('the sync status', () => {
  it('is told by both units, in lines and in fields', async () => {
    const hosts = await openPair();
    expect(await type(hosts, A, STATUS)).toBe(`
-----------------------------------
CM::Sync Status
-----------------------------------
Color    green
Status   In Sync
Mode     high-availability
Summary  All devices in the device group are in sync
Details  
         bigip2.example.com: connected
         edge-dg (In Sync): All devices in the device group are in sync
         device_trust_group (In Sync): All devices in the device group are in sync
`);
    await type(hosts, A, POOL);
    await type(hosts, B, POOL, 'modify ltm snatpool SDN_snatpool description newest');
    expect(await type(hosts, A, `${STATUS} field-fmt`)).toBe(`cm cmi-sync-status {
    color red
    details.0.details bigip2.example.com: connected
    details.1.details edge-dg (Changes Pending): There is a possible change conflict between bigip2.example.com and bigip1.example.com.
    details.2.details  - Recommended action: Synchronize bigip2.example.com to group edge-dg
    mode high-availability
    status Changes Pending
    summary There is a possible change conflict between bigip2.example.com and bigip1.example.com.
}
`);
  });

  it('recommends the unit that has something new', async () => {
    const hosts = await openPair();
    await type(hosts, B, POOL);
    for (const unit of UNITS)
      expect(await details(hosts, unit)).toContain(
        '- Recommended action: Synchronize bigip2.example.com to group edge-dg',
      );
  });

  it('awaits a first sync', async () => {
    const hosts = await openPair();
    delete pairOf(hosts).synced;
    expect(await word(hosts)).toBe('Awaiting Initial Sync');
    expect(await refusal(hosts, B, 'run cm config-sync from-group edge-dg')).toContain(
      'not allowed until a push has been done first',
    );
    await synced(hosts);
    expect(await word(hosts)).toBe('In Sync');
  });

  it('is the worst of all groups, and the own one has a line', async () => {
    const hosts = await openPair();
    pairOf(hosts).housekeeping = true;
    expect([await status(hosts), await word(hosts)]).toEqual(['Changes Pending', 'In Sync']);
    expect(await details(hosts)).toEqual([
      'bigip2.example.com: connected',
      'datasync-global-dg (Changes Pending): Changes pending',
      '- Recommended action: Synchronize bigip2.example.com to group datasync-global-dg',
      'edge-dg (In Sync): All devices in the device group are in sync',
    ]);
  });

  it('is Disconnected while the link between the units is cut, and then what their commits say', async () => {
    const hosts = await openPair();
    await hosts.act(B, 'cut-link');
    expect(await status(hosts)).toBe('Disconnected');
    expect(await details(hosts, B)).toContain('bigip1.example.com: disconnected');
    await type(hosts, A, POOL, SYNC);
    expect(await word(hosts)).toBe('Disconnected');
    await hosts.act(B, 'mend-link');
    expect(await word(hosts)).toBe('Changes Pending');
  });

  it('is Standalone on a BIG-IP of no pair, which knows no group', async () => {
    const hosts = await open();
    expect(await status(hosts, '10.3.88.66')).toBe('Standalone');
    expect(await refusal(hosts, '10.3.88.66', SYNC)).toBe(
      '01070734:3: Configuration error: Device group (edge-dg) not found in device group sync\n',
    );
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

  it('carries a change without being asked, and saves nothing', async () => {
    const hosts = await auto();
    await until(hosts, 'In Sync');
    expect(
      hosts
        .dump(B)
        .split('# saved')
        .map((text) => text.includes('ltm snatpool')),
    ).toEqual([true, false]);
  });

  it('saves where the group is set so', async () => {
    const hosts = await auto();
    pairOf(hosts).saveOnAutoSync = true;
    await until(hosts, 'In Sync');
    expect(
      hosts
        .dump(B)
        .split('# saved')
        .map((text) => text.includes('ltm snatpool')),
    ).toEqual([true, true]);
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
