import type { Machine } from '../../../lab/kernel/machine/machine';
import { startPods } from '../../../lab/kernel/traffic/pods';
import { serveVirtuals } from '../../../lab/kernel/traffic/proxy';
import {
  connections,
  requests,
  type Connection,
  type ConnectionOptions,
  type RequestOptions,
  type Requests,
} from '../support/requests';
import { closeAll, line, wire } from './bench';

let machine: Machine;
const POD = '10.9.0.2:8080';

beforeEach(async () => {
  machine = await wire();
  await startPods(machine, 'right', { '10.9.0.2': 'right', '10.9.0.3': 'right' });
});
afterEach(closeAll);

const die = () => line(machine, 'right', 'kill -KILL "$(</run/lab/right/pods.pid)"');
const seconds = (text: string) => line(machine, 'left', `sleep ${text}`);

describe('requests', () => {
  async function during(happens: () => Promise<unknown>, options: Partial<RequestOptions> = {}): Promise<Requests> {
    const all = await requests(machine, 'left', { to: POD, rate: 50, ...options });
    await happens();
    return all.stop();
  }

  it('tell which Pods answered, and which addresses they saw', async () => {
    await serveVirtuals(machine, 'left', [
      { address: '10.9.0.1', port: 80, translation: { snat: ['10.9.0.11'] }, members: [POD, '10.9.0.3:8080'] },
    ]);
    const { ok, failed, pods, peers, errors } = await during(() => seconds('0.5'), { to: '10.9.0.1:80' });
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
    expect(peers).toEqual({ '10.9.0.11': ok });
    expect(Math.abs(pods['10.9.0.2']! - pods['10.9.0.3']!)).toBeLessThanOrEqual(1);
  });

  it('come from the address that is asked for', async () => {
    const { ok, peers } = await during(() => seconds('0.2'), { from: '10.9.0.11' });
    expect(peers).toEqual({ '10.9.0.11': ok });
  });

  it('fail while nobody is there, and no longer', async () => {
    const { ok, failed, errors } = await during(async () => {
      await seconds('0.3');
      await die();
      await seconds('0.3');
      await startPods(machine, 'right', { '10.9.0.2': 'right' });
      await seconds('0.3');
    });
    expect(ok).toBeGreaterThan(10);
    expect(failed).toBeGreaterThan(5);
    expect(Object.keys(errors).join()).toMatch(/Failed to connect to 10.9.0.2 port 8080/);
  });

  it('fail by no answer within their limit', async () => {
    const { ok, failed } = await during(() => seconds('0.5'), { to: '10.9.0.99:80', limit: 100 });
    expect([ok, failed > 0]).toEqual([0, true]);
  });
});

describe('open connections', () => {
  async function during(
    happens: () => Promise<unknown>,
    options: Partial<ConnectionOptions> = {},
  ): Promise<readonly Connection[]> {
    const open = await connections(machine, 'left', { to: POD, rate: 50, ...options });
    await happens();
    return open.stop();
  }
  const cut = () => line(machine, 'right', 'ip link set wire down');
  const mend = () => line(machine, 'right', 'ip link set wire up');

  it('are answered when nothing happens', async () => {
    const all = await during(() => seconds('0.5'), { count: 3 });
    expect(all).toHaveLength(3);
    for (const { end, answered } of all) expect([end, answered > 5]).toEqual(['open', true]);
  });

  it('wait as long as the wire is cut, and stay open', async () => {
    const [connection] = await during(
      async () => {
        await cut();
        await seconds('0.5');
        await mend();
      },
      { patience: 20_000 },
    );
    expect(connection!.end).toBe('open');
    expect(connection!.longestWait).toBeGreaterThan(500);
  });

  it('hang when it stays cut', async () => {
    const [connection] = await during(cut);
    expect(connection!.end).toBe('hung');
    expect(connection!.longestWait).toBeGreaterThanOrEqual(1000);
  });

  it('are closed when the Pod ends, also when a new one could be opened', async () => {
    const ends = async (again: () => Promise<unknown>): Promise<readonly string[]> =>
      (
        await during(async () => {
          await seconds('0.3');
          await die();
          await again();
          await seconds('0.3');
        })
      ).map(({ end }) => end);
    expect(await ends(() => startPods(machine, 'right', { '10.9.0.2': 'right' }))).toEqual(['closed']);
    expect(await ends(() => Promise.resolve())).toEqual(['closed']);
  });

  it('are closed by a machine that was made anew', async () => {
    const [connection] = await during(
      async () => {
        await cut();
        await line(machine, 'right', 'kill -KILL "$(</run/lab/right/pods.pid)"');
        for (const text of [
          'netns del right',
          '-n left link del wire',
          'netns add right',
          'link add wire netns left type veth peer name wire netns right',
          '-n left address add 10.9.0.1/24 dev wire',
          '-n right address add 10.9.0.2/24 dev wire',
          '-n left link set wire up',
          '-n right link set wire up',
        ])
          await machine.run({ command: ['ip', ...text.split(' ')] as [string, ...string[]] });
      },
      { patience: 30_000 },
    );
    expect(connection!.end).toBe('closed');
  });

  it('that never open have failed', async () => {
    expect(await during(() => seconds('0.1'), { to: '10.9.0.2:9' })).toMatchObject([{ answered: 0, end: 'failed' }]);
  });
});
