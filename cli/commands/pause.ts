import { InvalidArgumentError, Option } from 'commander';
import { aRun, text, type Define } from '../options';

/** Milliseconds. */
const SPANS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The calendar knows no time beyond, and nobody pauses a tunnel for longer. Days. */
const LONGEST = 3650;

const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** What a point in time is typed as, for messages. */
const WHEN = 'a span (90m, 8h, 2d) or a time (2026-11-24, 2026-11-24T06:00, 2026-11-24T06:00Z)';

export const pause: Define = (...here) =>
  aRun('pause', 'keep the automation away from the tunnel', ...here)
    .addOption(text('--reason <text>', 'why, for whoever finds the tunnel paused').makeOptionMandatory())
    .addOption(
      new Option('--until <when>', `${WHEN}, local unless it names its zone (default: until resume)`).argParser(
        readUntil,
      ),
    );

function readUntil(typed: string): string {
  const until = readWhen(typed, new Date());
  if (until === undefined) throw new InvalidArgumentError(`It must be ${WHEN} in the future.`);
  return until;
}

/**
 * A point in time as a person types it: a span from now, or a date with or without time, in the local zone unless it names another.
 * @returns ISO 8601 in UTC; undefined when it is none of these, or not in the future
 */
export function readWhen(text: string, now: Date): string | undefined {
  const at = /^\d+[mhd]$/.test(text) ? after(text, now) : timeOf(text);
  return at !== undefined && at > now.getTime() && at <= now.getTime() + LONGEST * SPANS.d
    ? new Date(at).toISOString()
    : undefined;
}

function after(span: string, now: Date): number {
  return now.getTime() + Number(span.slice(0, -1)) * SPANS[span.slice(-1) as keyof typeof SPANS];
}

function timeOf(text: string): number | undefined {
  const [, year, month, day, time = '00:00', zone = ''] = TIME.exec(text) ?? [];
  if (year === undefined) return undefined;
  // Date takes the 30th of February for the 2nd of March.
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) return undefined;
  const at = Date.parse(`${year}-${month}-${day}T${time}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}
