import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabOptions } from '../lab/index';
import type { HostsKind } from './command';

/** Hosts of one kind, for a lab that is to be opened. */
export interface LocalHosts {
  readonly kind: HostsKind;
  /** How many times faster than real time waits pass. */
  readonly speed: number;
  /** What a lab is opened with. */
  readonly options: Pick<LabOptions, 'hosts'>;
  /** What they are, for the first line of a run; of a kernel's once the lab is open. */
  words(): string;
}

/** Waits of the simulated hosts pass so many times faster: nobody has to sit through them. What a kernel does takes its time. */
const SPEEDS: Readonly<Record<HostsKind, number>> = { simulated: 4, kernel: 1 };

/** In a state folder: which kind its hosts are; without it: simulated. */
const kindFile = (state: string): string => join(state, 'hosts', 'kind');

/**
 * The hosts of a state folder: of the kind that was asked for, else of the kind that is there, else simulated.
 * @throws Error of one sentence when others are there and nobody said --fresh
 */
export function localHosts(
  state: string,
  {
    asked,
    fresh = false,
    keeps = true,
    tell,
  }: {
    readonly asked: HostsKind | undefined;
    readonly fresh?: boolean;
    /** Kernel hosts are put to sleep on close, for the next call on that folder. */
    readonly keeps?: boolean;
    readonly tell: (line: string) => void;
  },
): LocalHosts {
  const known = !fresh && existsSync(join(state, 'hosts', 'hosts.json')) ? kindIn(state) : undefined;
  if (known && asked && known !== asked)
    throw new Error(`${state} keeps ${known} hosts: say --fresh to forget them, or name another folder with --state.`);
  const kind = asked ?? known ?? 'simulated';
  let words = 'SIMULATED hosts';
  if (kind === 'simulated') return { kind, speed: SPEEDS.simulated, options: {}, words: () => words };
  const hosts: LabOptions['hosts'] = async (options) => {
    const { kernelHosts } = require('../lab/kernel/hosts') as typeof import('../lab/kernel/hosts');
    writeFileSync(kindFile(state), `${kind}\n`);
    const opened = await kernelHosts({ sleeps: keeps, tell })(options);
    words = `hosts with REAL interfaces (tmsh, oc and systemd are models), in ${opened.machine.what}`;
    return opened;
  };
  return { kind, speed: SPEEDS.kernel, options: { hosts }, words: () => words };
}

/** The kind of hosts that a folder has. */
export const kindIn = (state: string): HostsKind =>
  existsSync(kindFile(state)) && readFileSync(kindFile(state), 'utf8').trim() === 'kernel' ? 'kernel' : 'simulated';
