import { styleText } from 'node:util';
import type { Output } from '../surroundings';
import { PAINTS, printableLines } from '../terminal';
import { WIDTH } from './wrap';

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

/**
 * Rows under a heading, each column as wide as its widest cell, the last one as it is. Where that is too wide to read, the first column has a line of
 * its own; where that is too wide still, each cell.
 */
export function table(heading: readonly string[], cells: readonly (readonly string[])[], style: Style): string {
  const rows = cells.map((row) => row.map(printableLines));
  const flat = inColumns([heading, ...rows]);
  if (fits(flat)) return underHeading(flat, style);
  const rest = inColumns([heading, ...rows].map((row) => row.slice(1))).map((line) => `  ${line}`);
  if (fits(rest))
    return underHeading(
      [heading, ...rows].map(([first], i) => `${first}\n${rest[i]}`),
      style,
    );
  return rows.map((row) => listed(heading, row, style)).join('');
}

/** A row of a table in one line, however wide: for logs, in which a line is read by itself. */
export function wideTable(heading: readonly string[], cells: readonly (readonly string[])[], style: Style): string {
  return underHeading(inColumns([heading, ...cells.map((row) => row.map(printableLines))]), style);
}

function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}

function fits(lines: readonly string[]): boolean {
  return lines.every((line) => line.length <= WIDTH);
}

function underHeading([heading = '', ...rows]: readonly string[], style: Style): string {
  return `${style.bold(heading)}\n${rows.map((row) => `${row}\n`).join('')}`;
}

function listed([, ...titles]: readonly string[], [first = '', ...cells]: readonly string[], style: Style): string {
  const lines = titles.map((title, i) => `  ${title.toLowerCase()}: ${cells[i]}\n`);
  return `${style.bold(first)}\n${lines.join('')}`;
}
