import { LookFailures } from '../../lambdas/watch/look-failures';
import { NotDelivered, OutcomeUnknown, Throttled } from '../../lib/tunnel/errors/errors';
import { BASTION, NODE, watched } from './watched';

describe('a tunnel that cannot be looked at', () => {
  test('since an instance is not connected: is told at once, without a trip to it, and starts no run', async () => {
    const { tick, away, devices, told, measured, runs } = watched();
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
    const { tick, away, told, measured } = watched();
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
    ['its command was not fetched', new NotDelivered('not-fetched', 'ramp node: the command never started')],
    [
      'nobody knows what became of its command',
      new OutcomeUnknown('deadline-passed', 'ramp node: no result within 100 s'),
    ],
  ])('since %s: is told', async (_, failure) => {
    const { tick, devices, told } = watched();
    devices.fails.set(NODE, failure);
    await tick();
    expect(told).toEqual([`edge-a: ${failure.message}`]);
  });

  test('since its answer was cut: is told, and nothing is concluded from it', async () => {
    const { tick, around, told, runs } = watched();
    around.commands = { run: async () => '?tunnel SDN\n|ltm' } as never;
    await tick();
    expect(told).toEqual([expect.stringContaining('has no end mark')]);
    expect(runs.all()).toEqual([]);
  });

  test('since another command holds a device: is told only when that is so again', async () => {
    const { tick, devices, told, measured } = watched();
    devices.fails.set(
      NODE,
      new Throttled('device-busy', 'ramp node: another command of edge-ramp has held this device for 30 s'),
    );
    await tick();
    expect([told.length, measured.length]).toEqual([0, 1]);
    await tick();
    expect(told).toHaveLength(1);
  });

  test('since others used up the time of the tick: nothing is sent, and it is told when that is so again', async () => {
    const { tick, devices, told } = watched();
    await tick({}, false);
    expect([devices.orders, told]).toEqual([[], []]);
    await tick({}, false);
    expect(told).toEqual([expect.stringContaining('no time left')]);
  });

  test('since a run would refuse what it would have to do: is told, and starts none that could only fail', async () => {
    const { tick, site, runs, told } = watched();
    site.world.group = { sync: 'In Sync', failover: 'ACTIVE' };
    await tick();
    expect(runs.all()).toEqual([]);
    expect(told).toEqual([expect.stringContaining('device group')]);
  });

  test('since its item cannot be read: is told', async () => {
    const { tick, around, told } = watched();
    around.memory = () => Promise.reject(new Error('the table is away'));
    await tick();
    expect(told).toEqual(['edge-a: the table is away']);
  });

  test('and of which nobody can be told: the log has it, and it is told the next time', async () => {
    const { tick, around, away, log } = watched();
    const told: string[] = [];
    let down = true;
    around.lookFailures = new LookFailures(async (tunnel) => {
      if (down) throw new Error('the topic is away');
      told.push(tunnel);
    });
    away.add(NODE);
    await tick();
    expect(log.text).toContain('the notice failed: Error: the topic is away');
    down = false;
    await tick();
    expect(told).toEqual(['edge-a']);
  });

  test('is forgotten when the tunnel is paused meanwhile', async () => {
    const { tick, away, told, item } = watched();
    away.add(NODE);
    await tick();
    item['paused'] = '{"until":null,"reason":"repairs"}';
    await tick();
    delete item['paused'];
    await tick();
    expect(told).toHaveLength(2);
  });
});
