import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessTo } from './access';

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
      throw new Error(`The lab in ${directory} is open in process ${pid}: ${wayOn(directory)}.`);
    rmSync(file, { force: true });
    rmSync(addressFile(directory), { force: true }); // where the dead one was served
    take();
  }
  held.add(file);
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
  };
}

/**
 * Tells other processes where the lab that holds a folder is served: in its file `endpoint`.
 * @returns the function that takes it back
 */
export function announce(directory: string, url: string): () => void {
  writeFileSync(addressFile(directory), url);
  return () => rmSync(addressFile(directory), { force: true });
}

const addressFile = (directory: string) => join(directory, 'endpoint');

/** What to do instead of opening a folder that another process holds. */
function wayOn(directory: string): string {
  const file = addressFile(directory);
  if (!existsSync(file)) return 'close that one, or use another folder';
  const variables = Object.entries(accessTo(readFileSync(file, 'utf8'))).map(([name, value]) => `${name}=${value}`);
  return `set ${variables.join(' ')} and leave --local out to work with it, or use another folder`;
}

/** When a process started (so that a reused process id is not taken for the old one); undefined when there is none. */
function started(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19];
  } catch {
    return undefined;
  }
}
