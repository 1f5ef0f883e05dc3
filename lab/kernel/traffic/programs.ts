import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine, Ran } from '../machine/machine';

/** Where the Perl programs of this folder are in a machine, and what they write. */
export const FOLDER = '/run/lab/traffic';
const installed = new WeakMap<Machine, Promise<void>>();

/** Brings the programs into the machine, once. */
export function install(machine: Machine): Promise<void> {
  const known = installed.get(machine) ?? bring(machine);
  installed.set(machine, known);
  return known;
}

async function bring(machine: Machine): Promise<void> {
  for (const name of readdirSync(__dirname).filter((file) => file.endsWith('.pl')))
    await machine.write(`${FOLDER}/${name}`, readFileSync(join(__dirname, name), 'utf8'));
}

/** The job that runs one of the programs; errors are in plain C, whatever locales the machine has. */
export const perl = (program: string, words: readonly string[]) =>
  ({ command: ['perl', `${FOLDER}/${program}.pl`, ...words], env: { LC_ALL: 'C' } }) as const;

/** A line of bash; `words` are its $1, $2 and so on. */
export const bash = (line: string, ...words: readonly string[]) => ['bash', '-c', line, 'bash', ...words] as const;

/** @throws Error of one sentence when the program did not end with 0 */
export function orThrow(what: string, ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(`${what}: ${ran.err.trim() || `it ended with ${ran.code}`}`);
  return ran;
}

/** A program that goes on until it is stopped, or the machine ends. */
export interface Server {
  readonly pid: number;
  /** Ends it; nothing when it has ended already. */
  stop(): Promise<void>;
}

/**
 * Starts a program that serves from the moment its command ends.
 * @throws Error of one sentence with its own reason when it cannot
 */
export async function serve(
  machine: Machine,
  host: string,
  program: string,
  words: readonly string[],
): Promise<Server> {
  await install(machine);
  const ran = await machine.run({ host, ...perl(program, words) });
  const pid = Number(orThrow(`${program} on ${host}`, ran).out);
  return {
    pid,
    async stop() {
      await machine.run({ command: bash('kill "$1" 2>/dev/null; exit 0', String(pid)) });
    },
  };
}
