import type { Order, RunCommand } from '../../lambdas/run-command/port';
import { readRequest } from '../../lambdas/read-request/request';
import { Blindness } from '../../lambdas/watch/blindness';
import { judge } from '../../lambdas/watch/glance';
import { watch } from '../../lambdas/watch/watch';
import { digestOf } from '../../lib/tunnel/digest';
import { NotDelivered, OutcomeUnknown, Throttled } from '../../lib/tunnel/errors';
import { readMemory } from '../../lib/tunnel/memory';
import type { Declared } from '../../lib/tunnel/tunnel';
import { Site, bigipAnswer, merge, rampAnswer, tunnel } from '../lib/tunnel/site';
import { FakeLog, FakeRuns, arnOf, throttled } from './fake-runs';

const AT = '2026-11-24T06:00:00Z';
const NOW = Date.parse(AT) + 2000;
const TICK = { id: '3a1e5c1e-0000-4000-8000-000000000002', time: AT };
const BASTION = 'i-0ba5710a0ba5710a0';
const NODE = 'i-0a4e90de0a4e90de0';
const A = tunnel({ example: false });
const DOCUMENTS = { bigip: 'bigip-observe', ramp: 'ramp-observe', cluster: 'cluster-observe' };

/** The devices of one site, as Run Command reaches them; every order is kept. */
class Devices implements RunCommand {
  readonly orders: Order[] = [];
  /** What an instance answers instead. */
  readonly fails = new Map<string, Error>();
  constructor(private readonly site: Site) {}
  async run(order: Order): Promise<string> {
    this.orders.push(order);
    const failure = this.fails.get(order.instance);
    if (failure) throw failure;
    const { world, spec, applied } = this.site;
    return order.document === DOCUMENTS.bigip ? bigipAnswer(world, spec, applied) : rampAnswer(world, spec, applied);
  }
}

/** A tunnel that was applied, and the watch around it. Its item is what the table would hold. */
function set(spec = A, more: readonly Declared[] = []) {
  const site = new Site(spec);
  site.apply();
  const devices = new Devices(site);
  const runs = new FakeRuns();
  const log = new FakeLog();
  const told: string[] = [];
  const asked: string[][] = [];
  const item: Record<string, unknown> = {
    wanted: 'applied',
    applied: JSON.stringify(site.applied),
    original: JSON.stringify(site.original),
    fence: 1000,
    lookedAt: 1000,
  };
  const around = {
    declared: async () => ({ tunnels: [spec, ...more] as readonly Declared[], unreadable: [] as readonly string[] }),
    memory: async (name: string) => readMemory(name === spec.name ? item : undefined),
    runs,
    connected: async (instances: readonly string[]): Promise<ReadonlySet<string>> => {
      asked.push([...instances]);
      return new Set(instances.filter((instance) => !away.has(instance)));
    },
    commands: devices,
    documents: DOCUMENTS,
    blindness: new Blindness(async (tunnel, why) => void told.push(`${tunnel}: ${why}`)),
    measure: { couldNotLook: () => void measured.push('CouldNotLook') },
    log,
    now: () => new Date(NOW),
  };
  const away = new Set<string>();
  const measured: string[] = [];
  const tick = (changes: object = {}, inTime = true) => watch(around)({ ...TICK, ...changes }, () => inTime);
  return { site, devices, runs, log, told, asked, item, around, away, measured, tick };
}

const ORDINARY = [[`edge-a-${TICK.id}`, { tunnel: 'edge-a', trigger: 'schedule', asked: AT }]];

describe('a tunnel that stands and carries', () => {
  test('takes one look at each device, which changes and stamps nothing, and starts no run', async () => {
    const { tick, devices, runs, asked, log } = set();
    await tick();
    expect(runs.all()).toEqual([]);
    expect(log.text).toBe('it stands as declared, and carries');
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
    const since = set();
    since.item['lookedAt'] = Date.parse(AT);
    await since.tick();
    const seldom = set(tunnel({ example: false, watch: 15 }));
    await seldom.tick({ time: '2026-11-24T06:05:00Z' });
    const never = set(tunnel({ example: false, watch: 0 }));
    await never.tick();
    for (const { devices, runs } of [since, seldom, never]) expect([devices.orders, runs.all()]).toEqual([[], []]);
    await seldom.tick();
    expect(seldom.devices.orders).toHaveLength(2);
  });
});

