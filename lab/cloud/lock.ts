import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const held = new Set<string>();

/**
 * Takes a state folder for this process alone; a lock left by a process that died is taken over.
 * @returns the function that gives it back
 * @throws Error of one sentence when another lab has it open
 */
export function lock(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'lock');
  const take = () => writeFileSync(file, `${process.pid} ${started(process.pid) ?? ''}`, { flag: 'wx' });
  try {
    take();
  } catch {
    const [pid, since] = readFileSync(file, 'utf8').split(' ') as [string, string?];
    const own = Number(pid) === process.pid;
    if (own ? held.has(file) : started(Number(pid)) !== undefined && started(Number(pid)) === since)
      throw new Error(`The lab in ${directory} is open in process ${pid}: close that one, or use another folder.`);
    rmSync(file, { force: true });
    take();
  }
  held.add(file);
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
  };
}

/** When a process started (so that a reused process id is not taken for the old one); undefined when there is none. */
function started(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19];
  } catch {
    return undefined;
  }
}
