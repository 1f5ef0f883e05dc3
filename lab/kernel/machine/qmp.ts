import type { Duplex } from 'node:stream';

type Answer = { readonly return?: Record<string, unknown>; readonly error?: { readonly desc: string } };

/** QEMU's own control channel: one command at a time, each answered by one line. */
export type Qmp = (execute: string, args?: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown>>;

export function qmp(stream: Duplex): Qmp {
  const waiting: ((answer: Answer) => void)[] = [];
  let received = '';
  let ended = false;
  const answered = (answer: Answer) => waiting.shift()?.(answer);
  const end = () => {
    ended = true;
    while (waiting.length > 0) answered({ error: { desc: 'QEMU has ended' } });
  };
  stream.on('data', (bytes: Buffer) => {
    const lines = (received + String(bytes)).split('\n');
    received = lines.pop()!;
    const messages = lines
      .filter((line) => line.trim())
      .map((line) => JSON.parse(line) as Answer & { QMP?: object; event?: string });
    for (const message of messages) if (!message.QMP && !message.event) answered(message);
  });
  stream.on('error', end);
  stream.on('close', end);

  return async (execute, args = {}) => {
    const answer = await new Promise<Answer>((resolve) => {
      if (ended) return resolve({ error: { desc: 'QEMU has ended' } });
      waiting.push(resolve);
      stream.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
    if (answer.error) throw new Error(`QEMU refuses ${execute}: ${answer.error.desc}.`);
    return answer.return ?? {};
  };
}

/** Writes the guest's state with a shell command that reads it from stdin; the guest stands still from then on. */
export async function migrate(ask: Qmp, command: string): Promise<void> {
  // Without a limit, which stands at 128 MiB/s. No `stop` before: a guest stopped by hand stays so when it is restored.
  await ask('migrate-set-parameters', { 'max-bandwidth': 1e10 });
  await ask('migrate', { uri: `exec:${command}` });
  for (;;) {
    const { status } = await ask('query-migrate');
    if (status === 'completed') return;
    if (status === 'failed' || status === 'cancelled') {
      await ask('cont');
      throw new Error('QEMU could not write the state of the guest.');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
