import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Lab, LabOptions } from '../../lab/index';
import type { Here, HostsKind } from '../where';
import { kernelHosts, unopenedHosts } from '../load-lab';
import type { Surroundings } from '../surroundings';
import { assemblyOf } from './assembly';
import { requireAssembly } from './up-to-date';

export interface LocalLabOptions extends Omit<LabOptions, 'assembly' | 'state' | 'hosts'> {
  /** Hosts are neither opened nor changed: only what was written down is looked at. */
  readonly unopened?: boolean;
  /** Kernel hosts are put to sleep on close, for the next call on that folder; default true. */
  readonly keeps?: boolean;
}

export interface LocalLab {
  readonly lab: Lab;
  /** What the hosts are and where they are kept: one sentence, without a full stop. */
  readonly words: string;
  /** How many times faster than real time waits pass. */
  readonly speed: number;
}

/** Waits of the simulated hosts pass so many times faster: nobody has to sit through them. What a kernel does takes its time. */
const SPEEDS: Readonly<Record<HostsKind, number>> = { simulated: 4, kernel: 1 };

/**
 * Opens the lab on what `cdk synth` wrote.
 * @throws InvalidRequest when tunnels/ has mistakes; Error of one sentence when there is no cdk.out of what it declares, nothing can be kept, the folder has other hosts, or another process has the lab
 */
export async function openLocalLab(
  here: Here,
  surroundings: Surroundings,
  { unopened = false, keeps = true, ...options }: LocalLabOptions = {},
): Promise<LocalLab> {
  requireAssembly(surroundings);
  const state = stateFolder(here.state, surroundings);
  const kind = hostsKind(state, here.hosts, options.fresh);
  let words = 'SIMULATED hosts';
  const kernel: LabOptions['hosts'] = async (given) => {
    writeFileSync(kindFile(state), `${kind}\n`);
    const tell = (line: string): void => surroundings.err.write(`${line}\n`);
    const opened = await kernelHosts()({ sleeps: keeps, tell })(given);
    words = `hosts with REAL interfaces (tmsh, oc and systemd are models), in ${opened.machine.what}`;
    return opened;
  };
  const hosts: LabOptions['hosts'] = unopened ? () => Promise.resolve(unopenedHosts()) : kernel;
  const lab = await surroundings.openLab({
    assembly: assemblyOf(surroundings.project),
    state,
    speed: SPEEDS[kind],
    ...options,
    ...(unopened || kind === 'kernel' ? { hosts } : {}),
  });
  return { lab, words: `On ${words}, kept in ${state}`, speed: SPEEDS[kind] };
}

/** In a state folder: which kind its hosts are; without it: simulated. */
const kindFile = (state: string): string => join(state, 'hosts', 'kind');

/** The kind of hosts that a folder has. */
export function kindIn(state: string): HostsKind {
  const kept = existsSync(kindFile(state)) ? readFileSync(kindFile(state), 'utf8').trim() : undefined;
  return kept === 'kernel' ? kept : 'simulated';
}

/** Whether an earlier call left hosts in a folder. */
export function hasHosts(state: string): boolean {
  return existsSync(join(state, 'hosts', 'hosts.json'));
}

/**
 * The kind of hosts for a state folder: what was asked for, else what is there, else simulated.
 * @throws Error of one sentence when others are there and nobody said --fresh
 */
export function hostsKind(state: string, asked: HostsKind | undefined, fresh = false): HostsKind {
  const known = !fresh && hasHosts(state) ? kindIn(state) : undefined;
  if (known && asked && known !== asked)
    throw new Error(`${state} keeps ${known} hosts: say --fresh to forget them, or name another folder with --state.`);
  return asked ?? known ?? 'simulated';
}

/** The folder that keeps hosts and table, as typed or else the user's own. */
export function stateIn(
  given: string | undefined,
  { folder, environment }: Pick<Surroundings, 'folder' | 'environment'>,
): string {
  if (given !== undefined) return resolve(folder, given);
  const base = environment['XDG_STATE_HOME'];
  return join(base?.startsWith('/') ? base : join(environment['HOME'] ?? homedir(), '.local', 'state'), 'edge-ramp');
}

/** That folder, made if need be. @throws Error of one sentence when nothing can be kept there */
function stateFolder(given: string | undefined, surroundings: Surroundings): string {
  const state = stateIn(given, surroundings);
  try {
    makeFolder(state);
    accessSync(state, constants.W_OK);
    return state;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `Hosts and table cannot be kept in ${state} (${code}): name another folder with --state.`;
    throw new Error(message, { cause });
  }
}

/** Folder by folder: `recursive` tries forever where a parent is there and takes no folders, as /proc (Node.js 20). */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}
