import type { Output } from '../surroundings';
import { PAINTS } from '../terminal';

/** The few ways in which a text stands out; on paper and in pipes it does not. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly changed: Paint;
}
type Paint = (text: string) => string;

export function styleFor({ colour }: Pick<Output, 'colour'>): Style {
  const paint =
    (code: number): Paint =>
    (text) =>
      colour && text !== '' ? `\u001b[${code}m${text}\u001b[${PAINTS.plain}m` : text;
  const { bold, dim, good, bad, changed } = PAINTS;
  return { bold: paint(bold), dim: paint(dim), good: paint(good), bad: paint(bad), changed: paint(changed) };
}

export function many(count: number, what: string, plural = `${what}s`): string {
  return `${count} ${count === 1 ? what : plural}`;
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
