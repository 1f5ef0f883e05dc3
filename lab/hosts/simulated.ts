import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answering, Refusal, say, type Answer } from './answer';
import { dumpBigIp, tmsh, type BigIp } from './bigip/tmsh';
import type { Host, HostCommand, Hosts, HostsOptions } from './host';
import { ip } from './node/ip';
import { iptables } from './node/iptables';
import { dumpNode, type Node } from './node/node';
import { ovsOfctl, ovsVsctl } from './node/ovs';
import { ping } from './reachability';
import { ssh, type Caller } from './ssh';
import { text } from './texts';
import { CLAIMS, populate, type State } from './world';

/** What a stand-in hands over: one command of one host. */
interface Call extends Caller {
  readonly command: string;
  readonly input: string;
  readonly args: readonly string[];
}

/** The devices behind the hosts, for tests and for a person's hands. */
export interface World extends State {
  /** Types a command line on a host: a bash line on a bastion or a node, on a BIG-IP whatever its login shell takes. */
  run(host: string, line: string): Promise<Answer>;
}

const STAND_IN = join(__dirname, 'stand-in.sh');
const COMMANDS = [
  'ip',
  'iptables',
  'ovs-ofctl',
  'ovs-vsctl',
  'sysctl',
  'ping',
  'ssh',
  'aws',
  'timeout',
  'tmsh',
  'conntrack',
  'modprobe',
  'nsenter',
];

/** The commands of a ramp node, other than ping. */
function onNode(node: Node, { command, args, input }: Call): Answer {
  const line = args.join(' ');
  if (command === 'ip') return ip(node, args);
  if (command === 'iptables') return iptables(node.chains, args);
  if (command === 'ovs-ofctl') return ovsOfctl(node, args, input);
  if (command === 'ovs-vsctl') return ovsVsctl(node, args);
  if (command === 'sysctl' && line === '-n net.ipv4.ip_forward') return say('1');
  if (command !== 'conntrack' || line !== '-F') throw new Refusal('notModelled', command, line);
  node.connections = []; // as ten idle minutes would
  return say();
}

/** The public half of a private key, as ssh-keygen tells it. */
function publicKey(directory: string, privateKey: string | undefined): string | undefined {
  if (!privateKey?.includes('PRIVATE KEY')) return privateKey;
  const file = join(directory, 'key');
  writeFileSync(file, `${privateKey.trim()}\n`, { mode: 0o600 });
  try {
    return execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim();
  } finally {
    rmSync(file);
  }
}

