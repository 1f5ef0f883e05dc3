import type { Machine } from '../../lab/kernel/machine/machine';
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

/** For each target: how many answers came, the last round of requests that has one, and in seconds when that round was sent. */
const COUNT = `/ bytes, / {
  answers[$2]++
  round = substr($4, 2) + 0
  if (round >= last[$2]) { last[$2] = round; sent[$2] = substr($1, 2) - $7 / 1000 }
}
END { for (to in answers) printf "%s %d %d %.5f\\n", to, answers[to], last[to], sent[to] }`;
/** When an answer came, from whom, in which round it was asked for, and how long it took. */
const ANSWER = /^\[([\d.]+)\] (\S+) : \[(\d+)\], \d+ bytes, ([\d.]+) ms/;

/** Times in milliseconds since the epoch. */
interface Answer {
  readonly from: string;
  readonly round: number;
  readonly sent: number;
  readonly at: number;
}

/**
 * Pings by fping while something else goes on. fping's own sums are not used: it notices less than half of what is lost at 250 requests a second, and
 * does not count what is on its way.
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
  const options = ['-D', '-l', '-i', '0', '-p', String(every * burst), '-t', String(patience)];
  const targets = to.flatMap((target) => Array<string>(burst).fill(target));
  const now = async (): Promise<number> => Number((await machine.run({ command: ['date', '+%s%3N'] })).out);
  const begun = await now();
  const fping = await startProgram(machine, host, ['fping', ...options, ...(from ? ['-S', from] : []), ...targets]);

  /** Whether each target has answered a request that was sent after a time, and every one before. */
  async function answered(time: number): Promise<boolean> {
    const { out } = await machine.run({ command: ['mawk', COUNT, fping.file] });
    const rows = out.split('\n').map((line) => line.split(' '));
    return to.every((target) => {
      const [, answers, last, sent] = rows.find(([name]) => name === target) ?? [];
      return Number(sent) * 1000 > time && Number(answers) === (Number(last) + 1) * burst;
    });
  }

  return {
    async stop() {
      const end = await now();
      await fping.wait(() => answered(end), patience);
      const lines = await fping.end();
      const complaint = lines.find((line) => line.startsWith('fping: '));
      if (complaint) throw new Error(`pings from ${host}: ${complaint}`);
      const all = lines.flatMap((line): Answer[] => {
        const [, at, target = '', round, took] = ANSWER.exec(line) ?? [];
        return at
          ? [{ from: target, round: Number(round), sent: Number(at) * 1000 - Number(took), at: Number(at) * 1000 }]
          : [];
      });
      const rounds = roundsBefore(end, all) ?? Math.floor((end - begun) / (every * burst));
      return Object.fromEntries(
        to.map((target) => {
          const own = all.filter((answer) => answer.from === target && answer.round < rounds);
          return [target, metBy(own, rounds * burst, every, burst)];
        }),
      );
    },
  };
}

/** How many rounds were sent before a time; undefined: no answer tells, and they went out as they were due. */
function roundsBefore(time: number, answers: readonly Answer[]): number | undefined {
  const later = answers.filter(({ sent }) => sent > time).map(({ round }) => round);
  return later.length > 0 ? Math.min(...later) : undefined;
}

/** What a target's pings met, of which `burst` were sent in each round. */
function metBy(answers: readonly Answer[], sent: number, every: number, burst: number): PingTarget {
  const ofRound = new Map<number, number>();
  const numbered = answers.map(({ at, round }) => {
    const before = ofRound.get(round) ?? 0;
    ofRound.set(round, before + 1);
    return { at, number: round * burst + before };
  });
  const all = silences(numbered, sent, every);
  return {
    sent,
    received: answers.length,
    lost: sent - answers.length,
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
