import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why the agent ended it, when it did. */
  readonly killed?: 'TimedOut' | 'Cancelled';
}

/** A script at work on a host; `kill` ends its whole process group. */
export interface Running {
  readonly ended: Promise<Ended>;
  kill(why: 'TimedOut' | 'Cancelled'): void;
}

/** Exit code the agent reports for a script that it ended itself. */
const PREEMPTED = 137;

/** Starts a script as the SSM agent does: written to a file, run by `sh -c <file>`, in a process group of its own. */
export function runScript(script: string, environment: NodeJS.ProcessEnv, directory: string): Running {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, '_script.sh'), script, { mode: 0o700 });
  const child = spawn('sh', ['-c', './_script.sh'], {
    cwd: directory,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let killed: Ended['killed'];
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  const ended = new Promise<Ended>((resolve) => {
    const done = (code: number) => {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 }); // what was just killed may still write there
      resolve({ ...output, code: killed ? PREEMPTED : code, ...(killed ? { killed } : {}) });
    };
    child.once('error', (error) => {
      output.stderr += String(error);
      done(-1);
    });
    child.once('close', (code, signal) => done(code ?? (signal ? 128 : -1)));
  });
  return {
    ended,
    kill(why) {
      killed ??= why;
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // it has just ended by itself
      }
      child.stdout.destroy(); // a process that left the group must not keep the command open
      child.stderr.destroy();
    },
  };
}
