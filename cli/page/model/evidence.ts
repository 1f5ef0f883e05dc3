import type { Declared } from '../../../lib/tunnel/declaration/tunnel';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import type { Observed, Plan } from '../../../lib/tunnel/plan/plan';
import type { History } from '../../aws/history';

/** What a run's history holds beside its steps: what it was about, what it planned, and what the devices said. */
export interface Evidence {
  /** The tunnel as it was declared when the run began; null: the run did not come so far. */
  readonly declared: Declared | null;
  /** The tunnel as it was applied before. */
  readonly applied: Declared | null;
  /** The plan that it began with; null: it came to none. */
  readonly plan: PlanTold | null;
  /** Every device at the first look, and at the last one where there was more than one. */
  readonly first: readonly Observed[];
  readonly last: readonly Observed[] | null;
}

/** A plan, as its function answers it. */
export type PlanTold = Pick<Plan, 'digest' | 'interrupts' | 'remarks' | 'degraded' | 'work'> & {
  readonly report: Pick<Plan, 'changes' | 'verification'>;
};

interface Payload {
  readonly do?: unknown;
  readonly phase?: unknown;
  readonly request?: { readonly spec?: Declared };
  readonly applied?: string | null;
}

/** Reads an execution's history. What an older version did not write is missing. */
export function evidenceIn({ tries }: History): Evidence {
  const told = tries.map(({ payload, answer }) => ({ payload: payload as Payload, answer: object(answer) }));
  const about = told.find(({ payload }) => payload.request?.spec !== undefined)?.payload;
  const plans = told.flatMap(({ payload, answer }) =>
    payload.phase !== undefined && 'work' in answer ? [answer] : [],
  );
  const looks = told
    .filter(({ payload }) => payload.do === 'observe')
    .flatMap(({ answer }) => (answer['devices'] ?? []) as readonly Observed[]);
  const first = onceEach(looks);
  return {
    declared: about?.request?.spec ?? null,
    applied: typeof about?.applied === 'string' ? (JSON.parse(about.applied) as Declared) : null,
    plan: (plans[0] as PlanTold | undefined) ?? null,
    first,
    last: looks.length > first.length ? onceEach(looks.toReversed()) : null,
  };
}

/** The first look at each device. */
function onceEach(looks: readonly Observed[]): readonly Observed[] {
  const byName = new Map<string, Observed>();
  for (const look of looks) if (!byName.has(`${look.kind} ${look.name}`)) byName.set(`${look.kind} ${look.name}`, look);
  return [...byName.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** The kinds of device, in the order in which a plan has them and traffic passes them. */
const ORDER = Object.keys(KINDS);

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
