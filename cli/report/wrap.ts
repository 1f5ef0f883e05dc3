/** The width of a text: nobody reads longer lines, and a terminal would break them within words. Characters. */
export const WIDTH = 80;

/** What is copied to a shell is never broken: a command goes on to the end of its line or its part of the sentence. */
export const COMMAND = /(?:npx (?:edge-ramp|cdk)|aws [a-z0-9]+)(?: [^\s;,)`]+)*[;,.)`]?/.source;
const WORD = /\S+/.source;
/** Paints, and what clears a line or the screen, have no width. */
const CONTROL = /\r?\u001b\[\d*[mKHJ]/g;

/**
 * A text whose lines are broken at words.
 * @param hang further lines of a line begin so far in (default: 2 more than itself)
 */
export function wrapped(text: string, hang?: number): string {
  return text
    .split('\n')
    .map((line) => (widthOf(line) > WIDTH ? brokenLine(line, hang) : line))
    .join('\n');
}

function brokenLine(line: string, hang: number | undefined): string {
  const [indent = ''] = /^\s*/.exec(line) ?? [];
  const further = ' '.repeat(hang ?? indent.length + 2);
  const lines: string[] = [];
  let current = indent;
  // The blanks between words are kept: they are columns.
  for (const [, blanks = '', word = ''] of line
    .slice(indent.length)
    .matchAll(new RegExp(`(\\s*)(${COMMAND}|${WORD})`, 'g'))) {
    if (current.trim() !== '' && widthOf(current + blanks + word) > WIDTH) {
      lines.push(current);
      current = further + word;
    } else current += blanks + word;
  }
  return [...lines, current].join('\n');
}

function widthOf(line: string): number {
  return [...line.replace(CONTROL, '')].length;
}
