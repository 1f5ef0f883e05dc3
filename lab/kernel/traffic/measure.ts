import { randomUUID } from 'node:crypto';
import type { Machine } from '../machine/machine';
import { bash, FOLDER, install, orThrow, perl } from './programs';

/** All times in milliseconds, offsets from the start of the measurement. */
interface Common {
  /** Address it is sent from; default: the kernel's choice. */
  readonly from?: string;
  /** Seconds that it measures; default: until `stop`. */
  readonly seconds?: number;
  /** How long it then waits for answers that are on their way; default 1000. */
  readonly patience?: number;
}

export interface PingOptions extends Common {
  /** Addresses, in turn. */
  readonly to: readonly [string, ...string[]];
  /** Requests a second to all targets together; default 10. */
  readonly rate?: number;
  /** Bytes of ICMP payload; default 56. */
  readonly size?: number;
}

export interface PingTarget {
  readonly sent: number;
  readonly received: number;
  /** Without an answer `patience` after the last request. */
  readonly lost: number;
  readonly duplicates: number;
  /** The longest time that an answer took. */
  readonly slowest: number;
  /** The longest time without an answer arriving, from the first request to the last. */
  readonly longestGap: number;
  /** Times without answers longer than 50 and two intervals; `lost`: the requests sent in it that got none: 0 when all were only late. */
  readonly gaps: readonly { readonly at: number; readonly ms: number; readonly lost: number }[];
  /** What the kernel or a router said instead, such as "Network is unreachable" or "ICMP type 3 code 1", and how often. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface Pings {
  readonly targets: Readonly<Record<string, PingTarget>>;
  /** Requests that were never sent, since the sender was more than 100 behind. */
  readonly skipped: number;
  /** The longest time that the measuring program itself did not run; a shorter gap says nothing about the path. */
  readonly stalled: number;
}

export interface ConnectionOptions extends Common {
  /** ADDRESS:PORT of a Pod, or of a virtual server in front of Pods. */
  readonly to: string;
  /** Connections, opened before the measurement counts as started; default 1. */
  readonly count?: number;
  /** Time between two lines on each; default 100. */
  readonly every?: number;
  /** `both` (default): the client says each line, the server repeats it; `server`: the client only listens, as in a download. */
  readonly speak?: 'both' | 'server';
}

export interface Connection {
  /** Who serves it; null when it never opened. */
  readonly pod: string | null;
  /** Lines that the client said. */
  readonly sent: number;
  /** Lines that came from the server. */
  readonly answered: number;
  /** The longest wait for an answer, with `server` between two lines. */
  readonly longestWait: number;
  /** `hung`: open, but at the end it was owed an answer for all of `patience`. `closed`: by the other side. `failed`: it never opened. */
  readonly end: 'open' | 'hung' | 'reset' | 'closed' | 'failed';
  /** When it was reset or closed. */
  readonly at: number | null;
  readonly error: string | null;
}

export interface RequestOptions extends Common {
  /** ADDRESS:PORT. */
  readonly to: string;
  /** Default /. */
  readonly path?: string;
  /** Time from one request to the next, when the one before has ended; default 20. */
  readonly every?: number;
  /** How long one may take; default 3000. */
  readonly limit?: number;
}

export interface Requests {
  readonly ok: number;
  readonly failed: number;
  /** Answers by the name of the Pod. */
  readonly pods: Readonly<Record<string, number>>;
  /** Answers by the address that the Pod saw. */
  readonly peers: Readonly<Record<string, number>>;
  readonly slowest: number;
  /** The longest time between two successes. */
  readonly longestGap: number;
  /** From the last success before a failure to the next one. */
  readonly outages: readonly { readonly at: number; readonly ms: number; readonly failed: number }[];
  readonly errors: Readonly<Record<string, number>>;
}

interface Kinds {
  readonly pings: { readonly options: PingOptions; readonly result: Pings };
  readonly connections: {
    readonly options: ConnectionOptions;
    readonly result: { readonly connections: readonly Connection[] };
  };
  readonly requests: { readonly options: RequestOptions; readonly result: Requests };
}

export interface Measurement<Result> {
  /** The result, when `seconds` are over or `stop` was called. */
  readonly done: Promise<Result>;
  /** Ends it: no more is sent, and answers are waited for as `patience` says. */
  stop(): Promise<Result>;
}

/** The machine tells by a FIFO that it measures, and by which process id. */
async function started(machine: Machine, fifo: string, signal: AbortSignal): Promise<string> {
  const line = 'mkfifo "$1" 2>/dev/null; read -r pid <"$1"; echo "$pid"';
  return (await machine.run({ command: bash(line, fifo), signal })).out.trim();
}

/**
 * Measures, while something else happens: `pings` what ICMP echo loses, `connections` what becomes of open TCP connections, `requests` what new
 * connections meet. One process each.
 * @param host the namespace it is sent from
 * @returns when it is measuring
 * @throws Error of one sentence when it cannot start, as with a source address that is not there
 */
export async function measure<Kind extends keyof Kinds>(
  machine: Machine,
  host: string,
  kind: Kind,
  options: Kinds[Kind]['options'],
): Promise<Measurement<Kinds[Kind]['result']>> {
  await install(machine);
  const fifo = `${FOLDER}/${kind}-${randomUUID()}`;
  const words = Object.entries({ ...options, ready: fifo }).map(([name, value]) => `${name}=${String(value)}`);
  const over = new AbortController();
  const done = machine
    .run({ host, ...perl(kind, words) })
    .then((ran) => JSON.parse(orThrow(`${kind} from ${host}`, ran).out) as Kinds[Kind]['result'])
    .finally(() => over.abort());
  done.catch(() => {}); // whoever awaits it hears of it
  const pid = await started(machine, fifo, over.signal);
  if (!pid) await done;
  return {
    done,
    async stop() {
      await machine.run({ command: bash('kill "$1" 2>/dev/null; exit 0', pid) });
      return done;
    },
  };
}
