import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import type { Job, Ran } from './job';

/** What an agent says of its machine. `uptime`: the seconds since its kernel started; `release`: "6.1.0-56-cloud-amd64". */
export interface Greeting {
  readonly uptime: number;
  readonly release: string;
}

/** The near end of an agent's protocol (agent.pl says what it is). */
export interface Channel {
  /**
   * Waits until the agent is there.
   * @param now the time that it is to set its machine's clock to, in milliseconds since the epoch; default: it leaves the clock alone
   */
  hello(now?: number): Promise<Greeting>;
  run(job: Job): Promise<Ran>;
  write(path: string, text: string, mode?: number): Promise<void>;
  /** How many jobs have not ended. */
  running(): number;
  /** Nothing will be answered any more: whoever waits is told why. */
  end(why: string): void;
}

interface Waiting {
  readonly heard: Job['heard'];
  readonly out: Buffer[];
  readonly err: Buffer[];
  readonly done: (ran: Ran) => void;
  readonly failed: (error: Error) => void;
}

/**
 * @param from what the agent says
 * @param to what it hears
 */
export function channel(from: Readable, to: Writable): Channel {
  /** A machine that slept may still answer a process that is gone: no two give the same names to their jobs. */
  const mine = randomBytes(4).toString('hex');
  const waiting = new Map<string, Waiting>();
  const greeted: { done: (greeting: Greeting) => void; failed: (error: Error) => void }[] = [];
  let jobs = 0;
  let received: Buffer[] = [];
  let ended: Error | undefined;

  function end(why: string): void {
    ended ??= new Error(why);
    for (const each of [...waiting.values(), ...greeted]) each.failed(ended);
    waiting.clear();
    greeted.length = 0;
  }

  /** One whole message off the front of what was received; gives what is left, or nothing where there is none yet. */
  function take(bytes: Buffer): Buffer | undefined {
    const line = bytes.indexOf('\n');
    if (line < 0) return undefined;
    const [what, id = '', value = ''] = bytes.toString('latin1', 0, line).split(' ');
    const length = what === 'OUT' || what === 'ERR' ? Number(value) : 0;
    const next = line + 1 + length;
    if (bytes.length < next) return undefined;
    const job = waiting.get(id);
    if (what === 'OUT' || what === 'ERR') {
      const said = bytes.subarray(line + 1, next);
      if (job?.heard) job.heard(what === 'OUT' ? 1 : 2, String(said));
      else job?.[what === 'OUT' ? 'out' : 'err'].push(said);
    } else if (what === 'READY') greeted.shift()?.done({ uptime: Number(id), release: value });
    else if (what === 'EXIT') {
      waiting.delete(id);
      job?.done({ code: Number(value), out: String(Buffer.concat(job.out)), err: String(Buffer.concat(job.err)) });
    }
    return bytes.subarray(next);
  }
  from.on('data', (bytes: Buffer) => {
    received.push(bytes);
    let left: Buffer = received.length > 1 ? Buffer.concat(received) : bytes;
    for (let rest = take(left); rest; rest = take(left)) left = rest;
    received = left.length > 0 ? [left] : [];
  });
  from.on('close', () => end('The machine has ended.'));
  for (const stream of [from, to]) stream.on('error', (error) => end(`The machine has ended: ${error.message}.`));

  function ask(
    what: 'RUN' | 'WRITE',
    fields: readonly string[],
    rest: string,
    { signal, heard }: Partial<Job> = {},
  ): Promise<Ran> {
    if (ended) return Promise.reject(ended);
    const id = `${mine}.${++jobs}`;
    const body = Buffer.from(fields.map((field) => `${field}\0`).join('') + rest);
    return new Promise<Ran>((resolve, reject) => {
      const kill = () => to.write(`KILL ${id}\n`);
      const settled = <T>(then: (value: T) => void) => {
        return (value: T) => {
          signal?.removeEventListener('abort', kill);
          then(value);
        };
      };
      waiting.set(id, { heard, out: [], err: [], done: settled(resolve), failed: settled(reject) });
      to.write(Buffer.concat([Buffer.from(`${what} ${id} ${body.length}\n`), body]));
      signal?.addEventListener('abort', kill);
    });
  }

  return {
    end,
    running: () => waiting.size,
    hello(now) {
      if (ended) return Promise.reject(ended);
      return new Promise((done, failed) => {
        greeted.push({ done, failed });
        to.write(`HELLO ${now === undefined ? '-' : (now / 1000).toFixed(3)}\n`);
      });
    },
    async run(job) {
      const { host = '', command, input = '', env = {}, signal } = job;
      if (signal?.aborted) return { code: 137, out: '', err: '' };
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const fields = [host, String(command.length), ...command, String(variables.length), ...variables];
      const broken = fields.find((field) => field.includes('\0'));
      if (broken !== undefined) throw new Error(`No program can be given a NUL: ${JSON.stringify(broken)}.`);
      return ask('RUN', fields, input, job);
    },
    async write(path, text, mode = 0o644) {
      const { code, err } = await ask('WRITE', [path, mode.toString(8)], text);
      if (code !== 0) throw new Error(`The machine's file ${path} was not written: ${err.trim()}.`);
    },
  };
}
