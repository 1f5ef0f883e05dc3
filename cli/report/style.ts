import type { Output } from '../surroundings';

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
      colour && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  return { bold: paint(1), dim: paint(2), good: paint(32), bad: paint(31), changed: paint(33) };
}

/** What a device said may hold anything: no control character of it reaches the terminal. Lines are kept. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters meant
  return text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '?');
}

export function many(count: number, what: string, plural = `${what}s`): string {
  return `${count} ${count === 1 ? what : plural}`;
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
