import { inspect } from 'node:util';
import { printable } from '../lib/tunnel/errors/printable';

/** Goes back to the beginning of the line and takes away what stands there. */
export const CLEAR_LINE = '\r\u001b[K';

/** Goes to the upper left corner and takes away what stands on the screen. */
export const CLEAR_SCREEN = '\u001b[H\u001b[2J';

/** What edge-ramp paints with. */
export const PAINTS = { bold: 'bold', dim: 'dim', bad: 'red', good: 'green', changed: 'yellow' } as const;

const numbers = Object.values(PAINTS).flatMap((name) => inspect.colors[name] ?? []);
const paintsOnly = `\\u001b\\[(?:${numbers.join('|')})m`;
const clearsFirst = `^(?:\\r\\u001b\\[K|\\u001b\\[H\\u001b\\[2J)`;

/** A text of devices, declarations or AWS as a person may see it: nothing in it controls a terminal or turns the order of its letters. Lines are kept. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/**
 * A text as it goes out, whatever it was made from. Of all control characters only edge-ramp's own get through: line ends; its paints, where there
 * is colour; and on a live terminal, at the beginning of a text, what clears the line or the screen.
 */
export function shown(text: string, { live, colour }: { readonly live: boolean; readonly colour: boolean }): string {
  const own = [...(colour ? [paintsOnly] : []), ...(live ? [clearsFirst] : [])];
  if (own.length === 0) return printableLines(text);
  return text
    .split(new RegExp(`(${own.join('|')})`))
    .map((part, i) => (i % 2 === 0 ? printableLines(part) : part))
    .join('');
}
