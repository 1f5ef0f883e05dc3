import { STAGES } from '../../tunnel/device';
import { EVERY_KIND } from '../../tunnel/devices';
import { jsonata } from './expressions';

/** No work for any kind of device. */
const NOBODY = Object.fromEntries(EVERY_KIND.map((kind) => [kind, []]));

/** A plan before there is one, so that no expression meets a missing field. */
const NO_PLAN = {
  digest: null,
  operations: 0,
  changes: [],
  interrupts: [],
  work: Object.fromEntries(STAGES.map((stage) => [stage, NOBODY])),
  prove: NOBODY,
  records: { original: null, before: null, applied: null },
  verification: [],
  remarks: [],
  reachable: false,
  degraded: [],
  left: [],
  sentence: null,
};

/**
 * Every variable of a run, with the value it begins with. All are set in the first state: a branch may read a variable
 * from outside but not make one of that name, and an expression that meets a missing one ends the run.
 */
export const VARIABLES = {
  /** The checked request, with the tunnel's declaration as `spec`; null: not declared, and not known from the table (yet). */
  request: jsonata('$states.result.Payload'),
  /** How often the tunnel's item was read to take the lease. */
  attempt: 0,
  /** The item's lease and memory (memory.ts): as read last, and from the taking of the lease on as they were then. */
  seen: null,
  /** Why an automatic run leaves the tunnel alone, in words; null: it goes on. */
  skipped: null,
  /** How often a run asked for the instance that it awaits. */
  looks: 0,
  /** True when nothing is awaited any more. */
  connected: false,
  /** The number under which this run may change devices; null: the run took no lease. */
  fence: null,
  /** The item's three records, JSON strings or null. */
  records: { original: null, before: null, applied: null },
  /** What a restore restores, a JSON string; null: nothing was changed yet. */
  before: null,
  /** True from the first change on: from here a failure is answered by a restore. */
  begun: false,
  /** The restoring round, from 1; 0: the run goes forward. */
  restoreRound: 0,
  /** What the devices answered to the last look: an outcome for each kind of device. */
  observed: [],
  /** The last plan. */
  plan: NO_PLAN,
  /** The changes that the run set out to make: of its first plan, in a repair as well. */
  changes: [],
  /** What is still not restored, by this round's plan; null: this round has not planned yet. */
  remaining: null,
  /** What a restore left alone since another changed it. */
  left: [],
  /** What was carried out: the outcomes of every step that changed something, in order. */
  outcomes: [],
  /** How the tunnel was found, or proven. */
  verification: null,
  /** The first failure: { error, cause, state }. */
  failure: null,
  /** The last failure of a restore. */
  restoreFailure: null,
  /** The end that the closing write has recorded. */
  ending: null,
  /** What people are to be told: { subject, message }; null: nothing, or it was told. */
  notice: null,
  /** True when automation had to change something again and again. */
  repeatedDrift: false,
  /** True when the table's item holds this run's result. */
  recorded: false,
} as const;
