import type { Machine } from '../../../lab/kernel/machine/machine';
import { measure, startPodServer, type Connection, type ConnectionOptions } from '../../../lab/kernel/traffic/traffic';
import { closeAll, line, wire } from './bench';
import { seconds as pass } from '../support/waiting';

let machine: Machine;
const POD = '10.9.0.2:8080';

beforeEach(async () => {
  machine = await wire();
});
afterEach(closeAll);

/** What became of connections while something happened to them. */
async function during(
  happens: () => Promise<unknown>,
  options: Partial<ConnectionOptions> = {},
): Promise<readonly Connection[]> {
  const open = await measure(machine, 'left', 'connections', { to: POD, every: 20, ...options });
  await happens();
  return (await open.stop()).connections;
}

const seconds = (text: string) => line(machine, 'left', `sleep ${text}`);
const cut = () => line(machine, 'right', 'ip link set wire down');
const mend = () => line(machine, 'right', 'ip link set wire up');

describe('open connections', () => {
  it('are all answered when nothing happens', async () => {
    await startPodServer(machine, 'right', 'web');
    const connections = await during(() => seconds('0.5'), { count: 3 });
    expect(connections).toHaveLength(3);
    for (const { sent, answered, ...rest } of connections) {
      expect(rest).toMatchObject({ pod: 'web', end: 'open', at: null, error: null });
      expect([answered, sent > 5]).toEqual([sent, true]);
    }
  });

  it('wait as long as the wire is cut, and lose nothing', async () => {
    await startPodServer(machine, 'right', 'web');
    const [connection] = await during(
      async () => {
        await cut();
        await seconds('0.5');
        await mend();
      },
      { patience: 20_000 },
    );
    expect(connection).toMatchObject({ end: 'open', answered: connection!.sent });
    expect(connection!.longestWait).toBeGreaterThan(500);
  });

  it('hang when it stays cut, for who speaks and for who only listens', async () => {
    await startPodServer(machine, 'right', 'web');
    const [speaking, listening] = [
      await measure(machine, 'left', 'connections', { to: POD, every: 20 }),
      await measure(machine, 'left', 'connections', { to: POD, every: 20, speak: 'server' }),
    ];
    await cut();
    await pass(0.3); // for lines that nobody answers
    const [both] = (await speaking.stop()).connections;
    expect(both).toMatchObject({ pod: 'web', end: 'hung', at: null });
    expect(both!.answered).toBeLessThan(both!.sent);
    expect(both!.longestWait).toBeGreaterThanOrEqual(1000);
    const [server] = (await listening.stop()).connections;
    expect(server).toMatchObject({ pod: 'web', end: 'hung', sent: 0 });
  });

  it('only listening hear every line of the server', async () => {
    await startPodServer(machine, 'right', 'web');
    const [connection] = await during(() => seconds('0.5'), { speak: 'server' });
    expect(connection).toMatchObject({ pod: 'web', end: 'open', sent: 0 });
    expect(connection!.answered).toBeGreaterThan(5);
  });

  it('are closed when the Pod ends', async () => {
    const pod = await startPodServer(machine, 'right', 'web');
    const [connection] = await during(async () => {
      await seconds('0.3');
      await pod.stop();
      await seconds('0.3');
    });
    expect(connection!.end).toMatch(/^(closed|reset)$/);
    expect(connection!.at).toBeGreaterThanOrEqual(300);
  });

  it('are reset by a machine that was made anew', async () => {
    const pod = await startPodServer(machine, 'right', 'web');
    const [connection] = await during(
      async () => {
        await cut();
        await pod.stop();
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
    expect(connection).toMatchObject({ end: 'reset', error: 'Connection reset by peer' });
  });

  it('that never open have failed', async () => {
    expect(await during(() => seconds('0.1'), { to: '10.9.0.2:9' })).toMatchObject([
      { pod: null, sent: 0, answered: 0, end: 'failed', error: 'Connection refused' },
    ]);
  });
});
