import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answering, Refusal, say, type Answer } from './answer';
import { memberOf } from './bigip/pair';
import { dumpBigIp, tmsh } from './bigip/tmsh';
import type { BigIp } from './bigip/unit';
import { dumpCluster, type Cluster } from './cluster/cluster';
import { DEBUG_EFFECTS, type DebugEffect, type Surroundings as AroundOc } from './cluster/debug';
import { oc } from './cluster/oc';
import { act, type Happenings, type Surroundings } from './happenings';
import { isSendFault, type HostCommand, type Hosts, type HostsOptions, type LineFault } from './host';
import { UNIT_FILES } from './node/systemctl';
import { ssh, type Connections } from './ssh';
import { StandIns, type Call } from './stand-ins';
import { text } from './texts';
import { CLAIMS, populate, settlePairs, type State } from './world';

/** What hosts stand on: models, or a kernel. BIG-IP's tmsh, the cluster's oc, files, faults and the journal are the same on both. */
export interface Ground {
  /** A command of a node, other than ping. */
  command(host: string, call: Call): Answer | Promise<Answer>;
  /** iputils' ping on a node or a BIG-IP. */
  ping(host: string, args: readonly string[]): Answer | Promise<Answer>;
  /** Lets follow from the models' state what follows by itself: time passes, Pods start, addresses move. */
  settle(): void | Promise<void>;
  /** Whether the programs of a node's services run by themselves. */
  runsServices(host: string): boolean;
  happenings(surroundings: Surroundings): Happenings<void | Promise<void>>;
}

/** What a ground is laid for. `root` gives a host's root folder, `now` the devices' own seconds. */
export interface Plot {
  readonly state: State;
  readonly root: (host: string) => string;
  readonly now: () => number;
  /** Runs a command in a host's own environment until it ends or is stopped. Not before the hosts are open. */
  readonly exec: (host: string, words: readonly string[], stopped: AbortSignal) => Promise<unknown>;
}

/** The hosts but for what only their ground can tell of a node. */
export interface OpenHosts<G extends Ground> extends Omit<Hosts, 'dump' | 'run'> {
  readonly run: Hosts['run'];
  readonly ground: G;
  readonly state: State;
  readonly happens: ReturnType<G['happenings']>;
  readonly settle: () => ReturnType<G['settle']>;
  /** What a dump says of a host's files, of a BIG-IP's configuration and of the cluster that it administers. */
  readonly told: (name: string) => readonly string[];
}

