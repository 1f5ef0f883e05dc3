import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Answer } from './answer';

/** What a stand-in hands over: one command of one host, with what only the caller's process can see. */
export interface Call {
  readonly host: string;
  /** Seconds of the host's own time that its caller waits, where it said so (`timeout`). */
  readonly within: number | undefined;
  readonly command: string;
  /** What it would read from stdin. */
  readonly input: string;
  /** ssh only: the text of the known-hosts file, and the socket of the agent; '': it has none. */
  readonly knownHosts: string;
  readonly agent: string;
  readonly args: readonly string[];
  /** Its caller was killed: nobody waits for the answer any more. */
  readonly gone: AbortSignal;
  /** Gives the caller what a command prints while it runs, on stdout (1) or stderr (2); the answer has what is left. */
  readonly tell: (stream: 1 | 2, text: string) => void;
}

const STAND_IN = join(__dirname, 'stand-in.sh');
/** Every one stands on every host, so that no script reaches the machine it runs on by one that its host does not have. */
const COMMANDS = ['ip', 'iptables', 'ovs-ofctl', 'ovs-vsctl', 'sysctl', 'ping', 'ssh', 'aws', 'timeout', 'tmsh'].concat(
  ['conntrack', 'modinfo', 'modprobe', 'nft', 'nsenter', 'oc', 'ovs-appctl', 'sleep', 'systemctl'],
);

const length = (text: string): number => Buffer.byteLength(text);

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // it has just ended by itself
  }
}

/** The way from bash scripts to the models: a folder of stand-in commands, and the socket they call. */
export class StandIns {
  readonly #sockets = new Set<Socket>();
  readonly #children = new Set<ChildProcess>();
  readonly #server;
  #bin = '';

  constructor(answer: (call: Call) => Promise<Answer>) {
    this.#server = createServer((socket) => {
      let received = '';
      const caller = new AbortController();
      this.#sockets.add(socket);
      socket.setEncoding('utf8');
      socket.on('error', () => undefined); // a caller that was killed
      socket.on('close', () => {
        this.#sockets.delete(socket);
        caller.abort();
      });
      socket.on('data', (chunk: string) => {
        received += chunk;
        const [host = '', milliseconds, command = '', input = '', knownHosts = '', agent = '', count, ...words] =
          received.split('\0');
        if (count === undefined || words.length <= Number(count)) return; // every field ends in a zero byte
        received = '';
        const [within, args] = [milliseconds ? Number(milliseconds) / 1000 : undefined, words.slice(0, -1)];
        const tell: Call['tell'] = (stream, text) => void socket.write(`to ${stream} ${length(text)}\n${text}`);
        const call = { host, within, command, input, knownHosts, agent, args, gone: caller.signal, tell };
        void answer(call)
          .catch((error: Error): Answer => ({ code: 255, out: '', err: `the lab failed: ${error.stack}\n` }))
          .then(({ code, out, err }) => socket.end(`${code} ${length(out)} ${length(err)}\n${out}${err}`));
      });
    });
  }

  /** Opens the socket, and makes the folder of commands that is on every host's PATH. `directory` is that of all hosts. */
  async listen(directory: string): Promise<void> {
    this.#bin = join(directory, 'bin');
    rmSync(this.#bin, { recursive: true, force: true });
    mkdirSync(this.#bin, { recursive: true });
    for (const command of COMMANDS) symlinkSync(STAND_IN, join(this.#bin, command));
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Makes a host's folders, and gives the environment in which scripts run on it. */
  environment(host: string, directory: string, speed: number): NodeJS.ProcessEnv {
    const root = join(directory, host, 'root');
    const home = join(root, 'root');
    for (const folder of [home, join(root, 'var/lib/edge-ramp'), join(root, 'etc/systemd/system')])
      mkdirSync(folder, { recursive: true });
    const { port } = this.#server.address() as AddressInfo;
    const lab = { HOST: host, PORT: port, SPEED: speed, COMMANDS: COMMANDS.join(' ') };
    const own = Object.entries(lab).map(([name, value]) => [`EDGE_RAMP_LAB_${name}`, String(value)] as const);
    const PATH = `${this.#bin}:/usr/local/bin:/usr/bin:/bin`;
    // Without a SHLVL bash takes itself for one that rsh has started where its stdin is a socket, as node's pipes are, and reads no BASH_ENV.
    return { PATH, HOME: home, EDGE_RAMP_ROOT: root, SHLVL: '1', BASH_ENV: STAND_IN, ...Object.fromEntries(own) };
  }

  /** Runs a line under a real bash. */
  bash(env: NodeJS.ProcessEnv, line: string): Promise<Answer> {
    const child = spawn('/bin/bash', ['-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    this.#children.add(child);
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    return new Promise((resolve) => {
      child.on('error', (error) => resolve({ code: 127, out, err: String(error) }));
      child.on('close', (code) => {
        this.#children.delete(child);
        resolve({ code: code ?? 255, out, err });
      });
    });
  }

  /** Runs a command on a host until it ends or is stopped: what it prints, stdout and stderr in one. */
  exec(
    env: NodeJS.ProcessEnv,
    [command = '', ...args]: readonly string[],
    stopped: AbortSignal,
  ): Promise<Pick<Answer, 'code' | 'out'>> {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let out = '';
    this.#children.add(child);
    const stop = (): void => void (child.pid && killGroup(child.pid));
    stopped.addEventListener('abort', stop);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)));
    return new Promise((resolve) => {
      child.on('error', (error) => resolve({ code: 127, out: String(error) }));
      child.on('close', (code) => {
        this.#children.delete(child);
        resolve({ code: code ?? 137, out });
      });
    });
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.pid !== undefined) killGroup(child.pid); // with what it has started
      child.kill('SIGKILL');
    }
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
