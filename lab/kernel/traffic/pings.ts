import type { Machine } from '../machine/machine';
import { startProgram } from './program';

export interface PingOptions {
  readonly to: readonly [string, ...string[]];
  /** Address they are sent from; default: the kernel's choice. */
  readonly from?: string;
  /** Requests a second to each target; default 10. */
  readonly rate?: number;
  /** How long an answer may take, in milliseconds; default 1000. */
  readonly patience?: number;
}

/** Times in milliseconds. */
export interface PingTarget {
  readonly sent: number;
  readonly received: number;
  /** Without an answer in time. */
  readonly lost: number;
  /** The longest time without an answer arriving; before the first answer and after the last, as many intervals as requests were lost there. */
  readonly longestGap: number;
  /** Times without answers longer than 50 and two intervals; `lost`: the requests sent in it that got none: 0 when all were only late. */
  readonly gaps: readonly { readonly ms: number; readonly lost: number }[];
}

/** Milliseconds between two wake-ups at high rates, which cost an emulated machine more than a request: what is due meanwhile is sent at once. */
const TICK = 8;

/** For each target: how many requests fping knows the end of, how many rounds it has sent up to the last of those, and when it sent that, in seconds. */
const COUNT = `/^\\[/ {
  known[$2]++
  number = substr($4, 2) + 1
  if (number > last[$2]) last[$2] = number
  sent[$2] = substr($1, 2) - ($5 == "timed" ? patience : $7) / 1000
}
END { for (to in known) printf "%s %d %d %.5f\\n", to, known[to], last[to], sent[to] }`;
/** When an answer came, from whom, and to which request. */
const ANSWER = /^\[([\d.]+)\] (\S+) : \[(\d+)\], \d+ bytes/;
const SUMMARY = /^(\S+) : xmt\/rcv\/%loss = (\d+)\/(\d+)/;

/**
 * Pings by fping while something else goes on.
 * @param host the namespace it is sent from
 * @returns `stop`, which waits for answers that are on their way and gives what each target met, by address
 * @throws Error with fping's own sentence by `stop` when it could not ping, as from an address that is not there
 */
export async function pings(
  machine: Machine,
  host: string,
  { to, from, rate = 10, patience = 1000 }: PingOptions,
): Promise<{ stop(): Promise<Readonly<Record<string, PingTarget>>> }> {
  const every = 1000 / rate;
  const burst = Math.max(1, Math.floor(TICK / every));
  const options = [
    '-D',
    '-l',
    '-i',
    '0',
    '-p',
    String(every * burst),
    '-t',
    String(patience),
    ...(from ? ['-S', from] : []),
  ];
  const fping = await startProgram(machine, host, [
    'fping',
    ...options,
    ...to.flatMap((target) => Array<string>(burst).fill(target)),
  ]);

  /** Whether the end is known of each request to a target that was sent before a time. */
  async function known(time: number): Promise<boolean> {
    const { out } = await machine.run({ command: ['mawk', '-v', `patience=${patience}`, COUNT, fping.file] });
    const rows = out.split('\n').map((line) => line.split(' '));
    return to.every((target) => {
      const [, known, last, sent] = rows.find(([name]) => name === target) ?? [];
      return Number(sent) > time && Number(known) === Number(last) * burst;
    });
  }

  return {
    async stop() {
      const now = Number((await machine.run({ command: ['date', '+%s.%N'] })).out);
      await fping.wait(() => known(now), patience + 500);
      const lines = await fping.end();
      if (!lines.some((line) => SUMMARY.test(line))) throw new Error(`pings from ${host}: ${lines.join(' ')}`);
      return Object.fromEntries(to.map((target) => [target, metBy(target, lines, every, burst)]));
    },
  };
}

/** What a target's pings met, of which `burst` were sent in each round. */
function metBy(target: string, lines: readonly string[], every: number, burst: number): PingTarget {
  const totals = lines.flatMap((line) => {
    const [, of, xmt, rcv] = SUMMARY.exec(line) ?? [];
    return of === target ? [{ xmt: Number(xmt), rcv: Number(rcv) }] : [];
  });
  const sent = totals.reduce((sum, { xmt }) => sum + xmt, 0);
  const received = totals.reduce((sum, { rcv }) => sum + rcv, 0);
  const ofRound = new Map<number, number>();
  const answers = lines.flatMap((line) => {
    const [, at, from, round] = ANSWER.exec(line) ?? [];
    if (from !== target) return [];
    const before = ofRound.get(Number(round)) ?? 0;
    ofRound.set(Number(round), before + 1);
    return [{ at: Number(at) * 1000, number: Number(round) * burst + before }];
  });
  const all = silences(answers, sent, every);
  return {
    sent,
    received,
    lost: sent - received,
    longestGap: Math.max(0, ...all.map(({ ms }) => ms)),
    gaps: all.filter(({ ms }) => ms > Math.max(50, 2 * every * burst)),
  };
}

/** The times between answers, in their order, that before the first and that after the last. */
function silences(
  answers: readonly { readonly at: number; readonly number: number }[],
  sent: number,
  every: number,
): { ms: number; lost: number }[] {
  const answered = new Set(answers.map(({ number }) => number));
  const lostBetween = (from: number, to: number): number =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i).filter((number) => !answered.has(number)).length;
  const all = [];
  let next = 0;
  let last: number | undefined;
  for (const { at, number } of answers) {
    all.push({ ms: last === undefined ? number * every : at - last, lost: lostBetween(next, number) });
    next = Math.max(next, number + 1);
    last = at;
  }
  return [...all, { ms: (sent - next) * every, lost: lostBetween(next, sent) }];
}
