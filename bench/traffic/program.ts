import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../lab/kernel/machine/machine';

/** A program that measures while something else goes on, and writes a line for each thing it meets. */
export interface Program {
  /** Its file in the machine, which has the lines. */
  readonly file: string;
  /** What it has written so far. */
  lines(): Promise<readonly string[]>;
  /** Asks again and again, until something holds, the program has ended, or so many milliseconds have passed. */
  wait(holds: () => Promise<boolean>, ms?: number): Promise<void>;
  /** Ends it as Ctrl-C does, and gives all that it has written. */
  end(): Promise<readonly string[]>;
}

/** Starts a program in a host's namespace. @returns when it runs */
export async function startProgram(machine: Machine, host: string, command: readonly string[]): Promise<Program> {
  const file = `/run/lab/measured-${randomUUID()}`;
  const bash = (line: string, ...words: readonly string[]) => ['bash', '-c', line, 'bash', file, ...words] as const;
  const over = new AbortController();
  const job = machine
    .run({ host, command: bash('echo $$ >"$1.pid"; exec "${@:2}" >"$1" 2>&1', ...command), env: { LC_ALL: 'C' } })
    .finally(() => over.abort());
  job.catch(() => {}); // whoever ends it hears of it
  const program: Program = {
    file,
    async lines() {
      const { out } = await machine.run({ command: ['cat', file] });
      return out.split('\n').filter(Boolean);
    },
    async wait(holds, ms = Infinity) {
      const late = Date.now() + ms;
      while (!over.signal.aborted && Date.now() < late && !(await holds())) await sleep(50);
    },
    async end() {
      await machine.run({ command: bash('kill -INT "$(<"$1.pid")" 2>/dev/null') });
      await job;
      return program.lines();
    },
  };
  await program.wait(async () => (await machine.run({ command: ['test', '-e', file] })).code === 0);
  return program;
}
