import type { Machine } from '../../../lab/kernel/machine/machine';
import { measure, startPodServer, startProxy } from '../../../lab/kernel/traffic/traffic';
import { closeAll, line, wire } from './bench';

let machine: Machine;
const POD = '10.9.0.2:8080';

beforeEach(async () => {
  machine = await wire();
});
afterEach(closeAll);

describe('requests', () => {
  it('tell which Pods answered, and which addresses they saw', async () => {
    await startPodServer(machine, 'right', 'one', { address: '10.9.0.2' });
    await startPodServer(machine, 'right', 'two', { address: '10.9.0.3' });
    await (
      await startProxy(machine, 'left')
    ).setVirtuals([
      {
        name: 'web',
        address: '10.9.0.1',
        port: 80,
        translation: { snat: ['10.9.0.11'] },
        members: ['10.9.0.2:8080', '10.9.0.3:8080'],
      },
    ]);
    const requests = await measure(machine, 'left', 'requests', { to: '10.9.0.1:80', seconds: 0.5 });
    const { ok, failed, pods, peers, outages, errors } = await requests.done;
    expect({ failed, outages, errors }).toEqual({ failed: 0, outages: [], errors: {} });
    expect(peers).toEqual({ '10.9.0.11': ok });
    expect(Object.keys(pods)).toEqual(['one', 'two']);
    expect(Math.abs(pods['one']! - pods['two']!)).toBeLessThanOrEqual(1);
  });

  it('come from the address that is asked for', async () => {
    await startPodServer(machine, 'right', 'web');
    const requests = await measure(machine, 'left', 'requests', { to: POD, from: '10.9.0.11', seconds: 0.2 });
    const { ok, peers } = await requests.done;
    expect(peers).toEqual({ '10.9.0.11': ok });
  });

  it('that fail make one outage, from the last success to the next', async () => {
    const pod = await startPodServer(machine, 'right', 'before');
    const requests = await measure(machine, 'left', 'requests', { to: POD });
    await line(machine, 'left', 'sleep 0.3');
    await pod.stop();
    await line(machine, 'left', 'sleep 0.3');
    await startPodServer(machine, 'right', 'after');
    await line(machine, 'left', 'sleep 0.3');
    const { ok, failed, pods, longestGap, outages } = await requests.stop();
    expect(Object.keys(pods)).toEqual(['after', 'before']);
    expect(Object.values(pods).reduce((sum, answers) => sum + answers)).toBe(ok);
    expect(outages).toEqual([{ at: expect.any(Number) as number, ms: longestGap, failed }]);
    expect(failed).toBeGreaterThan(0);
    expect(longestGap).toBeGreaterThanOrEqual(300);
  });

  it('fail by a status other than 200, by no answer, and by nobody there', async () => {
    await startPodServer(machine, 'right', 'web');
    const errors = async (options: { to: string; path?: string; limit?: number }) => {
      const { ok, failed, errors } = await (
        await measure(machine, 'left', 'requests', { seconds: 0.1, ...options })
      ).done;
      expect([ok, failed > 0]).toEqual([0, true]);
      return Object.keys(errors);
    };
    expect(await errors({ to: POD, path: '/nothing' })).toEqual(['HTTP/1.1 404']);
    expect(await errors({ to: POD, path: '/stream?every=60000', limit: 100 })).toEqual(['no answer to the request']);
    expect(await errors({ to: '10.9.0.2:9' })).toEqual(['Connection refused']);
    expect(await errors({ to: '10.9.0.99:80', limit: 100 })).toEqual(['no answer to the connect']);
  });
});
