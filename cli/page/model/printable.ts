import { printableLines } from '../../terminal';

/** A value with each character of its texts shown that is invisible or changes the look of others: the one way of a device's text to a page. */
export function printableValue<T>(value: T): T {
  if (typeof value === 'string') return printableLines(value) as T;
  if (Array.isArray(value)) return value.map(printableValue) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, printableValue(each)])) as T;
}
