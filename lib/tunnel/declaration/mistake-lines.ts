import { printable } from '../errors/printable';
import type { Mistake } from './mistake';

/** The most mistakes in a message: nobody reads more, and an execution's cause holds 32,768 characters. */
export const MOST_LISTED = 20;

/** The longest text that a message shows whole, such as a host key, and how much it shows of a longer one. Characters. */
const SHOWN_WHOLE = 1000;
const BEGINNING = 80;

/** Mistakes as lines `source: path: value: rule`: 20 at most, and one with the number of the others. */
export function mistakeLines(source: string, mistakes: readonly Mistake[]): readonly string[] {
  return firstLines(
    source,
    mistakes.map((mistake) => mistakeLine(source, mistake)),
  );
}

/** The first lines, and how many more there are. */
export function firstLines(source: string, lines: readonly string[]): readonly string[] {
  const more = lines.length - MOST_LISTED;
  if (more <= 0) return lines;
  return [
    ...lines.slice(0, MOST_LISTED),
    `${printable(source)}: ${more} more mistakes are not listed: correct these first`,
  ];
}

/** One broken rule as a line: `source: path: value: rule`. */
export function mistakeLine(source: string, { path, value, message }: Mistake): string {
  const shown =
    value === undefined
      ? ''
      : ` ${shorten(JSON.stringify(value), typeof value === 'string' ? SHOWN_WHOLE : BEGINNING)}:`;
  const where = path.length === 0 ? '(document)' : path.map((part) => shorten(String(part), BEGINNING)).join('.');
  return printable(`${source}: ${where}:${shown} ${message}`);
}

function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, BEGINNING)}…` : text;
}
