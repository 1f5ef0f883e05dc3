import { closeSync, openSync, readdirSync, readSync, renameSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/**
 * Opens a file that a guest sleeps in: one line that says what can wake it, then QEMU's stream.
 * @returns a descriptor that stands behind the line; who inherits it reads on from there
 * @throws Error of one sentence where it is of something else
 */
export function openAsleep(file: string, line: string): number {
  const state = openSync(file, 'r');
  const expected = Buffer.from(`${line}\n`);
  const first = Buffer.alloc(expected.length);
  readSync(state, first, 0, first.length, null);
  if (first.equals(expected)) return state;
  closeSync(state);
  throw new Error(`${file} is not of this QEMU and this version of the lab: it cannot be woken; remove it.`);
}

/**
 * Writes one, whole or not at all.
 * @param write gives QEMU a shell command that reads the stream from stdin
 * @throws Error of one sentence where it cannot be written
 */
export async function writeAsleep(
  file: string,
  line: string,
  write: (command: string) => Promise<void>,
): Promise<void> {
  const own = `${file}.${process.pid}.${randomUUID()}`;
  try {
    removeAbandoned(file);
    await write(`{ printf '%s\\n' ${quoted(line)}; cat; } >${quoted(own)}`);
    renameSync(own, file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} was not written (are its folder and 300 MB of room there?): ${why}`, { cause: error });
  } finally {
    rmSync(own, { force: true });
  }
}

/** What a process that was killed had not written to the end. */
function removeAbandoned(file: string): void {
  const processes = readdirSync('/proc');
  for (const name of readdirSync(dirname(file))) {
    const [pid, uuid] = name.startsWith(`${basename(file)}.`) ? name.slice(basename(file).length + 1).split('.') : [];
    if (pid && uuid?.length === 36 && !processes.includes(pid)) rmSync(join(dirname(file), name), { force: true });
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