/** Opens the simulated hosts of the declared tunnels, as they were saved in `directory` or new. Real shell scripts run on them in `Host.environment`. */
export async function simulatedHosts(options: HostsOptions): Promise<Hosts & { readonly world: World }> {
  const { directory, specs, secret, faults = [], speed = 1, world: variations = {} } = options;
  const file = join(directory, 'hosts.json');
  const folder = (name: string): string => join(directory, name);
  mkdirSync(directory, { recursive: true });
  const state: State = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as State)
    : { bastions: {}, nodes: {}, bigips: {} };
  for (const bigip of Object.values(state.bigips)) bigip.authorised = []; // the secrets decide anew
  const fresh = populate(
    state,
    specs,
    variations,
    (name) => join(folder(name), 'root'),
    (name) => publicKey(directory, secret(name)),
  );

  let journal: HostCommand[] = [];
  const seen = faults.map(() => 0);
  let waiting: { host: string; resolve: () => void }[] = [];
  const children = new Set<ReturnType<typeof spawn>>();
  const sockets = new Set<Socket>();

  /** Runs one command line with its fault, if it is due one, takes its time and writes it down. */
  async function carryOut(host: string, line: string, command: () => Answer | Promise<Answer>): Promise<Answer> {
    const note = (code: number, writes: boolean): void =>
      void journal.push({ at: Date.now(), host, line, code, writes });
    const due = faults.filter(
      (fault, i) => fault.host === host && new RegExp(fault.match).test(line) && ++seen[i]! === fault.nth,
    );
    const fault = due[0]?.effect;
    if (fault === 'hang') {
      note(-1, false);
      const stuck = [host, ...(state.bigips[host]?.bastions ?? [])];
      for (const { resolve } of waiting.filter((each) => stuck.includes(each.host))) resolve();
      waiting = waiting.filter((each) => !stuck.includes(each.host));
      return new Promise(() => undefined);
    }
    const answer = fault === 'fail-before' ? new Refusal('faultBefore', line).answer : await command();
    note(fault ? 1 : answer.code, answer.writes ?? false);
    if (answer.seconds) await sleep((answer.seconds * 1000) / speed);
    return fault === 'fail-after' ? { ...answer, code: 1, err: `${answer.err}${text('faultAfter', line)}\n` } : answer;
  }

  const onTmsh = (bigip: BigIp, line: string): Promise<Answer> =>
    carryOut(bigip.management, line, () => tmsh(bigip, line, (args) => answering(() => ping(state, bigip, args))));

  /** What sshd does with a command line: hands it to the login shell, which on BIG-IP is tmsh or a real bash with a `tmsh` command. */
  const login = (bigip: BigIp, line: string): Promise<Answer> =>
    bigip.shell === 'tmsh' ? onTmsh(bigip, line) : bash(bigip.management, line);

  function onBigIp(bigip: BigIp, { command, args }: Call): Answer | Promise<Answer> {
    if (command === 'ping')
      return carryOut(bigip.management, `ping ${args.join(' ')}`, () => answering(() => ping(state, bigip, args)));
    if (command !== 'tmsh') throw new Refusal('notModelled', command, args.join(' '));
    if (args[0] === '-v') return say(text('version'));
    const words = args.filter(
      (word, i) => !(/^-[aqc]$/.test(word) && args.slice(0, i).every((before) => /^-[aq]$/.test(before))),
    );
    return onTmsh(bigip, words.join(' '));
  }

  async function answer(call: Call): Promise<Answer> {
    const { host, command, args } = call;
    const node = state.nodes[host];
    const bigip = state.bigips[host];
    try {
      if (bigip) return await onBigIp(bigip, call);
      return await carryOut(host, [command, ...args].join(' '), async () => {
        try {
          if (node) return command === 'ping' ? ping(state, node, args) : onNode(node, call);
          // What it changed is BIG-IP's, and stands in the journal as BIG-IP's.
          if (command === 'ssh') return { ...(await ssh(state.bigips, call, args, login)), writes: false };
          throw new Refusal('notModelled', command, `${args.join(' ')} on a bastion`);
        } catch (error) {
          if (error instanceof Refusal) return error.answer;
          throw error;
        }
      });
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      return { code: 70, out: '', err: `the lab failed: ${String(error)}\n` };
    }
  }

  const server = createServer((socket) => {
    let received = '';
    sockets.add(
      socket
        .setEncoding('utf8')
        .on('error', () => undefined)
        .on('close', () => sockets.delete(socket)),
    );
    socket.on('data', (chunk: string) => {
      received += chunk;
      const [host = '', command = '', input = '', knownHosts = '', agentKeys = '', count, ...args] =
        received.split('\0');
      if (count === undefined || args.length <= Number(count)) return; // every field ends in a zero byte
      received = '';
      void answer({ host, command, input, knownHosts, agentKeys, args: args.slice(0, -1) }).then(({ code, out, err }) =>
        socket.end(`${code}\0${out}\0${err}\0`),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const names = [...Object.keys(state.bastions), ...Object.keys(state.nodes), ...Object.keys(state.bigips)];
  const environments = new Map(names.map((name) => [name, prepare(name)]));
  function prepare(name: string): NodeJS.ProcessEnv {
    const [root, bin] = [join(folder(name), 'root'), join(folder(name), 'bin')];
    rmSync(bin, { recursive: true, force: true });
    for (const each of [bin, join(root, 'root'), join(root, 'var/lib/edge-ramp')]) mkdirSync(each, { recursive: true });
    for (const command of COMMANDS) symlinkSync(STAND_IN, join(bin, command));
    const PATH = `${bin}:/usr/local/bin:/usr/bin:/bin`;
    return {
      PATH,
      HOME: join(root, 'root'),
      EDGE_RAMP_ROOT: root,
      EDGE_RAMP_LAB_HOST: name,
      EDGE_RAMP_LAB_PORT: `${port}`,
      EDGE_RAMP_LAB_SPEED: `${speed}`,
    };
  }

  /** Runs a line under a real bash on a host. */
  const bash = (host: string, line: string): Promise<Answer> =>
    new Promise((resolve) => {
      const child = spawn('/bin/bash', ['-c', line], {
        env: environments.get(host) ?? {},
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, err] = ['', ''];
      children.add(child);
      child.stdout.on('data', (chunk) => (out += String(chunk)));
      child.stderr.on('data', (chunk) => (err += String(chunk)));
      child.on('close', (code) => {
        children.delete(child);
        resolve({ code: code ?? 255, out, err });
      });
    });
  const run = (host: string, line: string): Promise<Answer> =>
    state.bigips[host] ? login(state.bigips[host], line) : bash(host, line);

  const save = (): void => writeFileSync(file, JSON.stringify(state));
  for (const [host, lines] of Object.values(variations).flatMap(({ typed = {} }) => Object.entries(typed))) {
    for (const line of fresh.has(host) ? lines : []) await run(host, line);
  }
  journal = [];
  seen.fill(0);
  save();

  return {
    world: { ...state, run },
    host: (name): Host | undefined =>
      state.bigips[name] || !environments.has(name) ? undefined : { name, environment: environments.get(name)! },
    names: () => names,
    journal: () => journal,
    dump: (name) =>
      state.nodes[name]
        ? `${dumpNode(state.nodes[name])}\n${claims(folder(name))}`
        : state.bigips[name]
          ? dumpBigIp(state.bigips[name])
          : '',
    hung: (host) => new Promise((resolve) => waiting.push({ host, resolve })),
    save,
    close: async () => {
      save();
      for (const child of children) child.kill('SIGKILL');
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The CNI's address claims, which scripts change without any command of the host. */
function claims(folder: string): string {
  const place = join(folder, 'root', CLAIMS);
  return readdirSync(place)
    .sort()
    .map((name) => `claim ${name} ${readFileSync(join(place, name), 'utf8').trim()}`)
    .join('\n');
}