describe('a run is started', () => {
  test('on drift', async () => {
    const { tick, site, runs, log } = set();
    delete (site.world.bigip as Record<string, string>)['tunnel SDN'];
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
    expect(log.text).toMatch(/^drift: \d+ changes, first BIG-IP 10\.3\.88\.66: .*\nstarted a run$/);
    await expect(readRequest(runs.all()[0]![1], async () => JSON.stringify(A))).resolves.toMatchObject({
      trigger: 'schedule',
      asked: Date.parse(AT),
    });
  });

  test('on lost reachability', async () => {
    const { tick, site, runs, log } = set();
    site.world.alive = false;
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
    expect(log.text).toMatch(/^it does not carry: /);
  });

  test('once for a tick that comes twice', async () => {
    const { tick, site, runs } = set();
    site.world.alive = false;
    await tick();
    await tick();
    expect(runs.all()).toHaveLength(1);
  });

  test('or else the tick comes again', async () => {
    const { tick, site, runs } = set();
    site.world.alive = false;
    runs.refuses.set('edge-a', throttled());
    await expect(tick()).rejects.toThrow('Rate exceeded');
    runs.refuses.clear();
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
  });

  test('not for changes that were left to a person already; for others again', async () => {
    const { tick, site, item, runs } = set();
    site.world.ramp = {};
    item['notified'] = site.plan().digest;
    await tick();
    expect(runs.all()).toEqual([]);
    item['notified'] = 'another plan';
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
  });

  test('when a node of a pair goes away or comes back, once: the item remembers which is away', () => {
    const { site } = set();
    const plan = { ...site.plan(), degraded: ['ramp node i-2'] };
    expect(judge(plan, readMemory({}))).toEqual({ runNeeded: true, because: 'cannot be reached now: ramp node i-2' });
    expect(judge(plan, readMemory({ degraded: '["ramp node i-2"]' }))).toMatchObject({ runNeeded: false });
    expect(judge(site.plan(), readMemory({ degraded: '["ramp node i-2"]' }))).toEqual({
      runNeeded: true,
      because: 'cannot be reached now: none',
    });
  });
});

describe('the watch is silent', () => {
  test.each([
    ['while a run holds the lease', { owner: arnOf('run-1') }, `${arnOf('run-1')} works on it`],
    ['for a tunnel that is paused', { paused: '{"until":null,"reason":"a new switch"}' }, 'paused: a new switch'],
    ['for one that is not wanted', { wanted: 'absent' }, 'not wanted'],
    ['where automation is stopped', { failures: 2, failedSpec: digestOf(A) }, 'automation is stopped'],
    [
      'of what a run left in a tunnel that is paused',
      { before: '{}', closedBy: arnOf('run-0'), paused: '{"until":null,"reason":"x"}' },
      'paused: x',
    ],
    ['of a lease that nobody could free twice', { owner: arnOf('gone'), attempts: 2 }, '2 repairs were tried already'],
  ])('%s: no trip and no run', async (_, more, told) => {
    const { tick, item, site, devices, runs, log } = set();
    runs.add('run-1', {});
    site.world.alive = false;
    Object.assign(item, more);
    await tick();
    expect([devices.orders, runs.all()]).toEqual([[], []]);
    expect(log.text).toContain(told);
  });

  test('for a tunnel that is declared as an example, before it reads the item', async () => {
    const { tick, around } = set(tunnel());
    around.memory = () => Promise.reject(new Error('read'));
    await expect(tick()).resolves.toBeUndefined();
  });

  test('for a minute after a run ended: the event of its end comes first', async () => {
    const { tick, item, runs } = set();
    item['owner'] = runs.add('run-1', { status: 'ABORTED', ended: new Date(NOW - 59_000) });
    await tick();
    expect(runs.all()).toEqual([]);
    runs.add('run-1', { status: 'ABORTED', ended: new Date(NOW - 60_000) });
    await tick();
    expect(runs.all()).toHaveLength(1);
  });

  test('about an owner that Step Functions does not know, for as long as it may be new', async () => {
    const { tick, item, runs } = set();
    Object.assign(item, { owner: arnOf('new'), fence: NOW - 30_000 });
    await tick();
    expect(runs.all()).toEqual([]);
    item['fence'] = NOW - 61_000;
    await tick();
    expect(runs.all()).toHaveLength(1);
  });
});

