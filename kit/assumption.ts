import { excerpt } from '../lib/tunnel/device/answer';
import { NotUnderstood } from '../lib/tunnel/errors/errors';
import { accepted } from './replay';
import { answerTo, type Transcript } from './transcript';

/** A fact of docs/field-truth.md that a transcript can settle. */
export interface Assumption {
  readonly id: string;
  /** What holds when it holds, in a sentence without its full stop. */
  readonly says: string;
  /** The answers it is judged by; without one of them it was not asked. The first one's command is told. */
  readonly by: readonly [string, ...string[]];
  /** Commands that must have succeeded before this one can be judged. */
  readonly after?: readonly string[];
  /** Assumptions that must hold before this one can be judged. */
  readonly given?: readonly string[];
  /** What it is judged by on the device, in the plural; default: what the kit itself makes there. */
  readonly needs?: string;
  /** NOTHING: the device has none of `needs`. undefined: it holds; else what the device did instead. May throw NotUnderstood: what the product would have done with such an answer. */
  readonly contradiction: (transcript: Transcript) => string | undefined;
}

/** In place of a contradiction: the device has nothing by which an assumption could be judged. */
export const NOTHING = '';

export interface Verdict {
  readonly id: string;
  readonly is: 'held' | 'fell' | 'not asked';
  readonly sentence: string;
  /** The command by which it was judged; absent: it was not asked. */
  readonly line?: string;
}

/** A contradiction where one of these commands was refused; one that was not sent was not. */
export function refused(transcript: Transcript, ...keys: readonly string[]): string | undefined {
  const key = keys.find((each) => answerTo(transcript, each) !== undefined && !accepted(transcript, each));
  if (key === undefined) return undefined;
  const { line, lines, code } = answerTo(transcript, key)!;
  return `"${excerpt(line)}" was refused (exit code ${code}): ${excerpt(lines.join(' '))}`;
}

/** A contradiction where the product reads another value than was set. */
export function reads(found: string | undefined, expected: string): string | undefined {
  return unless(found === expected, `it reads as "${found ?? 'nothing'}", not "${expected}"`);
}

export function unless(holds: boolean, contradiction: string): string | undefined {
  return holds ? undefined : contradiction;
}

/** Judges each assumption by the product's own scripts and parsers, in order: a `given` stands before what needs it. */
export function judge(assumptions: readonly Assumption[], transcript: Transcript): readonly Verdict[] {
  return assumptions.reduce<readonly Verdict[]>((before, each) => [...before, verdict(each, transcript, before)], []);
}

function verdict(assumption: Assumption, transcript: Transcript, before: readonly Verdict[]): Verdict {
  const { id, says, by, after = [], given = [] } = assumption;
  const missing = [...by, ...after].find((key) => answerTo(transcript, key) === undefined);
  if (missing !== undefined) return { id, is: 'not asked', sentence: `${says}: no answer to "${missing}"` };
  const failed = after.find((key) => !accepted(transcript, key));
  if (failed !== undefined) return { id, is: 'not asked', sentence: `${says}: "${failed}" before it was refused` };
  const fallen = before.find((other) => given.includes(other.id) && other.is !== 'held');
  if (fallen) return { id, is: 'not asked', sentence: `${says}: it needs ${fallen.id}, which did not hold` };
  const { line } = answerTo(transcript, by[0])!;
  const contradiction = contradicted(assumption, transcript);
  if (contradiction === NOTHING) return { id, is: 'not asked', sentence: `${says}: there are no ${assumption.needs}` };
  return contradiction === undefined
    ? { id, is: 'held', sentence: says, line }
    : { id, is: 'fell', sentence: `${says}: it does not, ${contradiction}`, line };
}

function contradicted({ contradiction }: Assumption, transcript: Transcript): string | undefined {
  try {
    return contradiction(transcript);
  } catch (error) {
    if (error instanceof NotUnderstood) return error.message;
    throw error;
  }
}
