import type { State } from '../../../lib/tunnel/device/operation';
import { deviceTitle } from '../../../lib/tunnel/plan/devices';
import type { Observed } from '../../../lib/tunnel/plan/plan';
import type { Evidence, PlanTold } from './evidence';

/** What became of an object, or would. */
export type Fate =
  'kept' | 'made' | 'changed' | 'removed' | 'to make' | 'to change' | 'to remove' | 'put back' | 'left' | 'unknown';

/** One object of a device, before a run and after it. */
export interface ObjectRow {
  /** `tunnel SDN` */
  readonly object: string;
  /** Its value in the device's own words; null: it was not there. */
  readonly before: string | null;
  /** undefined: nobody has looked since. */
  readonly after: string | null | undefined;
  readonly fate: Fate;
}

/** One device, with every object that the run asked for. */
export interface DeviceRows {
  /** `BIG-IP 10.3.88.66` */
  readonly device: string;
  readonly rows: readonly ObjectRow[];
  /** Why it said nothing; null: it answered. */
  readonly unreachable: string | null;
}

/** How the state after a run is known. */
export type HowKnown = 'as written' | 'as planned' | 'as found' | 'unknown';

/** End states in which every planned operation was carried out, and was read back by the script that did it. */
const WRITTEN = new Set(['Applied', 'TornDown']);
/** Those after which a run looked again. */
const FOUND = new Set(['RolledBack', 'RollbackFailed', 'Restored']);
/** Those that may have left work half done. */
const BROKEN = new Set(['Interrupted', 'Failed']);

/** How the state after a run that ended so is known. */
export function howKnown(status: string, { last, plan }: Evidence): HowKnown {
  if (WRITTEN.has(status)) return 'as written';
  if (FOUND.has(status)) return last === null ? 'unknown' : 'as found';
  return BROKEN.has(status) && plan !== null ? 'unknown' : 'as planned';
}

/** Every device of a run, object by object. */
export function devicesOfRun(status: string, evidence: Evidence): readonly DeviceRows[] {
  const known = howKnown(status, evidence);
  return evidence.first.map((look) => {
    const device = deviceTitle(look);
    if ('unreachable' in look) return { device, rows: [], unreachable: look.unreachable };
    const before = look.observation.state;
    const goal = { ...before, ...goalOf(evidence.plan, look) };
    const after = {
      'as written': goal,
      'as planned': goal,
      unknown: undefined,
      'as found': found(evidence.last, look),
    };
    const names = [...new Set([...Object.keys(before), ...Object.keys(goal)])];
    const rows = names.map((object) => row(object, before, goal, after[known], known));
    return { device, rows, unreachable: null };
  });
}

function row(object: string, before: State, goal: Goal, after: Goal | undefined, known: HowKnown): ObjectRow {
  const [was, wanted] = [before[object] ?? null, goal[object] ?? null];
  const touched = was !== wanted;
  if (after === undefined)
    return { object, before: was, after: touched ? undefined : was, fate: touched ? 'unknown' : 'kept' };
  const is = after[object] ?? null;
  return { object, before: was, after: is, fate: fateOf(was, is, touched, known) };
}

function fateOf(was: string | null, is: string | null, touched: boolean, known: HowKnown): Fate {
  if (was === is) return known === 'as found' && touched ? 'put back' : 'kept';
  if (known === 'as found' && touched) return 'left';
  const planned = known === 'as planned';
  if (was === null) return planned ? 'to make' : 'made';
  if (is === null) return planned ? 'to remove' : 'removed';
  return planned ? 'to change' : 'changed';
}

/** Objects to values; null: shall not be there. */
type Goal = Readonly<Record<string, string | null>>;

/** What a plan makes of a device's objects. Its operations are in wire form: `verb~object~from~to`. Checks and waits change nothing. */
function goalOf(plan: PlanTold | null, { kind, name }: Observed): Goal {
  const operations = Object.values(plan?.work ?? {})
    .flatMap((kinds) => Object.values(kinds).flat())
    // What is synced arrives on the other unit of a pair of BIG-IPs, too.
    .filter(({ device, operations }) => device === name || (kind === 'bigip' && operations.some(isSync)))
    .flatMap(({ operations }) => operations.map((each) => each.split('~')));
  return Object.fromEntries(
    operations.flatMap(([verb = '', object = '', , to]) =>
      ['create', 'modify', 'delete'].includes(verb) ? [[object, verb === 'delete' ? null : (to ?? null)]] : [],
    ),
  );
}

function isSync(operation: string): boolean {
  return operation.startsWith('sync~');
}

function found(looks: Evidence['last'], { kind, name }: Observed): State | undefined {
  const look = looks?.find((each) => each.kind === kind && each.name === name);
  return look && 'observation' in look ? look.observation.state : undefined;
}
