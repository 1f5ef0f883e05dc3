import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab, LabOptions } from '../lab/index';
import { Aws, type Reach } from './aws/aws';
import { openLab } from './load-lab';
import { projectAt } from './local/project';
import { timesInZone } from './report/time';
import { wrapped } from './report/wrap';
import { printableLines, shown } from './terminal';

/** Where text goes, and what may be done there. */
export interface Output {
  /** Lines are broken at words, and times are those of the reader's zone; what programs and shells read goes out `exact`. */
  write(text: string, layout?: 'exact'): void;
  /** A terminal: a line may be drawn over. */
  readonly live: boolean;
  readonly colour: boolean;
}

/** A question was not answered: the person wants to leave. */
export class NobodyAnswered extends Error {}

/** All that the commands know of the world around them; tests give another one. */
export interface Surroundings {
  readonly out: Output;
  readonly err: Output;
  /** edge-ramp's own folder. */
  readonly product: string;
  /** Where cdk.out is: a repository of one's own, or edge-ramp's own folder. */
  readonly project: string;
  /** The folder of the declarations. */
  readonly tunnels: string;
  /** Where paths that a person types begin. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  openLab(options: LabOptions): Promise<Lab>;
  /** The way to AWS, or to what speaks like it. */
  aws(reach: Reach): Aws;
  /** Puts a question to the person at the terminal; undefined: nobody sits there. @throws NobodyAnswered when the person ends it (Ctrl-C, Ctrl-D) */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Waits so many milliseconds, or until the signal. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Calls back when the person wants to stop (Ctrl-C, SIGTERM), until the returned function is called. */
  onInterrupt(stop: () => void): () => void;
}

/** Does what a person may interrupt (Ctrl-C, SIGTERM): then the signal comes. */
export async function interruptible<T>(
  surroundings: Surroundings,
  work: (interruption: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = new AbortController();
  const ignore = surroundings.onInterrupt(() => interruption.abort());
  try {
    return await work(interruption.signal);
  } finally {
    ignore();
  }
}

/** Whether errors are shown with their stack: EDGE_RAMP_DEBUG is set. */
export function debugs({ environment }: Pick<Surroundings, 'environment'>): boolean {
  return (environment['EDGE_RAMP_DEBUG'] ?? '') !== '';
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const PRODUCT = join(__dirname, '..');

/** The surroundings of a command that was typed. @throws Error of one sentence when the project cannot be found out */
export function thisProcess(): Surroundings {
  return {
    out: outputTo(process.stdout),
    err: outputTo(process.stderr),
    product: PRODUCT,
    ...projectAt(process.cwd(), process.env, PRODUCT),
    folder: process.cwd(),
    environment: process.env,
    openLab,
    aws(reach) {
      // The SDK would tell every operator at every command which Node.js it will want next year.
      process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
      return new Aws(reach);
    },
    ask: process.stdin.isTTY && process.stderr.isTTY ? askAtTerminal : undefined,
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
    onInterrupt(stop) {
      process.on('SIGINT', stop).on('SIGTERM', stop);
      return () => void process.off('SIGINT', stop).off('SIGTERM', stop);
    },
  };
}

/** On stderr: what a command prints may go to a file. */
async function askAtTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  terminal.once('SIGINT', () => ended.abort()).once('close', () => ended.abort());
  try {
    return (await terminal.question(printableLines(question), { signal: ended.signal })).trim();
  } catch (cause) {
    if (!ended.signal.aborted) throw cause;
    process.stderr.write('\n');
    throw new NobodyAnswered('Nobody answered.', { cause });
  } finally {
    terminal.close();
  }
}

/** The one way out: whatever a text holds, no character of it that is not edge-ramp's own controls the terminal. */
export function outputTo(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'on' | 'write'>): Output {
  const { NO_COLOR: noColour, TERM: terminal } = process.env;
  const live = stream.isTTY && terminal !== 'dumb';
  // Who reads only the beginning (`| head`) has closed the pipe: nobody is left to tell.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const ways = { live, colour: live && (noColour ?? '') === '' };
  return {
    write: (text, layout) => void stream.write(shown(layout === 'exact' ? text : wrapped(timesInZone(text)), ways)),
    ...ways,
  };
}
