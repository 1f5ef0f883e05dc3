import type { Memory } from './memory';

/**
 * A pause as devices are told of it: `ORDER paused UNTIL SINCE` or `ORDER resumed - -` (documents/ramp-apply.sh). Of two that reach a device the
 * other way round, the one with the greater order counts: it is that of the writes to the tunnel's item. UNTIL is in seconds since the epoch.
 * @returns null when nobody has ever paused or resumed the tunnel, so there is nothing to tell
 */
export function pauseInWire({ paused, pauses }: Pick<Memory, 'paused' | 'pauses'>): string | null {
  if (paused === null) return pauses === 0 ? null : `${pauses} resumed - -`;
  const [until, since] = [paused.until, paused.at].map((text) => Date.parse(text ?? ''));
  return [pauses, 'paused', Number.isNaN(until) ? '-' : Math.ceil(until! / 1000), isoOf(since!)].join(' ');
}

/** A pause may be written by hand, with any text for its time. */
function isoOf(at: number): string {
  return Number.isNaN(at) ? '-' : new Date(at).toISOString();
}
