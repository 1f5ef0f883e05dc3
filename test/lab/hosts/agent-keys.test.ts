import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentKeys } from '../../../lab/hosts/agent-keys';
import { keyOf } from '../../../lab/hosts/ssh';
import { closeAll, newKey } from './bench';

const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-'));
afterAll(() => closeAll());
afterAll(() => rmSync(folder, { recursive: true }));

const socket = join(folder, 'agent');

/** A real agent with these private keys while `look` looks at it. */
async function withAgent<T>(keys: readonly string[], look: () => Promise<T>): Promise<T> {
  const said = execFileSync('ssh-agent', ['-a', socket], { encoding: 'utf8' });
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]);
  try {
    for (const input of keys)
      execFileSync('ssh-add', ['-q', '-'], {
        input,
        env: { SSH_AUTH_SOCK: socket },
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    return await look();
  } finally {
    process.kill(pid);
    rmSync(socket, { force: true });
  }
}

/** What is told of an agent that answers with these pieces, one after another, and then goes. */
async function toldBy(...pieces: readonly (readonly number[])[]): Promise<readonly string[]> {
  const server: Server = createServer((asking) => {
    asking.resume();
    asking.on('error', () => undefined);
    for (const piece of pieces) asking.write(Buffer.from(piece));
    asking.end();
  });
  await new Promise<void>((listening) => server.listen(socket, listening));
  try {
    return await agentKeys(socket);
  } finally {
    await new Promise((closed) => server.close(closed));
  }
}

describe('the keys of an agent', () => {
  test.each([0, 1, 3])('are those that ssh-add tells: %d of them', async (count) => {
    const keys = Array.from({ length: count }, () => newKey().privateKey);
    const [told, listed] = await withAgent(keys, async () => [
      await agentKeys(socket),
      count === 0 ? '' : execFileSync('ssh-add', ['-L'], { encoding: 'utf8', env: { SSH_AUTH_SOCK: socket } }),
    ]);
    expect(told).toEqual(listed.split('\n').slice(0, count).map(keyOf));
    expect(new Set(told).size).toBe(count);
  });

  test('are none where there is no agent', async () => expect(await agentKeys(join(folder, 'none'))).toEqual([]));
  test('are none where the agent refuses', async () => expect(await toldBy([0, 0, 0, 1, 5])).toEqual([]));
  test('are none where the agent goes before it has answered', async () =>
    expect(await toldBy([0, 0, 0, 5, 12, 0, 0])).toEqual([]));
  test('may come in pieces', async () =>
    expect(await toldBy([0, 0], [0, 20, 12, 0, 0, 0, 1, 0, 0, 0], [7, 0, 0, 0, 3, 114, 115, 97, 0, 0, 0, 0])).toEqual([
      `rsa ${Buffer.from([0, 0, 0, 3, 114, 115, 97]).toString('base64')}`,
    ]));
});
