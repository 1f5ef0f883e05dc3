/** Where a function writes its log: a sentence, and what it is about. Never a secret, never a whole answer. */
export interface Log {
  info(message: string, about: Readonly<Record<string, unknown>>): void;
  warn(message: string, about: Readonly<Record<string, unknown>>): void;
}
