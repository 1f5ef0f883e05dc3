/** A function's log: a sentence, and its fields. Never a secret, never a whole answer. */
export interface Log {
  info(message: string, about: Readonly<Record<string, unknown>>): void;
  warn(message: string, about: Readonly<Record<string, unknown>>): void;
}