/** Opens the hosts of the declared tunnels, as saved in `directory` or new, on a ground. Real shell scripts run on them in `Host.environment`. */
export async function openHosts<G extends Ground>(
  options: HostsOptions,
  lay: (plot: Plot) => G | Promise<G>,
): Promise<OpenHosts<G>> {
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
  const ground = await lay({
    state,
    root,
    now,
    exec: (host, words, stopped) => standIns.exec(environments[host]!, words, stopped),
  });
  const settle = (): ReturnType<G['settle']> => ground.settle() as ReturnType<G['settle']>;
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
  const happens = ground.happenings({
    state,
    root,
    after,
    cutOff: (host) => tellHung([host]),
    settle,
    tell: (host, power) => {
      if (host.startsWith('i-')) onState?.(host, power);
    },
  });

  /** A command that does not end: who waits `within` so many seconds is told that they have passed, everybody else nothing at all. */
  const endless = (within: number | undefined): Promise<Answer> =>
    within === undefined ? new Promise(() => undefined) : passed(within, LATE);
  /** Nobody waits for it once the lab is closed. */
  const passed = (seconds: number, answer: Answer): Promise<Answer> =>
    sleep((seconds * 1000) / speed, answer, { ref: false });

  /** Runs one command line: with its fault, if one is due, as long as it takes, and written down. `within`: as a call has it. */
  async function carryOut(
    host: string,
    within: number | undefined,
    line: string,
    command: (spoiled?: DebugEffect) => Answer | Promise<Answer>,
  ): Promise<Answer> {
    if (state.absent.includes(host)) return endless(within);
    const note = (code: number, writes = false): unknown => journal.push({ at: clock.now(), host, line, code, writes });
    const matching = faults.filter((fault) => fault.host === host && new RegExp(fault.match).test(line));
    const fault = matching.filter((each) => ++seen[faults.indexOf(each)]! === each.nth)[0];
    const effect = fault?.effect;
    if (fault?.effect === 'host-gone') {
      note(-1);
      void happens.gone(host);
      if (fault.for !== undefined) after(fault.for, () => void happens.back(host));
      return endless(within);
    }
    if (effect === 'hang') {
      note(-1);
      tellHung([host, ...(state.bigips[host]?.bastions ?? [])]);
      return endless(within);
    }
    if (fault?.effect === 'meanwhile') await meanwhile(fault);
    await settle();
    const spoiled = DEBUG_EFFECTS.find((each) => each === effect);
    const answer = await answering(
      effect === 'fail-before' ? () => refuse('faultBefore', line) : () => command(spoiled),
    );
    await settle();
    note(effect && effect !== 'meanwhile' ? 1 : answer.code, answer.writes);
    const seconds = (answer.seconds ?? 0) + (state.bigips[host]?.seconds ?? 0);
    if (within !== undefined && seconds > within) return endless(within);
    if (seconds) await passed(seconds, answer);
    return effect === 'fail-after' ? { ...answer, code: 1, err: `${answer.err}${text('faultAfter', line)}\n` } : answer;
  }

  async function meanwhile(fault: Extract<LineFault, { effect: 'meanwhile' }>): Promise<void> {
    if ('types' in fault) await run(fault.on, fault.types);
    else await act(happens, state, names, fault.on, fault.does, (host) => keep(host));
  }

  const onTmsh = (bigip: BigIp, line: string, within?: number): Promise<Answer> =>
    carryOut(bigip.management, within, line, () =>
      tmsh(bigip, line, {
        ping: (args) => ground.ping(bigip.management, args),
        now: now(),
        member: memberOf(state, bigip.management),
      }),
    );

  /** What sshd does with a command line: on BIG-IP the login shell is tmsh, or a real bash that has a `tmsh`. */
  function login(bigip: BigIp, line: string, within?: number): Promise<Answer> {
    if (bigip.shell === 'tmsh') return onTmsh(bigip, line, within);
    const patience = within === undefined ? {} : { EDGE_RAMP_LAB_WITHIN: String(within * 1000) };
    return standIns.bash({ ...environments[bigip.management]!, ...patience }, line);
  }

  function answer(call: Call): Promise<Answer> {
    const { host, within, command, args, gone } = call;
    const [node, bigip] = [state.nodes[host], state.bigips[host]];
    if (bigip && command === 'tmsh' && args[0] !== '-v')
      return onTmsh(bigip, args.join(' ').replace(/^(-[aq] )*(-c )?/, ''), within);
    return carryOut(host, within, [command, ...args.map(firstLine)].join(' '), async (spoiled) => {
      if ((node ?? bigip) && command === 'ping') return ground.ping(host, args);
      const cluster = clusterOf(host);
      if (cluster && command === 'oc')
        return oc(cluster, args, { absent: state.absent, within, gone, spoiled, exec: onNode });
      if (node) return ground.command(host, call);
      if (bigip && command === 'tmsh') return say(text('version'));
      // What ssh changed is BIG-IP's, and stands in the journal as BIG-IP's.
      if (!bigip && command === 'ssh') return { ...(await ssh(state.bigips, connections, call, login)), writes: false };
      return refuse('notModelled', command, `${args.join(' ')} on this host`);
    });
  }

  const connections: Connections = new Map();
  const onNode: AroundOc['exec'] = (host, words, env, stopped) =>
    standIns.exec({ ...environments[host], ...env }, words, stopped);

  const standIns = new StandIns(answer);
  await standIns.listen(directory);
  const environments = Object.fromEntries(names.map((host) => [host, standIns.environment(host, directory, speed)]));
  const run = (host: string, line: string): Promise<Answer> =>
    state.bigips[host] ? login(state.bigips[host], line) : standIns.bash(environments[host] ?? {}, line);
  const save = (): void => writeFileSync(file, JSON.stringify({ format: FORMAT, ...state }));

  /** Each keeper of a node looks once, by the real script. Where it looks by itself a second one beside it would note each loss twice. */
  async function keep(host: string): Promise<void> {
    if (ground.runsServices(host)) return;
    for (const words of Object.entries(state.nodes[host]!.units).flatMap(([name, { process }]) =>
      name.startsWith('edge-ramp-') && process !== undefined ? [onHost(root(host), process)] : [],
    ))
      await standIns.exec(environments[host]!, [...words, '--once'], new AbortController().signal);
  }

  for (const [host, lines] of Object.values(variations).flatMap(({ typed = {} }) => Object.entries(typed))) {
    for (const line of fresh.has(host) ? lines : []) await run(host, line);
  }
  settlePairs(state, fresh);
  journal = [];
  seen.fill(0);
  save();

  return {
    ground,
    state,
    happens: happens as ReturnType<G['happenings']>,
    settle,
    run,
    host: (name) => {
      const isThere = !state.bigips[name] && !state.absent.includes(name) && !state.agentless?.includes(name);
      const environment = isThere ? environments[name] : undefined;
      return environment && { name, environment };
    },
    names: () => names,
    journal: () => journal,
    told: (name) => {
      const [bigip, cluster] = [state.bigips[name], clusterOf(name)];
      return [
        ...(state.nodes[name] ? [files(root(name))] : []),
        ...(bigip ? [dumpBigIp(bigip)] : []),
        ...(cluster ? [dumpCluster(cluster)] : []),
      ];
    },
    hung: (host) => new Promise((resolve) => waiting.push({ host, resolve })),
    act: async (name, action) => {
      await act(happens, state, names, name, action, (host) => keep(host));
      await settle();
    },
    save,
    close: async () => {
      for (const keepAppointment of appointments) keepAppointment();
      save();
      await standIns.close();
    },
  };
}

