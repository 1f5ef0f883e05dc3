import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Job, Machine, Ran } from '../../../lab/kernel/machine/machine';

const holders: ChildProcess[] = [];

/** Ends all that was opened. */
export async function closeAll(): Promise<void> {
  await Promise.all(holders.splice(0).map(end));
}

async function end(holder: ChildProcess): Promise<void> {
  const exit = holder.exitCode === null && holder.signalCode === null ? once(holder, 'exit') : undefined;
  holder.stdin!.end();
  await exit;
}

function run(command: readonly string[], { input = '', env, signal }: Partial<Job> = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0]!, command.slice(1), { env: { ...process.env, ...env }, detached: true });
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text.out += piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (text.err += piece));
    const kill = (): unknown => child.pid && process.kill(-child.pid, 'SIGKILL');
    signal?.addEventListener('abort', kill);
    child.on('exit', () => signal?.removeEventListener('abort', kill));
    child.on('error', reject).on('close', (code) => resolve({ code: code ?? 137, ...text }));
    child.stdin.on('error', () => {}).end(input);
  });
}

/**
 * A Machine for tests without a guest: network, processes and /run of its own on this kernel, which all end with the process that waits for the end of our
 * pipe. Needs root. `ip` lines are run in it first.
 */
export async function open(...ip: readonly string[]): Promise<Machine> {
  const unshare = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const hold = 'mount -t tmpfs lab /run && ip link set lo up && echo ready && cat; exit'; // bash stays, to bury what its daemons leave
  const holder = spawn('unshare', [...unshare, 'bash', '-c', hold], { stdio: ['pipe', 'pipe', 'inherit'] });
  holders.push(holder);
  const [first] = (await once(holder.stdout, 'data')) as [Buffer];
  if (String(first) !== 'ready\n') throw new Error('this machine makes no namespaces (unshare)');
  const pid = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').trim();
  const enter = ['nsenter', '--target', pid, '--net', '--mount', '--pid', '--'];
  const machine: Machine = {
    what: 'namespaces of a test',
    run: ({ host, command, ...job }) =>
      run([...enter, ...(host === undefined ? [] : ['ip', 'netns', 'exec', host]), ...command], job),
    async write(path, text) {
      await run([...enter, 'bash', '-c', 'mkdir -p "${1%/*}" && cat >"$1"', 'bash', path], { input: text });
    },
    close: () => end(holder),
  };
  for (const line of ip) {
    const { code, err } = await machine.run({ command: ['ip', ...line.split(' ')] as [string, ...string[]] });
    if (code !== 0) throw new Error(`ip ${line}: ${err}`);
  }
  return machine;
}

/** Two namespaces on one wire: `left` is 10.9.0.1 and .11, `right` is 10.9.0.2 and .3. */
export const wire = (): Promise<Machine> =>
  open(
    'netns add left',
    'netns add right',
    'link add wire netns left type veth peer name wire netns right',
    '-n left address add 10.9.0.1/24 dev wire',
    '-n left address add 10.9.0.11/24 dev wire',
    '-n right address add 10.9.0.2/24 dev wire',
    '-n right address add 10.9.0.3/24 dev wire',
    ...['left', 'right'].flatMap((host) => [`-n ${host} link set lo up`, `-n ${host} link set wire up`]),
  );

/** Runs a line of bash in a namespace and gives its stdout. */
export async function line(machine: Machine, host: string, text: string): Promise<string> {
  return (await machine.run({ host, command: ['bash', '-c', text] })).out;
}
