import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

/** Asks again and again; the bound is generous, since the machine may be busy. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Ends by the end of our pipe, however we end. */
async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.stdin!.end();
  if (child.exitCode === null && child.signalCode === null) await exit;
}

/**
 * A network of its own, with no way out of it. It lives as long as a process that waits for the end of our pipe, so nothing is left behind,
 * and no name is taken. It needs root: in a user namespace keepalived may not set the groups of its scripts, and takes that for a pass.
 */
export class Namespace {
  private readonly running: ChildProcess[] = [];
  private constructor(
    private readonly holder: ChildProcess,
    readonly pid: number,
  ) {}

  static async create(): Promise<Namespace> {
    if (process.getuid?.() !== 0) throw new Error('networks of their own need root');
    const holder = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] });
    const outside = readlinkSync('/proc/self/ns/net');
    await until('a network namespace', () => {
      if (holder.exitCode !== null) throw new Error('this machine makes no network namespace (unshare --net)');
      return readlinkSync(`/proc/${holder.pid}/ns/net`) !== outside;
    });
    return new Namespace(holder, holder.pid!);
  }

  async run(command: string, ...args: readonly string[]): Promise<string> {
    const [nsenter, ...rest] = this.within(command, ...args);
    return (await promisify(execFile)(nsenter, rest, { timeout: 20_000 })).stdout;
  }

  /** One line of `ip` a command. */
  async ip(...lines: readonly string[]): Promise<void> {
    for (const line of lines) await this.run('ip', ...line.split(' '));
  }

  /** Until it is stopped, or we end. */
  serve(
    env: Readonly<Record<string, string | undefined>>,
    command: string,
    ...args: readonly string[]
  ): () => Promise<void> {
    const shell = ['-c', '"$@" & cat >/dev/null; kill $! 2>/dev/null; wait', '-', ...this.within(command, ...args)];
    const child = spawn('sh', shell, { env: { ...process.env, ...env }, stdio: ['pipe', 'ignore', 'ignore'] });
    this.running.push(child);
    return () => ended(child);
  }

  async end(): Promise<void> {
    await Promise.all(this.running.map(ended));
    await ended(this.holder);
  }

  private within(...command: readonly string[]): [string, ...string[]] {
    return ['nsenter', '--net', '--target', String(this.pid), '--', ...command];
  }
}