/** A word as the journal and faults have it: of a script its first line. */
function firstLine(word: string): string {
  const [first = '', ...others] = word.split('\n');
  return others.length > 0 ? `${first}...` : first;
}

/** What `timeout` gives back of a command that did not end. */
const LATE: Answer = { code: 124, out: '', err: '' };

/** Hosts are saved as plain data; a lab that models them otherwise could only misread them. */
const FORMAT = 5;
/** Where the product keeps what is its own on a host. */
const OWN = 'var/lib/edge-ramp';

function saved(file: string): State {
  if (!existsSync(file)) return { bastions: {}, nodes: {}, bigips: {}, pairs: [], clusters: [], absent: [] };
  const { format, ...state } = JSON.parse(readFileSync(file, 'utf8')) as State & { format?: number };
  if (format !== FORMAT) throw new Error(`${file} is of another version of the simulated hosts; start anew (--fresh).`);
  return state;
}

function refuse(...refusal: ConstructorParameters<typeof Refusal>): never {
  throw new Refusal(...refusal);
}

/** A unit's command line with the files that it names where they are below the host's root. */
export function onHost(root: string, command: string): readonly string[] {
  return command
    .trim()
    .split(/\s+/)
    .map((word, i) => (i > 0 && word.startsWith('/var/') ? join(root, word) : word));
}

/** Files that scripts change without any command of the host: the CNI's address claims, units, and the program that a unit runs. */
function files(root: string): string {
  const inside = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .flatMap((entry) => (entry.isFile() ? entry.name : []))
      .sort();
  const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8').trim();
  const digest = (text: string): string => createHash('sha256').update(text.replaceAll(root, '')).digest('hex');
  return [
    ...inside(CLAIMS).map((name) => `claim ${name} ${read(CLAIMS, name)}`),
    ...[UNIT_FILES, OWN].flatMap((folder) =>
      inside(folder)
        .filter((name) => folder === UNIT_FILES || /\.(keeper|goal)$/.test(name))
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
