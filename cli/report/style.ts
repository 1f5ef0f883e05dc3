import { styleText } from 'node:util';
import type { Output } from '../surroundings';
import { PAINTS, printableLines } from '../terminal';

type Paint = (text: string) => string;

/** The few ways in which a text stands out; on paper and in pipes it does not. */
export type Style = Readonly<Record<keyof typeof PAINTS, Paint>>;

export function styleFor({ colour }: Pick<Output, 'colour'>): Style {
  const paint =
    (name: keyof typeof PAINTS): Paint =>
    (text) =>
      colour && text !== '' ? styleText(PAINTS[name], text, { validateStream: false }) : text;
  return { bold: paint('bold'), dim: paint('dim'), good: paint('good'), bad: paint('bad'), changed: paint('changed') };
}

/** Rows under a heading, each column as wide as its widest cell, the last one as it is. */
export function table(heading: readonly string[], cells: readonly (readonly string[])[], style: Style): string {
  const rows = cells.map((row) => row.map(printableLines));
  const widths = heading.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  return `${style.bold(line(heading))}\n${rows.map((row) => `${line(row)}\n`).join('')}`;
}
