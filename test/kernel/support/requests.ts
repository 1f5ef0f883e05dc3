import type { Machine } from '../../../lab/kernel/machine/machine';
import { startProgram, type Program } from '../../../bench/traffic/program';

interface Options {
  /** ADDRESS:PORT of a Pod, or of a virtual server in front of Pods. */
  readonly to: string;
  /** Requests a second, on each connection; default 10. */
  readonly rate?: number;
}

export interface RequestOptions extends Options {
  /** Address they come from; default: the kernel's choice. */
  readonly from?: string;
  /** How long one may take, in milliseconds; default 3000. */
  readonly limit?: number;
}

export interface Requests {
  readonly ok: number;
  readonly failed: number;
  /** Answers by the address of the Pod, and by the one that it saw. */
  readonly pods: Readonly<Record<string, number>>;
  readonly peers: Readonly<Record<string, number>>;
  /** What curl said of those that failed, and how often. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface ConnectionOptions extends Options {
  /** Connections, opened before the measurement counts as started; default 1. */
  readonly count?: number;
  /** How long an answer may be on its way at the end, in milliseconds; default 1000. */
  readonly patience?: number;
}

export interface Connection {
  readonly answered: number;
  /** The longest wait for an answer, in milliseconds. */
  readonly longestWait: number;
  /** `hung`: open, but at the end it was owed an answer for all of `patience`. `closed`: by the other side. `failed`: it never opened. */
  readonly end: 'open' | 'hung' | 'closed' | 'failed';
}

/** What curl says after each answer: whether it failed, the status, the connections that it had to open, seconds, who answered whom, and why not. */
const FORMAT = '%{stderr}%{exitcode} %{http_code} %{num_connects} %{time_total} %header{x-answer} %{errormsg}\n';
const ANSWER = /^(\d+) (\d+) (\d+) ([\d.]+) (?:pod=(\S+) peer=(\S+))? ?(.*)$/;

interface Answer {
  readonly ok: boolean;
  readonly opened: boolean;
  readonly ms: number;
  readonly pod: string;
  readonly peer: string;
  readonly error: string;
}

function read(line: string): Answer {
  const [, code, status, opened, seconds, pod = '', peer = '', error = ''] = ANSWER.exec(line) ?? [];
  if (seconds === undefined) throw new Error(`curl: ${line}`);
  const ok = code === '0' && status === '200';
  return { ok, opened: opened !== '0', ms: Number(seconds) * 1000, pod, peer, error: error || `HTTP ${status}` };
}

/** One curl, which asks again and again. */
function curl(machine: Machine, host: string, { to, rate = 10 }: Options, ...more: readonly string[]) {
  const silent = ['--silent', '--output', '/dev/null', '--write-out', FORMAT];
  return startProgram(machine, host, ['curl', ...silent, '--rate', `${rate}/s`, ...more, `http://${to}/[1-1000000]`]);
}

/** Ends it when one more answer has come: the request that was on its way, or one after it. */
async function endOf(
  program: Program,
  ms: number,
): Promise<{ readonly answers: readonly Answer[]; readonly owed: boolean }> {
  const before = (await program.lines()).length;
  const owed = async (): Promise<boolean> => (await program.lines()).length === before;
  await program.wait(async () => !(await owed()), ms);
  const still = await owed();
  return { answers: (await program.end()).map(read), owed: still };
}

/**
 * Measures what new connections meet while something else goes on: one GET after the other, each on a connection of its own.
 * @param host the namespace it is sent from
 */
export async function requests(
  machine: Machine,
  host: string,
  { from, limit = 3000, ...options }: RequestOptions,
): Promise<{ stop(): Promise<Requests> }> {
  const bound = from ? ['--interface', from] : [];
  const alone = ['--header', 'Connection: close', '--max-time', String(limit / 1000)];
  const program = await curl(machine, host, options, ...alone, ...bound);
  return {
    async stop() {
      const { answers } = await endOf(program, limit + 500);
      const good = answers.filter(({ ok }) => ok);
      const bad = answers.filter(({ ok }) => !ok);
      return {
        ok: good.length,
        failed: bad.length,
        pods: tally(good.map(({ pod }) => pod)),
        peers: tally(good.map(({ peer }) => peer)),
        errors: tally(bad.map(({ error }) => error)),
      };
    },
  };
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/**
 * Measures what becomes of open TCP connections while something else goes on: on each one GET after the other.
 * @returns when all are open, or have failed
 */
export async function connections(
  machine: Machine,
  host: string,
  { count = 1, patience = 1000, ...options }: ConnectionOptions,
): Promise<{ stop(): Promise<readonly Connection[]> }> {
  const all = await Promise.all(Array.from({ length: count }, () => curl(machine, host, options, '--fail-early')));
  await Promise.all(all.map((each) => each.wait(async () => (await each.lines()).length > 0)));
  return {
    stop: () =>
      Promise.all(
        all.map(async (program): Promise<Connection> => {
          const { answers, owed } = await endOf(program, patience);
          const broken = answers.some(({ ok, opened }, i) => !ok || (opened && i > 0));
          const waits = answers.map(({ ms }) => ms);
          return {
            answered: answers.filter(({ ok }) => ok).length,
            longestWait: Math.max(...waits, owed ? patience : 0),
            end: answers[0]?.ok ? (broken ? 'closed' : owed ? 'hung' : 'open') : 'failed',
          };
        }),
      ),
  };
}
