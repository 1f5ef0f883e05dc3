/*
 * Times for people, in the zone of whoever reads them; --json has them in UTC (ISO 8601).
 */

/** The zone of this process (TZ, or the machine's), as the zone database calls it. */
export function zone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A point in time to the minute, with the name of its zone: `2026-11-23 08:55 CET`; `otherwise` for none. */
export function minute(at: string | Date | null | undefined, otherwise: string): string {
  const time = partsOf(at);
  return time === undefined ? otherwise : `${time.date} ${time.minute} ${time.zone}`;
}

/** The same for a table that names the zone elsewhere. */
export function minuteInZone(at: string | Date | null | undefined, otherwise: string): string {
  const time = partsOf(at);
  return time === undefined ? otherwise : `${time.date} ${time.minute}`;
}

/** The same to the second. */
export function second(at: string | Date): string {
  const time = partsOf(at);
  return time === undefined ? '?' : `${time.date} ${time.minute}:${time.second} ${time.zone}`;
}

/** ISO 8601 in UTC, as runs write it into their sentences. */
const ISO = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z\b/g;

/** A sentence that a run or a device made, with its times in the zone of whoever reads it. */
export function timesInZone(sentence: string): string {
  return sentence.replace(ISO, (at) => minute(at, at));
}

/** The time of the day to the second, where zone and day are known. */
export function clock(at: string | Date): string {
  const time = partsOf(at);
  return time === undefined ? '?' : `${time.minute}:${time.second}`;
}

/** @returns undefined for what is no time */
function partsOf(at: string | Date | null | undefined) {
  const time = at === null || at === undefined ? Number.NaN : new Date(at).getTime();
  if (Number.isNaN(time)) return undefined;
  const format = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  return {
    date: `${part['year']}-${part['month']}-${part['day']}`,
    minute: `${part['hour']}:${part['minute']}`,
    second: part['second']!,
    zone: part['timeZoneName']!,
  };
}
