import { findingOf } from '../../lambdas/watch/comparison';
import { readMemory } from '../../lib/tunnel/run/memory';
import { arnOf, throttled } from './fake-runs';
import { readRequest } from './least-request';
import { EDGE_A, AT, NOW, ORDINARY, TICK, watched } from './watched';

describe('a run is started', () => {
  test('on drift', async () => {
    const { tick, site, runs, log } = watched();
    delete (site.world.bigip as Record<string, string>)['tunnel SDN'];
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
    expect(log.text).toMatch(/^drift: \d+ changes, first BIG-IP 10\.3\.88\.66: .*\nstarted a run$/);
    await expect(readRequest(runs.all()[0]![1], async () => JSON.stringify(EDGE_A))).resolves.toMatchObject({
      trigger: 'schedule',
      asked: Date.parse(AT),
    });
  });

  test('on lost reachability', async () => {
    const { tick, site, runs, log } = watched();
    site.world.alive = false;
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
    expect(log.text).toMatch(/^it does not carry: /);
  });

  test('once for a tick that comes twice', async () => {
    const { tick, site, runs } = watched();
    site.world.alive = false;
    await tick();
    await tick();
    expect(runs.all()).toHaveLength(1);
  });

  test('or else the tick comes again', async () => {
    const { tick, site, runs } = watched();
    site.world.alive = false;
    runs.refuses.set('edge-a', throttled());
    await expect(tick()).rejects.toThrow('Rate exceeded');
    runs.refuses.clear();
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
  });

  test('not for changes that were left to a person already; for others again', async () => {
    const { tick, site, item, runs } = watched();
    site.world.ramp = {};
    item['notified'] = site.plan().digest;
    await tick();
    expect(runs.all()).toEqual([]);
    item['notified'] = 'another plan';
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
  });

  test('when a node of a pair goes away or comes back, once: the item remembers which is away', () => {
    const { site } = watched();
    const plan = { ...site.plan(), degraded: ['ramp node i-2'] };
    expect(findingOf(plan, readMemory({}))).toEqual({
      runNeeded: true,
      because: 'cannot be reached now: ramp node i-2',
    });
    expect(findingOf(plan, readMemory({ degraded: '["ramp node i-2"]' }))).toMatchObject({ runNeeded: false });
    expect(findingOf(site.plan(), readMemory({ degraded: '["ramp node i-2"]' }))).toEqual({
      runNeeded: true,
      because: 'cannot be reached now: none',
    });
  });
});

describe('what a run left', () => {
  const repairing = (arn: string) => [
    [`edge-a-${TICK.id}`, { tunnel: 'edge-a', trigger: 'schedule', asked: AT, repair: arn }],
  ];

  test.each(['ABORTED', 'TIMED_OUT', 'FAILED', 'SUCCEEDED'])(
    'a lease whose owner is %s: is repaired, without a look',
    async (status) => {
      const { tick, item, runs, devices } = watched();
      item['owner'] = runs.add('dead', { status, ended: new Date(NOW - 600_000) });
      await tick();
      expect(runs.all()).toEqual(repairing(arnOf('dead')));
      expect(devices.orders).toEqual([]);
    },
  );

  test('even of a tunnel that was never applied before', async () => {
    const { tick, item, runs } = watched();
    delete item['wanted'];
    item['owner'] = runs.add('dead', { status: 'ABORTED', ended: new Date(NOW - 600_000) });
    await tick();
    expect(runs.all()).toEqual(repairing(arnOf('dead')));
  });

  test('a `before` that nobody cleared: is repaired by the run that released the lease', async () => {
    const { tick, item, runs } = watched();
    Object.assign(item, { before: '{"declared":[],"touched":{}}', closedBy: arnOf('gave-up') });
    await tick();
    expect(runs.all()).toEqual(repairing(arnOf('gave-up')));
    await expect(readRequest(runs.all()[0]![1], async () => JSON.stringify(EDGE_A))).resolves.toMatchObject({
      repair: arnOf('gave-up'),
    });
  });

  test('a `before` of a run that nobody knows: is cleared by an apply', async () => {
    const { tick, item, runs } = watched();
    item['before'] = '{"declared":[],"touched":{}}';
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
  });

  test('a repair that was stopped, whose event was lost: pauses the tunnel; resumed, it is repaired', async () => {
    const { tick, item, runs } = watched();
    const input = JSON.stringify({ tunnel: 'edge-a', repair: arnOf('dead') });
    item['owner'] = runs.add('repair-1', { status: 'ABORTED', ended: new Date(NOW - 600_000), input });
    await tick();
    expect(runs.all().map(([, { action, reason }]) => [action, reason])).toEqual([
      ['pause', 'a repair was stopped: repair-1'],
    ]);
    await tick({ id: 'later' });
    expect(runs.all()[1]).toEqual([
      'edge-a-later',
      { tunnel: 'edge-a', trigger: 'schedule', asked: AT, repair: arnOf('repair-1') },
    ]);
  });

  test('when Step Functions asks to slow down: the tick comes again', async () => {
    const { tick, item, runs } = watched();
    item['owner'] = arnOf('run-1');
    jest.spyOn(runs, 'describe').mockRejectedValue(throttled());
    await expect(tick()).rejects.toThrow('Rate exceeded');
  });
});