describe('what a run left', () => {
  const repairing = (arn: string) => [
    [`edge-a-${TICK.id}`, { tunnel: 'edge-a', trigger: 'schedule', asked: AT, repair: arn }],
  ];

  test.each(['ABORTED', 'TIMED_OUT', 'FAILED', 'SUCCEEDED'])(
    'a lease whose owner is %s: is repaired, without a look',
    async (status) => {
      const { tick, item, runs, devices } = set();
      item['owner'] = runs.add('dead', { status, ended: new Date(NOW - 600_000) });
      await tick();
      expect(runs.all()).toEqual(repairing(arnOf('dead')));
      expect(devices.orders).toEqual([]);
    },
  );

  test('even of a tunnel that was never applied before', async () => {
    const { tick, item, runs } = set();
    delete item['wanted'];
    item['owner'] = runs.add('dead', { status: 'ABORTED', ended: new Date(NOW - 600_000) });
    await tick();
    expect(runs.all()).toEqual(repairing(arnOf('dead')));
  });

  test('a `before` that nobody cleared: is repaired by the run that released the lease', async () => {
    const { tick, item, runs } = set();
    Object.assign(item, { before: '{"declared":[],"touched":{}}', closedBy: arnOf('gave-up') });
    await tick();
    expect(runs.all()).toEqual(repairing(arnOf('gave-up')));
    await expect(readRequest(runs.all()[0]![1], async () => JSON.stringify(A))).resolves.toMatchObject({
      repair: arnOf('gave-up'),
    });
  });

  test('a `before` of a run that nobody knows: is cleared by an apply', async () => {
    const { tick, item, runs } = set();
    item['before'] = '{"declared":[],"touched":{}}';
    await tick();
    expect(runs.all()).toEqual(ORDINARY);
  });

  test('a repair that was stopped, whose event was lost: pauses the tunnel; resumed, it is repaired', async () => {
    const { tick, item, runs } = set();
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
    const { tick, item, runs } = set();
    item['owner'] = arnOf('run-1');
    jest.spyOn(runs, 'describe').mockRejectedValue(throttled());
    await expect(tick()).rejects.toThrow('Rate exceeded');
  });
});

