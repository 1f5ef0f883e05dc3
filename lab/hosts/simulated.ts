import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answering, Refusal, say, type Answer } from './answer';
import { dumpBigIp, tmsh, type BigIp } from './bigip/tmsh';
import { dumpCluster, schedule, type Cluster } from './cluster/cluster';
import { elect } from './cluster/keepalived';
import { oc } from './cluster/oc';
import { act, happenings, type Happenings } from './happenings';
import { isSendFault, type HostCommand, type Hosts, type HostsOptions, type LineFault } from './host';
import { ip } from './node/ip';
import { iptables } from './node/iptables';
import { dumpNode, type Node } from './node/node';
import { ovsAppctl, ovsOfctl, ovsVsctl } from './node/ovs';
import { passTime } from './node/report';
import { systemctl, UNIT_FILES } from './node/systemctl';
import { ping } from './reachability';
import { ssh } from './ssh';
import { StandIns, type Call } from './stand-ins';
import { text } from './texts';
import { CLAIMS, populate, type State } from './world';

/** The devices behind the hosts, for tests and for a person's hands. */
export interface World extends State, Happenings {
  /** Types a line on a host: for bash on a bastion or a node, on a BIG-IP for its login shell. */
  run(host: string, line: string): Promise<Answer>;
}

/** Opens the simulated hosts of the declared tunnels, as saved in `directory` or new. Real shell scripts run on them in `Host.environment`. */
export async function simulatedHosts(options: HostsOptions): Promise<Hosts & { readonly world: World }> {
  const { directory, specs, secret, speed = 1, world: variations = {}, onState } = options;
  const clock = options.clock ?? { now: () => Date.now(), deviceSeconds: () => (Date.now() * speed) / 1000 };
  const faults = (options.faults ?? []).filter((fault): fault is LineFault => !isSendFault(fault));
  const file = join(directory, 'hosts.json');
  const root = (host: string): string => join(directory, host, 'root');
  mkdirSync(directory, { recursive: true });
  const state = saved(file);
  for (const bigip of Object.values(state.bigips)) bigip.authorised = []; // the secrets decide anew
  const fresh = populate(state, specs, variations, root, (name) => publicKey(directory, secret(name)));
  const admins = state.clusters.flatMap((cluster) => cluster.admins);
  const hosts = [...Object.keys(state.bastions), ...Object.keys(state.nodes), ...admins, ...Object.keys(state.bigips)];
  const names = [...new Set(hosts)];
  const clusterOf = (host: string): Cluster | undefined => state.clusters.find(({ admins: all }) => all.includes(host));

  const now = (): number => clock.deviceSeconds();
  let journal: HostCommand[] = [];
  let waiting: { readonly host: string; readonly resolve: () => void }[] = [];
  const seen = faults.map(() => 0);

  function tellHung(stuck: readonly string[]): void {
    for (const { resolve } of waiting.filter((each) => stuck.includes(each.host))) resolve();
    waiting = waiting.filter((each) => !stuck.includes(each.host));
  }
  const appointments = new Set<() => void>();
  /** A host that was to come back is back when the lab is closed before. */
  function after(seconds: number, then: () => void): void {
    const keep = (): void => {
      clearTimeout(timer);
      if (appointments.delete(keep)) then();
    };
    const timer = setTimeout(keep, (seconds * 1000) / speed).unref();
    appointments.add(keep);
  }
  const happens = happenings({
    state,
    root,
    after,
    cutOff: (host) => tellHung([host]),
    settle: () => settle(state, root, now()),
    tell: (host, power) => {
      if (host.startsWith('i-')) onState?.(host, power);
    },
  });

  /** Runs one command line: with its fault, if one is due, as long as it takes, and written down. */
  async function carryOut(host: string, line: string, command: () => Answer | Promise<Answer>): Promise<Answer> {
    if (state.absent.includes(host)) return new Promise(() => undefined);
    const note = (code: number, writes = false): unknown => journal.push({ at: clock.now(), host, line, code, writes });
    const matching = faults.filter((fault) => fault.host === host && new RegExp(fault.match).test(line));
    const fault = matching.filter((each) => ++seen[faults.indexOf(each)]! === each.nth)[0];
    const effect = fault?.effect;
    if (fault?.effect === 'host-gone') {
      note(-1);
      happens.gone(host);
      if (fault.for !== undefined) after(fault.for, () => happens.back(host));
      return new Promise(() => undefined);
    }
    if (effect === 'hang') {
      note(-1);
      tellHung([host, ...(state.bigips[host]?.bastions ?? [])]);
      return new Promise(() => undefined);
    }
    settle(state, root, now());
    const answer = await answering(effect === 'fail-before' ? () => refuse('faultBefore', line) : command);
    settle(state, root, now());
    note(effect ? 1 : answer.code, answer.writes);
    // Nobody waits for it once the lab is closed.
    if (answer.seconds) await sleep((answer.seconds * 1000) / speed, undefined, { ref: false });
    return effect === 'fail-after' ? { ...answer, code: 1, err: `${answer.err}${text('faultAfter', line)}\n` } : answer;
  }

  const onTmsh = (bigip: BigIp, line: string): Promise<Answer> =>
    carryOut(bigip.management, line, () => tmsh(bigip, line, (args) => ping(state, bigip, args), now()));

  /** What sshd does with a command line: on BIG-IP the login shell is tmsh, or a real bash that has a `tmsh`. */
  const login = (bigip: BigIp, line: string): Promise<Answer> =>
    bigip.shell === 'tmsh' ? onTmsh(bigip, line) : standIns.bash(environments[bigip.management]!, line);

  function answer(call: Call): Promise<Answer> {
    const { host, command, args } = call;
    const [node, bigip] = [state.nodes[host], state.bigips[host]];
    if (bigip && command === 'tmsh' && args[0] !== '-v')
      return onTmsh(bigip, args.join(' ').replace(/^(-[aq] )*(-c )?/, ''));
    return carryOut(host, [command, ...args].join(' '), async () => {
      const from = node ?? bigip;
      if (from && command === 'ping') return ping(state, from, args);
      const cluster = clusterOf(host);
      if (cluster && command === 'oc') return oc(cluster, args, state.absent);
      if (node) return onNode(node, call, root(host), now());
      if (bigip && command === 'tmsh') return say(text('version'));
      // What ssh changed is BIG-IP's, and stands in the journal as BIG-IP's.
      if (!bigip && command === 'ssh') return { ...(await ssh(state.bigips, call, login)), writes: false };
      return refuse('notModelled', command, `${args.join(' ')} on this host`);
    });
  }

  const standIns = new StandIns(answer);
  await standIns.listen();
  const environments = Object.fromEntries(names.map((host) => [host, standIns.environment(host, directory, speed)]));
  const run = (host: string, line: string): Promise<Answer> =>
    state.bigips[host] ? login(state.bigips[host], line) : standIns.bash(environments[host] ?? {}, line);
  const save = (): void => writeFileSync(file, JSON.stringify({ format: FORMAT, ...state }));

  for (const [host, lines] of Object.values(variations).flatMap(({ typed = {} }) => Object.entries(typed))) {
    for (const line of fresh.has(host) ? lines : []) await run(host, line);
  }
  journal = [];
  seen.fill(0);
  save();

  return {
    world: { ...state, run, ...happens },
    run,
    host: (name) => {
      const environment = state.bigips[name] || state.absent.includes(name) ? undefined : environments[name];
      return environment && { name, environment };
    },
    names: () => names,
    journal: () => journal,
    dump: (name) => {
      settle(state, root, now());
      const [node, bigip, cluster] = [state.nodes[name], state.bigips[name], clusterOf(name)];
      return [
        ...(node ? [dumpNode(node), files(root(name))] : []),
        ...(bigip ? [dumpBigIp(bigip)] : []),
        ...(cluster ? [dumpCluster(cluster)] : []),
      ].join('\n');
    },
    hung: (host) => new Promise((resolve) => waiting.push({ host, resolve })),
    act: (name, action) => act(happens, state, names, name, action),
    save,
    close: async () => {
      for (const keep of appointments) keep();
      save();
      await standIns.close();
    },
  };
}

