import type { Declared, Tunnel } from '../declaration/tunnel';
import { NotUnderstood } from '../errors/errors';
import type { Answer } from './answer';
import { declarationsOf, type Subject } from './observation';

/** What one device answered, for whoever reads a part of it. */
export class Look<Spec extends Declared = Tunnel> {
  readonly #read = new Map<unknown, unknown>();

  /** @param device its title: `ramp node i-0a4e90de0a4e90de0` */
  constructor(
    readonly device: string,
    readonly subject: Subject<Spec>,
    private readonly answers: ReadonlyMap<string, Answer>,
  ) {}

  /** The declared tunnel, and the one last applied. */
  get declarations(): readonly Spec[] {
    return declarationsOf(this.subject);
  }

  /** The answer to a question that was asked. */
  answer(question: string): Answer {
    return this.answers.get(question)!;
  }

  /** What a command wrote that did as it was asked; `what` it was asked to do, for a sentence. @throws NotUnderstood */
  lines(question: string, what: string): readonly string[] {
    const { code, lines, printed } = this.answer(question);
    if (code !== 0) throw new NotUnderstood('look-refused', `${this.device} would not ${what}: ${printed}`);
    return lines;
  }

  /** What several kinds of object are read from: it is read once. */
  once<T>(read: (look: Look<Spec>) => T): T {
    if (!this.#read.has(read)) this.#read.set(read, read(this));
    return this.#read.get(read) as T;
  }
}
