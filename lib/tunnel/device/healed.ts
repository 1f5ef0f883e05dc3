/** What a device that keeps its own part of the tunnel put back within the last hour before a look. */
export interface Healed {
  readonly times: number;
  /** True when that was so often that something keeps taking it away. */
  readonly repeated: boolean;
  /** How long before the look it did so last. */
  readonly secondsAgo: number;
  /** What was missing then. */
  readonly what: string;
}

/** The same of one device of a plan. */
export type HealedDevice = Healed & { readonly device: string };

/** One sentence without a full stop, behind the device's name. */
export function healedInWords({ times, repeated, secondsAgo, what }: Healed): string {
  const often = repeated ? ', which is repeated drift: find what takes it away' : '';
  return `its keeper put something back ${times === 1 ? 'once' : `${times} times`} within the last hour${often}; the last time ${secondsAgo} s ago: ${what}`;
}
