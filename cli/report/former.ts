import type { Before } from '../../lib/tunnel/plan/records';
import { objectIn, type Result } from '../result';
import { printableLines } from '../terminal';
import type { Style } from './style';

/** An object that a run has changed, as it was before. */
export interface Former {
  readonly device: string;
  readonly object: string;
  /** In the device's own words; null: it was not there. */
  readonly value: string | null;
}

/**
 * Every changed object of the devices on which something is not put back.
 * @param before the record in the table, JSON text; null: everything is put back
 */
export function formerValues({ remaining }: Pick<Result, 'remaining'>, before: string | null): readonly Former[] {
  const { touched = {} } = before === null ? {} : objectIn<{ readonly touched: Before }>(before);
  return Object.entries(touched).flatMap(([name, objects]) => {
    // A change has the device's title, which ends with its name. Where nobody knows what is left, it may be any.
    const device = remaining === null ? name : remaining.find((each) => each.device.endsWith(` ${name}`))?.device;
    if (device === undefined) return [];
    return Object.entries(objects).map(([object, { from }]) => ({ device, object, value: from }));
  });
}

/** The same for a person, who puts it back by hand. Empty: there is none. */
export function formerText(former: readonly Former[], style: Style): string {
  if (former.length === 0) return '';
  const devices = [...new Set(former.map(({ device }) => device))];
  const paragraphs = devices.map((device) => {
    const lines = former.filter((each) => each.device === device).map(line);
    return `${style.bold(printableLines(device))}\n${lines.join('')}`;
  });
  return `\nAs it was before, all that was changed on these devices:\n\n${paragraphs.join('\n')}`;
}

function line({ object, value }: Former): string {
  return `  ${printableLines(object)}: ${value === null ? 'not there' : printableLines(value)}\n`;
}
