import type { PairFacts } from '../../../../lib/tunnel/bigip/facts';
import type { UnitLook } from '../../../../lib/tunnel/bigip/pair-objects';
import { pairRemarks } from '../../../../lib/tunnel/bigip/pair-refusals';
import { Refused } from '../../../../lib/tunnel/errors/errors';
import { CONFLICT, ONE, PAIR, TWO, unit } from '../bigip-pair';
import {
  APPLY,
  both,
  type Changes,
  common,
  judge,
  members,
  OURS,
  refused,
  RESTORE,
  role,
  sync,
  TEARDOWN,
  units,
} from './pair-judge';

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