/** Hosts are saved as plain data; a lab that models them otherwise could only misread them. */
const FORMAT = 2;
/** Where the product keeps what is its own on a host. */
const OWN = 'var/lib/edge-ramp';

function saved(file: string): State {
  if (!existsSync(file)) return { bastions: {}, nodes: {}, bigips: {}, clusters: [], absent: [] };
  const { format, ...state } = JSON.parse(readFileSync(file, 'utf8')) as State & { format?: number };
  if (format !== FORMAT) throw new Error(`${file} is of another version of the simulated hosts; start anew (--fresh).`);
  return state;
}

function refuse(...refusal: ConstructorParameters<typeof Refusal>): never {
  throw new Refusal(...refusal);
}

/** What goes on by itself: time passes, Pods start, and addresses move. */
function settle({ clusters, nodes, absent }: State, root: (host: string) => string, now: number): void {
  for (const host of Object.keys(nodes).filter((each) => !absent.includes(each)))
    passTime(nodes[host]!, root(host), now);
  for (const cluster of clusters) {
    schedule(cluster, absent);
    elect(cluster, nodes, absent);
  }
}

/** The commands of a ramp node, other than ping. */
function onNode(node: Node, { command, args, input }: Call, root: string, now: number): Answer {
  const line = args.join(' ');
  if (command === 'ip') return ip(node, args, now);
  if (command === 'iptables') return iptables(node.chains, args);
  if (command === 'ovs-ofctl') return ovsOfctl(node, args, input);
  if (command === 'ovs-vsctl') return ovsVsctl(node, args);
  if (command === 'ovs-appctl') return ovsAppctl(node, args);
  if (command === 'systemctl') return systemctl(node, root, args);
  if (command === 'sysctl' && line === '-n net.ipv4.ip_forward') return say('1');
  if (command !== 'conntrack' || line !== '-F') return refuse('notModelled', command, line);
  node.connections = []; // as ten idle minutes would
  return say();
}

/** Files that scripts change without any command of the host: the CNI's address claims, units, and the program that a unit runs. */
function files(root: string): string {
  const inside = (folder: string): string[] => readdirSync(join(root, folder)).sort();
  const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8').trim();
  const digest = (text: string): string => createHash('sha256').update(text.replaceAll(root, '')).digest('hex');
  return [
    ...inside(CLAIMS).map((name) => `claim ${name} ${read(CLAIMS, name)}`),
    ...[UNIT_FILES, OWN].flatMap((folder) =>
      inside(folder)
        .filter((name) => folder === UNIT_FILES || name.endsWith('vip-report'))
        .map((name) => `file /${folder}/${name} ${digest(read(folder, name))}`),
    ),
  ].join('\n');
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
