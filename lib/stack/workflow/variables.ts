import { STAGES } from '../../tunnel/device/operation';
import { STEP_KINDS } from '../../tunnel/plan/devices';
import { jsonata } from './expressions';

/** An empty text, which asl-validator 4.0.0 refuses as it stands. */
const EMPTY = jsonata("''");

/** No work for any kind of device. */
const NOBODY = Object.fromEntries(STEP_KINDS.map((kind) => [kind, []]));

/** A plan before there is one, so that no expression meets a missing field. */
const NO_PLAN = {
  digest: null,
  verdict: null,
  operations: 0,
  interrupts: [],
  work: Object.fromEntries(STAGES.map((stage) => [stage, NOBODY])),
  prove: NOBODY,
  records: { original: null, before: null, applied: null },
  remarks: [],
  reachable: false,
  degraded: [],
  words: { left: EMPTY, remaining: EMPTY },
};

/**
 * Every variable of a run, with the value it begins with. All are set in the first state: a branch may read a variable from outside but not make
 * one of that name, and an expression that meets a missing one ends the run.
 */
export const VARIABLES = {
  /** The execution's input, which nobody has checked yet, and the execution's ARN. */
  input: jsonata('$states.input'),
  execution: jsonata('$states.context.Execution.Id'),

  // What Read request answers (lambdas/read-request/run-context.ts).
  /** The checked request, with the tunnel's declaration as `spec`. */
  request: {},
  /** The item's three records, JSON strings or null: from the taking of the lease on as they were then. */
  records: { original: null, before: null, applied: null },
  /** The lease as it was read. */
  lease: { owner: null, fence: 0, closedBy: null },
  /** Why a run that no person started leaves the tunnel alone, in words; null: it goes on. */
  heldBack: null,
  /** Who works on the tunnel or its pair of BIG-IPs, in words; null: nobody. */
  busy: null,
  /** True when the run waits for the pair. */
  wait: false,
  /** The pair to take, as it was read: { key, holder }; null: none, or the run holds it. */
  pair: null,
  /** What the run leaves in the tunnel's memory. */
  bookkeeping: {},
  /** The digest of the plan that was last left to a person. */
  notified: null,
  /** Where the console shows the run. */
  page: null,
  /** The first fields of a result: { execution, action }. */
  about: {},
  /** What a verify reports besides its look: { fence, free, at }. */
  seen: {},

  /** How often the tunnel's item was read to take the lease. */
  attempt: 0,
  /** How often the run has waited for the pair. */
  waited: 0,
  /** How often a run asked for the instance that it awaits. */
  looks: 0,
  /** True when nothing is awaited any more. */
  connected: false,
  /** The number under which this run may change devices; null: the run took no lease. */
  fence: null,
  /** What the tunnel's item says of a pause, as DynamoDB gives it: { pauses, paused }. */
  pause: {},
  /** True when nodes may have keepers that are still to be told of a pause. */
  kept: false,
  /** The nodes whose keepers could not be told, in words. */
  untold: [],
  /** What a restore restores, a JSON string; null: nothing was changed yet. */
  before: null,
  /** True from the first change on: from here a failure is answered by a restore. */
  begun: false,
  /** The restoring round, from 1; 0: the run goes forward. */
  restoreRound: 0,
  /** True when a tunnel that stands and does not carry was looked at once more. */
  lookedAgain: false,
  /** What the devices answered to the last look: an outcome for each kind of device. */
  observed: [],
  /** The last plan (lambdas/plan). */
  plan: NO_PLAN,
  /** What was carried out: the outcomes of every step that changed something, in order. */
  outcomes: [],
  /** What went wrong first: { error, cause, state }; null: nothing. */
  failure: null,
  /** What went wrong last on the way back. */
  restoreFailure: null,

  /**
   * The result's fields in outputs and in the table. `changes`: those of the run's first plan; `remaining`: what this round of restoring has still to
   * put back, null before it has planned.
   */
  report: { changes: [], verification: null, remaining: null, left: [], healed: [], sentence: null },
  /** What a restore answers, in words. */
  whatFailed: 'A run that died had to be restored',
  /** What is still not put back, in words. */
  remainder: EMPTY,
  /** The end that the closing write has recorded. */
  ending: null,
  /** The heading of the notice, which is one of docs/RUNBOOK.md; null: there is none, or it was published. */
  noticeHeading: null,
  /** The sentence of the notice, and of a failed run's cause; null: the failure is the cause. */
  noticeText: null,
  /** Where the result is found, in words; empty: it was not written. */
  where: EMPTY,
} as const;
