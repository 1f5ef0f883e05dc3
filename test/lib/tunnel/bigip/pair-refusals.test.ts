import type { PairFacts } from '../../../../lib/tunnel/bigip/facts';
import type { UnitLook } from '../../../../lib/tunnel/bigip/pair-objects';
import { pairRemarks, refusePair, type PairCase } from '../../../../lib/tunnel/bigip/pair-refusals';
import { NotUnderstood, Refused } from '../../../../lib/tunnel/errors/errors';
import { CONFLICT, ONE, PAIR, TWO, unit } from '../bigip-pair';

const APPLY: PairCase = { goal: 'declared', pendingIsOurs: false };
const TEARDOWN: PairCase = { goal: 'absent', pendingIsOurs: false };
const RESTORE: PairCase = { goal: 'recorded', pendingIsOurs: false };
const OURS: PairCase = { goal: 'declared', pendingIsOurs: true };

type Changes = Partial<PairFacts>;

/** Both units; what is known of each differs so from a pair in order. */
const units = (one: Changes = {}, two: Changes = {}): readonly UnitLook[] => [unit(ONE, one), unit(TWO, two)];

const judge = (looks: readonly UnitLook[], run = APPLY) => refusePair(PAIR, looks, run);

function refused(looks: readonly UnitLook[], run: PairCase, code: string, ...words: readonly string[]): void {
  let error: unknown;
  try {
    judge(looks, run);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(code === 'pair-unknown' ? NotUnderstood : Refused);
  const { message, code: found } = error as Refused;
  expect(found).toBe(code);
  for (const each of words) expect(message).toContain(each);
}

const role = (is: PairFacts['role']['is']): Changes => ({ role: { is, said: is === 'unknown' ? 'Status  AWAY' : is } });
const sync = (is: PairFacts['sync']['is'], source?: string): Changes => ({
  sync: { is, said: `edge-dg (${is})`, ...(source === undefined ? {} : { source: `${source}.example.com` }) },
});
const both = (changes: Changes): readonly UnitLook[] => units(changes, changes);
const members = (...names: readonly string[]): Changes => ({
  deviceGroup: {
    type: 'sync-failover',
    members: names.map((name) => `${name}.example.com`),
    autoSync: false,
    saveOnAutoSync: false,
  },
});
const common = (changes: Partial<PairFacts['common']>): Changes => ({
  common: { deviceGroup: 'edge-dg', trafficGroup: 'traffic-group-1', ...changes },
});

test.each([APPLY, TEARDOWN, RESTORE, OURS])('a pair in order is fit for %j', (run) => {
  judge(units(), run);
  judge(units(role('STANDBY'), role('ACTIVE')), run);
});

describe('the roles', () => {
  test.each<[string, Changes, Changes, string[]]>([
    ['split brain', role('ACTIVE'), role('ACTIVE'), ['split brain', 'on one only, which cuts its connections']],
    ['both standby', role('STANDBY'), role('STANDBY'), [`BIG-IP ${ONE} is STANDBY, BIG-IP ${TWO} is STANDBY`]],
    ['one is offline', role('ACTIVE'), role('OFFLINE'), [`BIG-IP ${TWO} is OFFLINE`]],
    ['one is forced offline', role('FORCED OFFLINE'), role('ACTIVE'), ['run sys failover online']],
    ['the active one is missing', role('OFFLINE'), role('STANDBY'), ['exactly one has to be ACTIVE']],
  ])('%s: no apply, no teardown', (_, one, two, words) => {
    refused(units(one, two), APPLY, 'pair-roles', ...words);
    refused(units(one, two), TEARDOWN, 'pair-roles', ...words);
  });

  test('are no reason to leave a tunnel half made: a restore goes on', () => {
    judge(units(role('STANDBY'), role('ACTIVE')), RESTORE);
    judge(both(role('ACTIVE')), RESTORE);
    judge(units({}, role('unknown')), RESTORE);
  });

  test('split brain comes before the connection that is cut, its cause', () => {
    const cut = { ...role('ACTIVE'), ...sync('disconnected') };
    refused(both(cut), APPLY, 'pair-roles', 'split brain');
  });
});

describe('words that are not known', () => {
  test.each<[string, Changes, string[]]>([
    ['failover state', role('unknown'), ['show cm failover-status', 'Status  AWAY']],
    ['sync status', sync('unknown'), ['show cm sync-status', 'edge-dg (unknown)']],
    ['switch', { tunnelsShared: undefined }, ['list sys db iptunnel.configsync']],
    ['traffic group', common({ trafficGroup: undefined }), ['list sys folder /Common all-properties']],
  ])('of the %s decide nothing', (_, changes, words) => {
    refused(units({}, changes), APPLY, 'pair-unknown', `BIG-IP ${TWO} does not say`, ...words);
    refused(units(changes), APPLY, 'pair-unknown', `BIG-IP ${ONE} does not say`, ...words);
  });
});

describe('changes that are pending', () => {
  test('and not ours: nothing is carried along, not even at a teardown', () => {
    for (const run of [APPLY, TEARDOWN]) {
      refused(units(sync('pending', 'bigip1')), run, 'sync-pending', `BIG-IP ${ONE} says`, "that are not edge-ramp's");
      refused(
        units({}, sync('pending', 'bigip2')),
        run,
        'sync-pending',
        `BIG-IP ${TWO} says`,
        'cuts what they take away',
      );
    }
  });

  test('and ours are carried along, from the active unit', () => {
    judge(both(sync('pending', 'bigip1')), OURS);
    judge(both(sync('pending', 'bigip1')), { ...TEARDOWN, pendingIsOurs: true });
    judge(both(sync('syncing')), OURS);
  });

  test('and ours on the unit that is standby by now would be undone', () =>
    refused(
      both(sync('pending', 'bigip2')),
      OURS,
      'sync-pending',
      'pending on bigip2.example.com, and bigip1.example.com is ACTIVE',
      'would undo them',
    ));

  test('and ours on nobody knows which unit', () =>
    refused(both(sync('pending')), OURS, 'sync-pending', 'pending on no device that it names'));

  test('do not stop a restore', () => {
    judge(both(sync('pending', 'bigip1')), RESTORE);
    judge(both(sync('failed')), RESTORE);
  });

  test('of other groups are a remark', () => {
    const looks = units({ othersPending: ['datasync-global-dg (Changes Pending)'] });
    judge(looks);
    expect(pairRemarks(PAIR, looks)).toEqual([
      `BIG-IP ${ONE}: other device groups are not in sync (datasync-global-dg (Changes Pending)); they are left alone`,
    ]);
    expect(pairRemarks(PAIR, units())).toEqual([]);
  });
});

describe('a group that is not in sync', () => {
  test.each<[PairFacts['sync']['is'], string, string]>([
    ['syncing', 'sync-pending', 'wait until it is'],
    ['awaiting initial', 'sync-pending', "overwrites the other's and may cut its traffic"],
    ['failed', 'sync-failed', 'correct what is named there'],
    ['disconnected', 'pair-disconnected', 'repair the connection'],
  ])('%s', (is, code, remedy) => {
    refused(
      units({}, sync(is)),
      APPLY,
      code,
      `BIG-IP ${TWO} says that device group edge-dg`,
      `(edge-dg (${is}))`,
      remedy,
    );
    refused(units(sync(is)), TEARDOWN, code, `BIG-IP ${ONE} says`);
  });

  test.each<PairFacts['sync']['is']>(['failed', 'awaiting initial', 'disconnected'])(
    '%s, is no pending change of ours',
    (is) => expect(() => judge(both(sync(is)), OURS)).toThrow(Refused),
  );

  test('nor one whose peer is away, whatever its line says', () =>
    refused(
      units({ disconnected: ['bigip2.example.com'] }),
      APPLY,
      'pair-disconnected',
      'does not reach bigip2.example.com',
    ));

  test('but another device of the trust domain may be away', () =>
    judge(units({ disconnected: ['gtm3.example.com'] })));
});

describe('a conflict', () => {
  const conflict: Changes = { sync: { is: 'conflict', said: CONFLICT, source: 'bigip1.example.com' } };

  test.each([APPLY, TEARDOWN, RESTORE, OURS])('is for a person, also for %j', (run) => {
    refused(
      units({}, conflict),
      run,
      'sync-conflict',
      `BIG-IP ${TWO} reports`,
      CONFLICT,
      "overwrites the other's changes and may cut",
    );
    refused(units(conflict), run, 'sync-conflict', `BIG-IP ${ONE} reports`);
  });
});

describe('the device group', () => {
  const bad: readonly [string, readonly UnitLook[], string][] = [
    ['is gone on one', units({}, { deviceGroup: undefined }), `BIG-IP ${TWO}: there is no device group edge-dg`],
    [
      'has a third member',
      both(members('bigip1', 'bigip2', 'bigip3')),
      'bigip3.example.com, and this unit is bigip1.example.com',
    ],
    ['has another member than the second unit', both(members('bigip1', 'bigip3')), 'the other bigip2.example.com'],
    ['lacks the unit itself', units({}, members('bigip1', 'bigip3')), `BIG-IP ${TWO}`],
    ['has one member', both(members('bigip1')), 'the members bigip1.example.com,'],
    ['has none', both(members()), 'the members none,'],
    ['is two addresses of one unit', units({}, { device: 'bigip1.example.com' }), 'the other bigip1.example.com'],
    [
      'only synchronises',
      both({ deviceGroup: { ...unit(ONE).facts.pair!.deviceGroup!, type: 'sync-only' } }),
      'is of type sync-only',
    ],
  ];
  test.each(bad)('%s: nothing is done, not even a restore', (_, looks, words) => {
    for (const run of [APPLY, TEARDOWN, RESTORE, OURS]) refused(looks, run, 'pair-device-group', words);
  });

  test.each([undefined, 'other-dg'])('is not that of /Common: %s', (deviceGroup) => {
    const looks = units({}, common({ deviceGroup }));
    refused(looks, APPLY, 'pair-device-group', `BIG-IP ${TWO} has /Common in device group ${deviceGroup ?? 'none'}`);
    refused(looks, TEARDOWN, 'pair-device-group');
    judge(looks, RESTORE);
  });
});

describe('the versions', () => {
  const version = (two: string): readonly UnitLook[] =>
    units({}, { devices: { 'bigip2.example.com': { management: TWO, version: two } } });

  test('differ', () =>
    refused(version('16.1.3'), APPLY, 'pair-versions', `BIG-IP ${ONE} has version 16.1.2, BIG-IP ${TWO} 16.1.3`));
  test('do not stop a restore', () => judge(version('17.1.0'), RESTORE));
});

describe('F5_IP and the address of its own', () => {
  const [floating] = unit(ONE).facts.pair!.floating;
  const [outer] = unit(TWO).facts.pair!.outer;
  test.each<[string, Changes, string[]]>([
    ['F5_IP is missing', { floating: [] }, ['no self IP at 10.3.89.80 (bigipPair.floating)']],
    ['F5_IP is there twice', { floating: [floating!, floating!] }, ['more than one self IP at 10.3.89.80']],
    [
      'F5_IP does not float',
      { floating: [{ ...floating!, trafficGroup: 'traffic-group-local-only' }] },
      ['self IP float at 10.3.89.80 in traffic-group-local-only', 'must float'],
    ],
    ['F5_IP floats elsewhere', { floating: [{ ...floating!, trafficGroup: 'traffic-group-2' }] }, ['traffic-group-2']],
    ['there is none of its own', { outer: [] }, ['no self IP of its own at 10.3.89.82']],
    ['its own one floats', { outer: [{ ...outer!, trafficGroup: 'traffic-group-1' }] }, ['own is in traffic-group-1']],
    ['its own one is on another VLAN', { outer: [{ ...outer!, vlan: 'dmz' }] }, ['on VLAN dmz']],
    ['its own one is in another network', { outer: [{ ...outer!, address: '10.3.89.82/31' }] }, ['10.3.89.82/31']],
  ])('%s', (_, changes, words) => {
    refused(units({}, changes), APPLY, 'pair-addresses', `BIG-IP ${TWO} has`, ...words);
    judge(units({}, changes), TEARDOWN);
  });
});

describe('a self IP at the inner address of a unit', () => {
  const found = (name: string, state = {}): readonly UnitLook[] => [
    unit(ONE),
    unit(
      TWO,
      { inner: [{ name, address: '10.3.91.222/24', vlan: 'SDN', trafficGroup: 'traffic-group-local-only' }] },
      state,
    ),
  ];

  test('under another name', () => {
    refused(
      found('mine'),
      APPLY,
      'object-twin',
      `BIG-IP ${TWO} already has a self IP mine`,
      'objects.unitSelf',
      'cuts',
    );
    judge(found('mine'), TEARDOWN);
  });
  test('under the declared name', () => judge(found('SDN_unit')));
  test('under the name that it was applied with', () =>
    judge(found('former', { 'self former': 'address 10.3.91.222/24' })));
});

describe('the traffic groups', () => {
  const group = (object: string, name: string): readonly UnitLook[] => units({ trafficGroups: { [object]: name } });

  test.each([
    ['virtual-address 10.3.88.90', 'traffic-group-2'],
    ['virtual-address 10.3.88.90', 'traffic-group-local-only'],
    ['virtual web', 'unknown'],
    ['snat-translation 10.3.91.216', 'traffic-group-2'],
    ['self SDN', 'traffic-group-2'],
    ['tunnel SDN', 'traffic-group-2'],
  ])('%s in %s', (object, name) => {
    refused(group(object, name), APPLY, 'pair-traffic-groups', `${object} in traffic group ${name}`, 'may cut');
    judge(group(object, name), TEARDOWN);
  });

  test.each(['self SDN', 'tunnel SDN'])("a single unit's %s, which does not float, is left to the plan", (object) =>
    judge(group(object, 'traffic-group-local-only')),
  );
});

test('a tunnel with a secondary address', () => {
  const looks = units({}, { secondary: { 'tunnel SDN': '10.3.89.82' } });
  refused(
    looks,
    APPLY,
    'pair-secondary-address',
    `BIG-IP ${TWO} has tunnel SDN with secondary-address 10.3.89.82`,
    'which cuts',
  );
  judge(looks, TEARDOWN);
});

test('tunnels that one unit synchronises and the other does not', () =>
  refused(
    units({}, { tunnelsShared: false }),
    APPLY,
    'pair-differs',
    `BIG-IP ${ONE} synchronises its tunnels, BIG-IP ${TWO} does not`,
  ));

describe('units that differ although in sync', () => {
  const STANDS = {
    'tunnel SDN': 'profile ipip local-address 10.3.89.80',
    'self SDN': 'address 10.3.91.216/24',
    'self SDN_unit': 'address 10.3.91.221/24',
    'route SDN_10': 'network 10.128.0.0/14',
    'snatpool SDN_snatpool': 'members 10.3.91.216',
    'virtual web': 'type automap',
    'config saved': '0123456789abcdef',
  };
  const differing = (object: string, value: string | undefined, changes: Changes = {}): readonly UnitLook[] => {
    const floats: Changes = { trafficGroups: { 'self SDN': 'traffic-group-1' }, ...changes };
    const other = Object.entries({ ...STANDS, [object]: value }).filter(([, each]) => each !== undefined);
    return [unit(ONE, floats, STANDS), unit(TWO, floats, Object.fromEntries(other) as Record<string, string>)];
  };

  test.each(['tunnel SDN', 'self SDN', 'route SDN_10', 'snatpool SDN_snatpool', 'virtual web', 'virtual other'])(
    '%s',
    (object) => {
      refused(
        differing(object, 'x%20y'),
        APPLY,
        'pair-differs',
        `the units differ in ${object}`,
        `BIG-IP ${TWO} has x y`,
      );
      judge(differing(object, 'x%20y'), RESTORE);
      judge(differing(object, 'x%20y'), TEARDOWN);
    },
  );

  test('one lacks it', () =>
    refused(differing('route SDN_10', undefined), APPLY, 'pair-differs', `BIG-IP ${TWO} has none`));

  test.each(['self SDN_unit', 'config saved'])('%s is its own', (object) => judge(differing(object, 'other')));
  test('a tunnel is its own where tunnels are not synchronised', () =>
    judge(differing('tunnel SDN', 'other', { tunnelsShared: false })));
  test('a self IP is its own that does not float', () =>
    judge(differing('self SDN', undefined, { trafficGroups: { 'self SDN': 'traffic-group-local-only' } })));
  test('what is still to be synchronised differs', () =>
    judge(differing('route SDN_10', undefined, sync('pending', 'bigip1')), OURS));
});

describe('a unit that does not answer', () => {
  const survivor = (changes: Changes = {}): readonly UnitLook[] => [
    unit(ONE, { ...sync('disconnected'), disconnected: ['bigip2.example.com'], ...changes }),
  ];

  test('may be away where the other one is active and calls it disconnected', () => {
    judge(survivor());
    judge(survivor(sync('in sync')));
    expect(pairRemarks(PAIR, survivor()).join()).toBe(
      `BIG-IP ${ONE} is changed alone: when BIG-IP ${TWO} is back, the group must be synchronised from bigip1.example.com, never from bigip2.example.com, which would undo it`,
    );
  });

  test('may be away while a change of ours is pending, on the one that is there', () => {
    judge(survivor(sync('pending', 'bigip1')), OURS);
    judge(survivor(sync('pending')), OURS);
    refused(survivor(sync('pending', 'bigip2')), OURS, 'sync-pending', 'pending on bigip2.example.com');
    refused(survivor(sync('pending', 'bigip1')), APPLY, 'sync-pending');
  });

  test.each<[string, Changes, string]>([
    ['connected', { disconnected: [] }, 'does not call bigip2.example.com disconnected'],
    ['another device is disconnected', { disconnected: ['bigip22.example.com'] }, 'does not call bigip2.example.com'],
    ['the other one is standby', role('STANDBY'), `BIG-IP ${ONE} is STANDBY`],
    ['the other one is offline', role('OFFLINE'), `BIG-IP ${ONE} is OFFLINE`],
    [
      'nobody knows which device it is',
      { devices: { 'bigip1.example.com': { management: ONE, version: '16.1.2' } } },
      'no member of edge-dg with that management address',
    ],
  ])('is half known: %s', (_, changes, words) => {
    for (const run of [APPLY, OURS, TEARDOWN])
      refused(
        survivor(changes),
        run,
        'pair-half-known',
        `BIG-IP ${TWO} cannot be reached`,
        words,
        'reachable from its bastion',
      );
    judge(survivor(changes), RESTORE);
  });

  test.each<[PairFacts['sync']['is'], string]>([
    ['failed', 'sync-failed'],
    ['awaiting initial', 'sync-pending'],
    ['syncing', 'sync-pending'],
    ['conflict', 'sync-conflict'],
  ])('does not excuse a group that is %s', (is, code) => refused(survivor(sync(is)), APPLY, code));

  test('and is forgotten does not keep a tunnel on the one that is left alone in its group', () => {
    judge(survivor({ ...members('bigip1'), ...sync('in sync'), disconnected: [] }), TEARDOWN);
    refused(survivor(members('bigip1')), APPLY, 'pair-device-group');
  });
});
