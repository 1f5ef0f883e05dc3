/** What the table's item remembers of a tunnel (ADR 0004, 0016). null or nought: the item says nothing of it. */
export interface Memory {
  /** The ARN of the run that holds the lease. */
  readonly owner: string | null;
  /** The number with which the lease was taken last; 0: never. */
  readonly fence: number;
  readonly wanted: 'applied' | 'absent' | null;
  readonly paused: Pause | null;
  /** The records, JSON text. */
  readonly original: string | null;
  readonly before: string | null;
  readonly applied: string | null;
  /** The ARN of the run that released the lease last. */
  readonly closedBy: string | null;
  /** The result of the run that ended last, JSON text. */
  readonly lastResult: string | null;
  /** What the last verify saw, JSON text: a result, and whether the tunnel was free, and the fence, when it looked. */
  readonly lastLook: string | null;
  /** The fence of the last good apply: what was asked for before is answered. */
  readonly lookedAt: number;
  /** When the tunnel was last found standing and carrying, ISO 8601, and the ARN of the run that found it. */
  readonly provenAt: string | null;
  readonly provenBy: string | null;
  /** Titles of the devices that could not be reached then: `ramp node i-…`. */
  readonly degraded: readonly string[];
  /** The last times that automation had to change something, oldest first. */
  readonly drifts: readonly Drift[];
  /** Automatic runs in a row that failed, and the digest of the declaration with which they did. */
  readonly failures: number;
  readonly failedSpec: string | null;
  /** Repairs begun since `before` was last cleared. */
  readonly attempts: number;
  /** The digest of the plan that was last left to a person. */
  readonly notified: string | null;
}

/** A tunnel that somebody took out of automation's hands. */
export interface Pause {
  /** ISO 8601; null: until somebody resumes it. */
  readonly until: string | null;
  readonly reason: string;
  readonly at: string | null;
  /** The ARN of the run that paused it. */
  readonly by: string | null;
}

/** One time that automation had to change something. */
export interface Drift {
  /** ISO 8601. */
  readonly at: string;
  /** The ARN of the run. */
  readonly execution: string;
  /** How many changes it took. */
  readonly changes: number;
}

/**
 * Reads a tunnel's item. What is not there, or not as a run writes it, counts as not said; only a pause that cannot be read counts as one.
 * @param item the item as DynamoDB gives it (`{ "S": "…" }`), or as plain JavaScript; undefined: no run has ever taken the tunnel's lease
 */
export function readMemory(item: Readonly<Record<string, unknown>> | undefined): Memory {
  const text = (name: string): string | null => {
    const value = scalar(item?.[name]);
    return typeof value === 'string' ? value : null;
  };
  const number = (name: string): number => Number(scalar(item?.[name]) ?? 0);
  const wanted = text('wanted');
  return {
    owner: text('owner'),
    fence: number('fence'),
    wanted: wanted === 'applied' || wanted === 'absent' ? wanted : null,
    paused: isNone(item?.['paused']) ? null : pauseOf(text('paused')),
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

/** An attribute's text or number, whichever way it is given. */
function scalar(attribute: unknown): unknown {
  if (typeof attribute !== 'object' || attribute === null) return attribute;
  const { S, N } = attribute as { readonly S?: unknown; readonly N?: unknown };
  return S ?? N;
}

/** No pause, or one that somebody switched off by hand. */
function isNone(paused: unknown): boolean {
  if (typeof paused !== 'object' || paused === null) return paused === undefined || paused === false;
  return (paused as { readonly BOOL?: unknown }).BOOL === false;
}

/** A pause that somebody wrote by hand is one too: automation rather does too little than too much. */
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
