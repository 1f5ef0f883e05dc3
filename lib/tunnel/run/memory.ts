/** A tunnel's item in the table (ADR 0004, 0016). null or 0: the item has no such attribute. */
export interface Memory {
  /** The ARN of the run that holds the lease. */
  readonly owner: string | null;
  /** The number with which the lease was taken last; 0: never. */
  readonly fence: number;
  readonly wanted: 'applied' | 'absent' | null;
  readonly paused: Pause | null;
  /** Counts pauses and resumes, from the time of the first one in milliseconds on: of two the greater number was written later. 0: none yet. */
  readonly pauses: number;
  /** The records, JSON text. */
  readonly original: string | null;
  readonly before: string | null;
  readonly applied: string | null;
  /** The ARN of the run that released the lease last. */
  readonly closedBy: string | null;
  /** The result of the run that ended last, JSON text. */
  readonly lastResult: string | null;
  /** The last verify's result, JSON text, with the fence at its look, and whether the tunnel was free. */
  readonly lastLook: string | null;
  /** The fence of the last good apply: events before it need no other run. */
  readonly lookedAt: number;
  /** When a run last found the tunnel as declared and carrying, ISO 8601, and the ARN of that run. */
  readonly provenAt: string | null;
  readonly provenBy: string | null;
  /** Titles of the devices that could not be reached then: `ramp node i-…`. */
  readonly degraded: readonly string[];
  /** The last drifts, oldest first. */
  readonly drifts: readonly Drift[];
  /** Automatic runs in a row that failed, and the digest of the declaration with which they did. */
  readonly failures: number;
  readonly failedSpec: string | null;
  /** Repairs begun since `before` was last cleared. */
  readonly attempts: number;
  /** The digest of the last plan that automation left to a person. */
  readonly notified: string | null;
}

/** A pause: automation leaves the tunnel alone. */
export interface Pause {
  /** ISO 8601; null: until somebody resumes it. */
  readonly until: string | null;
  readonly reason: string;
  readonly at: string | null;
  /** The ARN of the run that paused it. */
  readonly by: string | null;
}

/** One automatic run that had to change something. */
export interface Drift {
  /** ISO 8601. */
  readonly at: string;
  /** The ARN of the run. */
  readonly execution: string;
  /** How many changes it made. */
  readonly changes: number;
}

/**
 * Reads a tunnel's item. An attribute that is missing, or not as a run writes it, counts as missing; only an unreadable pause counts as a pause.
 * @param item the item as DynamoDB gives it (`{ "S": "…" }`), or as plain JavaScript; undefined: no run has ever taken the tunnel's lease
 */
export function readMemory(item: Readonly<Record<string, unknown>> | undefined): Memory {
  const { text, number } = readAttributes(item);
  const wanted = text('wanted');
  return {
    owner: text('owner'),
    fence: number('fence'),
    wanted: wanted === 'applied' || wanted === 'absent' ? wanted : null,
    paused: isNone(item?.['paused']) ? null : pauseOf(text('paused')),
    pauses: number('pauses'),
    original: text('original'),
    before: text('before'),
    applied: text('applied'),
    closedBy: text('closedBy'),
    lastResult: text('lastResult'),
    lastLook: text('lastLook'),
    lookedAt: number('lookedAt'),
    provenAt: text('provenAt'),
    provenBy: text('provenBy'),
    degraded: listOf<string>(text('degraded')),
    drifts: listOf<Drift>(text('drifts')),
    failures: number('failures'),
    failedSpec: text('failedSpec'),
    attempts: number('attempts'),
    notified: text('notified'),
  };
}

/** The attributes of an item by name. One that is missing, or of another type, is null as a text and 0 as a number. */
export function readAttributes(item: Readonly<Record<string, unknown>> | undefined) {
  return {
    text: (name: string): string | null => {
      const value = scalar(item?.[name]);
      return typeof value === 'string' ? value : null;
    },
    number: (name: string): number => Number(scalar(item?.[name]) ?? 0),
  };
}

/** An attribute's text or number, whichever way it is given. */
function scalar(attribute: unknown): unknown {
  if (typeof attribute !== 'object' || attribute === null) return attribute;
  const { S, N } = attribute as { readonly S?: unknown; readonly N?: unknown };
  return S ?? N;
}

/** True for no pause, and for one that somebody set to false by hand. */
function isNone(paused: unknown): boolean {
  if (typeof paused !== 'object' || paused === null) return paused === undefined || paused === false;
  return (paused as { readonly BOOL?: unknown }).BOOL === false;
}

/** A pause that somebody wrote by hand counts, whatever it says: too little automation is safer than too much. */
function pauseOf(text: string | null): Pause {
  const pause = parsed(text);
  const field = (name: string): string | null => {
    const value = typeof pause === 'object' && pause !== null ? (pause as Record<string, unknown>)[name] : undefined;
    return typeof value === 'string' ? value : null;
  };
  const until = field('until');
  return {
    until: until === null || Number.isNaN(Date.parse(until)) ? null : until,
    reason: field('reason') ?? 'no reason can be read from the item',
    at: field('at'),
    by: field('by'),
  };
}

function listOf<Each>(text: string | null): readonly Each[] {
  const list = parsed(text);
  return Array.isArray(list) ? (list as Each[]) : [];
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
