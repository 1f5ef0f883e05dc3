import { digestOf } from '../../lib/tunnel/declaration/digest';
import { BIGIP_PAIR, PAIR_KEY } from '../lib/tunnel/bigip-pair-spec';
import { tunnel } from '../lib/tunnel/site';
import { arnOf } from './fake-runs';
import { EDGE_A, AT, BASTION, NODE, NOW, watched } from './watched';

describe('a tunnel that stands and carries', () => {
  test('takes one look at each device, which changes and stamps nothing, and starts no run', async () => {
    const { tick, devices, runs, asked, log } = watched();
    await tick();
    expect(runs.all()).toEqual([]);
    expect(log.text).toBe('it is as declared, and carries');
    expect(asked).toEqual([[BASTION, NODE]]);
    expect(devices.orders.map(({ document, instance }) => [document, instance])).toEqual([
      ['bigip-observe', BASTION],
      ['ramp-observe', NODE],
    ]);
    expect(devices.orders[0]!.parameters).toMatchObject({
      Tunnel: 'edge-a',
      Fence: '0',
      Management: '10.3.88.66',
      Questions: expect.stringContaining('tunnel SDN|'),
    });
    expect(devices.orders[0]!.tag).toMatch(/^edge-ramp [0-9a-f]{16} edge-a: watch$/);
  });

  test('is not looked at when a run has looked since the tick, or between its own ticks, or ever when it says so', async () => {
    const since = watched();
    since.item['lookedAt'] = Date.parse(AT);
    await since.tick();
    const seldom = watched(tunnel({ example: false, watch: 15 }));
    await seldom.tick({ time: '2026-11-24T06:05:00Z' });
    const never = watched(tunnel({ example: false, watch: 0 }));
    await never.tick();
    for (const { devices, runs } of [since, seldom, never]) expect([devices.orders, runs.all()]).toEqual([[], []]);
    await seldom.tick();
    expect(seldom.devices.orders).toHaveLength(2);
  });
});

describe('the watch is silent', () => {
  test.each([
    ['while a run holds the lease', { owner: arnOf('run-1') }, `${arnOf('run-1')} works on it`],
    ['for a tunnel that is paused', { paused: '{"until":null,"reason":"a new switch"}' }, 'paused: a new switch'],
    ['for one that is not wanted', { wanted: 'absent' }, 'not wanted'],
    ['where automation is stopped', { failures: 2, failedSpec: digestOf(EDGE_A) }, 'automation is stopped'],
    [
      'of what a run left in a tunnel that is paused',
      { before: '{}', closedBy: arnOf('run-0'), paused: '{"until":null,"reason":"x"}' },
      'paused: x',
    ],
    ['of a lease that nobody could free twice', { owner: arnOf('gone'), attempts: 2 }, '2 repairs were tried already'],
  ])('%s: no trip and no run', async (_, more, told) => {
    const { tick, item, site, devices, runs, log } = watched();
    runs.add('run-1', {});
    site.world.alive = false;
    Object.assign(item, more);
    await tick();
    expect([devices.orders, runs.all()]).toEqual([[], []]);
    expect(log.text).toContain(told);
  });

  test('for a tunnel that is declared as an example, before it reads the item', async () => {
    const { tick, around } = watched(tunnel());
    around.memory = () => Promise.reject(new Error('read'));
    await expect(tick()).resolves.toBeUndefined();
  });

  test('for a minute after a run ended: the event of its end comes first', async () => {
    const { tick, item, runs } = watched();
    item['owner'] = runs.add('run-1', { status: 'ABORTED', ended: new Date(NOW - 59_000) });
    await tick();
    expect(runs.all()).toEqual([]);
    runs.add('run-1', { status: 'ABORTED', ended: new Date(NOW - 60_000) });
    await tick();
    expect(runs.all()).toHaveLength(1);
  });

  test('about an owner that Step Functions does not know, for as long as it may be new', async () => {
    const { tick, item, runs } = watched();
    Object.assign(item, { owner: arnOf('new'), fence: NOW - 30_000 });
    await tick();
    expect(runs.all()).toEqual([]);
    item['fence'] = NOW - 61_000;
    await tick();
    expect(runs.all()).toHaveLength(1);
  });
});

describe('a tunnel on a pair of BIG-IPs', () => {
  /** As far as its records say: it leaves the pair. */
  const onPair = () => {
    const around = watched();
    around.item['applied'] = JSON.stringify({ ...BIGIP_PAIR, name: 'edge-a' });
    around.pairs[PAIR_KEY] = { holder: arnOf('run-1'), holderTunnel: 'edge-b', since: 1 };
    return around;
  };

  test("is not looked at while another tunnel's run works on the pair: that changes are half made is no drift", async () => {
    const { tick, devices, runs, log, told } = onPair();
    runs.add('run-1', {});
    await tick();
    expect([devices.orders, runs.all(), told]).toEqual([[], [], []]);
    expect(log.text).toBe(`left alone: the pair of BIG-IPs is held by ${arnOf('run-1')} of tunnel edge-b`);
  });

  test('is looked at when that run has ended', async () => {
    const { tick, devices, runs } = onPair();
    runs.add('run-1', { status: 'FAILED', error: 'RolledBack' });
    await tick();
    expect(devices.orders).not.toEqual([]);
  });

  test('has its own dead run repaired whoever holds the pair', async () => {
    const { tick, runs, item } = onPair();
    runs.add('run-1', {});
    item['owner'] = runs.add('run-0', { status: 'ABORTED', ended: new Date(NOW - 60_000) });
    await tick();
    expect(runs.all()).toEqual([[expect.any(String), expect.objectContaining({ repair: arnOf('run-0') })]]);
  });
});
