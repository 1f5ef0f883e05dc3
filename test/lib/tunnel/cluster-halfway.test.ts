import { cluster } from '../../../lib/tunnel/cluster/device';
import { difference, rulesOf } from '../../../lib/tunnel/device/difference';
import { recordedState, recordOperations } from '../../../lib/tunnel/plan/records';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import type { FakeCluster } from './cluster-scripts';
import { ADMIN, ClusterSite, pair, single } from './cluster-site';

function standing(spec: Tunnel): ClusterSite {
  const site = new ClusterSite(spec);
  site.go();
  return site;
}

test.each([
  ['a cordon', (): ClusterSite => new ClusterSite(single()), 'desired'],
  ['the end of a cordon', (): ClusterSite => standing(single()), 'absent'],
  ["the end of a pair's label, account and SCC", (): ClusterSite => standing(pair()), 'absent'],
] as const)('%s is taken back, whichever of its commands is refused', (_what, start, goal) => {
  const site = start();
  const world = JSON.stringify(site.world);
  const { state } = site.observe();
  const operations = site.plan(goal).filter(({ object }) => !/^ipfailover|ramp-2/.test(object));
  const commands = site.send(operations).changes;
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) {
    site.world = { ...JSON.parse(world), faults: [{ command, code: 1, said: 'no' }] } as FakeCluster;
    expect(site.send(operations).code).toBe(20);
    site.world = { ...site.world, faults: [] };
    const before = recordOperations({}, ADMIN, state, operations, cluster.record.objects);
    const found = site.observe().state;
    const { goal: recorded, left } = recordedState(before, ADMIN, found);
    expect([command, left]).toEqual([command, []]);
    expect(site.send(difference(cluster.record.objects, found, recorded)).code).toBe(0);
    expect([command, site.world]).toEqual([command, { ...JSON.parse(world), faults: [] }]);
  }
});

describe('what may be found half-way', () => {
  const partial = (from: string | undefined, to: string | undefined, object = 'scheduling n') =>
    rulesOf(cluster.record.objects, object)!.partial!({
      stage: 'shape',
      verb: 'modify',
      object,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });

  test.each([
    ['a claim without its change', 'is on', 'is off first on', ['is on first on']],
    ['a claim on what is not there yet', undefined, 'is true first -', ['is - first -']],
    ['a change without the end of its claim', 'is off first on', 'is on', ['is on first on', 'is off', 'is on']],
    ['what is gone, still claimed', 'is true first -', undefined, ['is - first -', 'is true', null]],
    ['nothing, where only the thing itself is put right', 'is on first on', 'is off first on', []],
    ['nothing, where nothing was claimed', 'is off', 'is on', []],
  ])('%s', (_what, from, to, values) => expect(partial(from, to)).toEqual(values));

  test('an ipfailover object without its mark, when it is made; else nothing of it', () => {
    const to = 'vip 10.20.30.4 owner edge-ramp:edge-p';
    const object = 'ipfailover f5ipfailover';
    expect(partial('vip 10.20.30.4', to, object)).toEqual([]);
    expect(rulesOf(cluster.record.objects, object)!.partial!({ stage: 'shape', verb: 'create', object, to })).toEqual([
      'vip 10.20.30.4',
    ]);
  });
});
