import { NoticesOnce } from '../../lambdas/watch/notices-once';
import { NODE, watched } from './watched';

const OFTEN = '5 12 no route';

describe('a node whose keeper puts something back again and again', () => {
  test('is told once, whatever the ticks, with how often, what, and when', async () => {
    const { tick, site, told, runs } = watched();
    site.world.heals = OFTEN;
    await tick();
    site.world.heals = '6 3 no route';
    await tick();
    expect(told).toEqual([
      `edge-a: ramp node ${NODE}: its keeper put something back 5 times within the last hour, which is repeated drift: find what takes it away; the last time 12 s ago: no route`,
    ]);
    expect(runs.all()).toEqual([]);
  });

  test('is told again only after an hour in which nothing was put back: not where it was a little less often', async () => {
    const { tick, site, told } = watched();
    for (const heals of [OFTEN, '4 700 no route', OFTEN]) {
      site.world.heals = heals;
      await tick();
    }
    expect(told).toHaveLength(1);
    site.world.heals = '0';
    await tick();
    site.world.heals = OFTEN;
    await tick();
    expect(told).toHaveLength(2);
  });

  test('is not told of while it is less often', async () => {
    const { tick, site, told, log } = watched();
    site.world.heals = '4 12 no route';
    await tick();
    expect(told).toEqual([]);
    expect(JSON.stringify(log)).toContain('its keeper put something back 4 times within the last hour; the last time');
  });

  test('is told again after a pause', async () => {
    const { tick, site, told, item } = watched();
    site.world.heals = OFTEN;
    await tick();
    item['paused'] = JSON.stringify({ until: null, reason: 'x' });
    await tick();
    delete item['paused'];
    await tick();
    expect(told).toHaveLength(2);
  });

  test('is told at the next tick where the notice failed, and the look counts all the same', async () => {
    const { tick, site, around, told, measured } = watched();
    site.world.heals = OFTEN;
    const { repeatedDrift } = around;
    around.repeatedDrift = new NoticesOnce(async () => {
      throw new Error('the topic is away');
    });
    await tick();
    expect([told, measured]).toEqual([[], []]);
    around.repeatedDrift = repeatedDrift;
    await tick();
    expect(told).toHaveLength(1);
  });
});