describe('a tunnel that cannot be looked at', () => {
  test('since an instance is not connected: is told at once, without a trip to it, and starts no run', async () => {
    const { tick, away, devices, told, measured, runs } = set();
    away.add(NODE);
    await tick();
    expect(told).toEqual([
      `edge-a: ramp node ${NODE} cannot be reached: ${NODE} is not connected to Systems Manager (is it running, and its agent?)`,
    ]);
    expect(measured).toEqual(['CouldNotLook']);
    expect(devices.orders.map(({ instance }) => instance)).toEqual([BASTION]);
    expect(runs.all()).toEqual([]);
  });

  test('is told once, counted each time, and told again after it could be looked at', async () => {
    const { tick, away, told, measured } = set();
    away.add(BASTION);
    await tick();
    await tick();
    expect([told.length, measured.length]).toEqual([1, 2]);
    away.clear();
    await tick();
    away.add(BASTION);
    await tick();
    expect([told.length, measured.length]).toEqual([2, 3]);
  });

  test.each([
    ['its command was not fetched', new NotDelivered('ramp node: the command never started')],
    ['nobody knows what became of its command', new OutcomeUnknown('ramp node: no result within 100 s')],
  ])('since %s: is told', async (_, failure) => {
    const { tick, devices, told } = set();
    devices.fails.set(NODE, failure);
    await tick();
    expect(told).toEqual([`edge-a: ${failure.message}`]);
  });

  test('since its answer was cut: is told, and nothing is concluded from it', async () => {
    const { tick, around, told, runs } = set();
    around.commands = { run: async () => '?tunnel SDN\n|ltm' } as never;
    await tick();
    expect(told).toEqual([expect.stringContaining('has no end mark')]);
    expect(runs.all()).toEqual([]);
  });

  test('since another command holds a device: is told only when that is so again', async () => {
    const { tick, devices, told, measured } = set();
    devices.fails.set(NODE, new Throttled('ramp node: another command of edge-ramp has held this device for 30 s'));
    await tick();
    expect([told.length, measured.length]).toEqual([0, 1]);
    await tick();
    expect(told).toHaveLength(1);
  });

  test('since others used up the time of the tick: nothing is sent, and it is told when that is so again', async () => {
    const { tick, devices, told } = set();
    await tick({}, false);
    expect([devices.orders, told]).toEqual([[], []]);
    await tick({}, false);
    expect(told).toEqual([expect.stringContaining('no time left')]);
  });

  test('since a run would refuse what it would have to do: is told, and starts none that could only fail', async () => {
    const { tick, site, runs, told } = set();
    site.world.group = { sync: 'In Sync', failover: 'ACTIVE' };
    await tick();
    expect(runs.all()).toEqual([]);
    expect(told).toEqual([expect.stringContaining('device group')]);
  });

  test('since its item cannot be read: is told', async () => {
    const { tick, around, told } = set();
    around.memory = () => Promise.reject(new Error('the table is away'));
    await tick();
    expect(told).toEqual(['edge-a: the table is away']);
  });

  test('and of which nobody can be told: the log has it, and it is told the next time', async () => {
    const { tick, around, away, log } = set();
    const told: string[] = [];
    let down = true;
    around.blindness = new Blindness(async (tunnel) => {
      if (down) throw new Error('the topic is away');
      told.push(tunnel);
    });
    away.add(NODE);
    await tick();
    expect(log.text).toContain('could not tell either: Error: the topic is away');
    down = false;
    await tick();
    expect(told).toEqual(['edge-a']);
  });

  test('is forgotten when the tunnel is paused meanwhile', async () => {
    const { tick, away, told, item } = set();
    away.add(NODE);
    await tick();
    item['paused'] = '{"until":null,"reason":"repairs"}';
    await tick();
    delete item['paused'];
    await tick();
    expect(told).toHaveLength(2);
  });
});

describe('many tunnels', () => {
  const others = Array.from({ length: 20 }, (_, i) => merge(A, { name: `edge-${String.fromCharCode(98 + i)}` }));

  test('do not fail each other: whoever cannot be looked at is told, whoever needs a run gets one', async () => {
    const { tick, around, told, runs } = set(A, others as never);
    const owner = runs.add('dead', { status: 'ABORTED', ended: new Date(NOW - 600_000) });
    around.memory = async (name) => {
      if (name === 'edge-c') throw new Error('the table is away');
      return readMemory({ wanted: 'applied', applied: JSON.stringify({ ...A, name }), owner });
    };
    runs.refuses.set('edge-d', throttled());
    await expect(tick()).rejects.toThrow('Rate exceeded');
    expect(told).toEqual(['edge-c: the table is away']);
    expect(runs.all().map(([, { tunnel }]) => tunnel)).toHaveLength(others.length + 1 - 2);
  });

  test('ask once which instances are connected, and at most eight of them look at a time', async () => {
    const { tick, around, asked, site } = set(A, others as never);
    around.memory = async (name) => readMemory({ wanted: 'applied', applied: JSON.stringify({ ...A, name }) });
    let now = 0;
    let most = 0;
    around.commands = {
      run: async ({ document }: Order) => {
        most = Math.max(most, ++now);
        await new Promise((done) => setTimeout(done, 5));
        now--;
        return document === DOCUMENTS.bigip
          ? bigipAnswer(site.world, site.spec, site.applied)
          : rampAnswer(site.world, site.spec, site.applied);
      },
    } as never;
    await tick();
    expect(asked).toEqual([[BASTION, NODE]]);
    expect(most).toBe(2 * 8);
  });
});
