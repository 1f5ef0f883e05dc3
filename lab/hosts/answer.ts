import { TEXTS, text } from './texts';

/** What a command gives back. `writes`: it configured the device. `seconds`: how long it takes in the device's own time. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly writes?: boolean;
  readonly seconds?: number;
}
/** A command that only tells: its lines. */
export const say = (...lines: readonly string[]): Answer => ({
  code: 0,
  out: lines.map((line) => `${line}\n`).join(''),
  err: '',
});
/** A command that configured the device, and mostly says nothing. */
export const done = (...lines: readonly string[]): Answer => ({ ...say(...lines), writes: true });

/** A device's refusal: nothing was changed. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(id: keyof typeof TEXTS, ...words: readonly (string | number)[]) {
    super(text(id, ...words));
    this.answer = { code: TEXTS[id].exit, out: '', err: `${this.message}\n` };
  }
}

/** Runs a command; a refusal is its answer. */
export async function answering(command: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return { code: 70, out: '', err: `the lab failed: ${error instanceof Error ? error.stack : String(error)}\n` };
  }
}
