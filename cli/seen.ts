import type { Memory } from '../lib/tunnel/memory';
import type { Change } from '../lib/tunnel/plan';

/** What was seen of a tunnel last, and by whom: a run that held the lease, or a verify, which holds none. */
export interface Seen {
  /** ISO 8601; null: a run of an older version, which did not write it down. */
  readonly at: string | null;
  /** The ARN of the run. */
  readonly by: string | null;
  readonly action: string;
  /** The end state. */
  readonly outcome: string | null;
  /** How many changes it made, or found missing; and how many of them cut live traffic. */
  readonly changes: number;
  readonly cutting: number;
}

/** A result as runs write it down, as far as it is read here. */
interface Written {
  readonly at?: string;
  readonly execution?: string;
  readonly action?: string;
  readonly endState?: string;
  readonly changes?: readonly Partial<Change>[];
  /** Of a look: the fence at its beginning, and whether no run held the lease then. */
  readonly fence?: number;
  readonly free?: boolean;
}

/**
 * The last look that counts: a verify's, unless a run worked then or has begun since; else the result of the last run.
 * @returns null when no run wrote anything down
 */
export function lastSeen({ lastLook, lastResult, fence }: Memory): Seen | null {
  const look = written(lastLook);
  const counts = look !== null && look.free === true && look.fence === fence;
  const last = counts ? look : written(lastResult);
  if (last === null) return null;
  const changes = Array.isArray(last.changes) ? last.changes : [];
  return {
    at: last.at ?? null,
    by: last.execution ?? null,
    action: last.action ?? 'apply',
    outcome: last.endState ?? null,
    changes: changes.length,
    cutting: changes.filter(({ interrupts = null }) => interrupts !== null).length,
  };
}

function written(json: string | null): Written | null {
  try {
    const value = JSON.parse(json ?? 'null') as unknown;
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
