import type { DeviceCommand } from '../../lambdas/run-command/ssm';
import { readMemory } from '../../lib/tunnel/run/memory';
import { bigipAnswer } from '../lib/tunnel/bigip-answer';
import { rampAnswer } from '../lib/tunnel/ramp-answer';
import { merge } from '../lib/tunnel/site';
import { throttled } from './fake-runs';
import { EDGE_A, BASTION, DOCUMENTS, NODE, NOW, watched } from './watched';

describe('many tunnels', () => {
  const others = Array.from({ length: 20 }, (_, i) => merge(EDGE_A, { name: `edge-${String.fromCharCode(98 + i)}` }));

  test('do not fail each other: whoever cannot be looked at is told, whoever needs a run gets one', async () => {
    const { tick, around, told, runs } = watched(EDGE_A, others as never);
    const owner = runs.add('dead', { status: 'ABORTED', ended: new Date(NOW - 600_000) });
    around.memory = async (name) => {
      if (name === 'edge-c') throw new Error('the table is away');
      return readMemory({ wanted: 'applied', applied: JSON.stringify({ ...EDGE_A, name }), owner });
    };
    runs.refuses.set('edge-d', throttled());
    await expect(tick()).rejects.toThrow('Rate exceeded');
    expect(told).toEqual(['edge-c: the table is away']);
    expect(runs.all().map(([, { tunnel }]) => tunnel)).toHaveLength(others.length + 1 - 2);
  });

  test.each([['not JSON'], ['7'], ['{"kind":"ramp"}']])(
    'whose item somebody spoiled (applied: %s) keep no other one from being looked at',
    async (applied) => {
      const [other] = others;
      const { tick, around, told, devices } = watched(EDGE_A, [other] as never);
      const memory = around.memory;
      around.memory = async (name) => (name === 'edge-b' ? readMemory({ wanted: 'applied', applied }) : memory(name));
      await tick();
      expect(told).toEqual([expect.stringMatching(/^edge-b: /)]);
      expect(devices.orders.map(({ parameters }) => parameters['Tunnel'])).toEqual(['edge-a', 'edge-a']);
    },
  );

  test('ask once which instances are connected, and at most eight of them look at a time', async () => {
    const { tick, around, asked, site } = watched(EDGE_A, others as never);
    around.memory = async (name) => readMemory({ wanted: 'applied', applied: JSON.stringify({ ...EDGE_A, name }) });
    let now = 0;
    let most = 0;
    around.commands = {
      run: async ({ document }: DeviceCommand) => {
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
