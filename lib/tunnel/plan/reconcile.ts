import { judgeReach, type Answered } from './reach';
import { difference, stranded, withoutNotes } from '../device/difference';
import type { ObjectRules } from '../device/kind';
import {
  STAGES,
  refuseUnrestorable,
  refuseUnsendable,
  wire,
  type Operation,
  type Stage,
  type State,
} from '../device/operation';
import { readable } from '../device/words';
import { deviceTitle, STEP_KINDS, kindOf, stepKindOf, type StepKind } from './devices';
import { digestOf } from '../declaration/digest';
import { PlanChanged, Refused, WouldInterrupt } from '../errors/errors';
import type { Change, Goal, Plan, Situation, Work, WorkByKind } from './plan';
import { disagreements } from '../ramp/vip';
import { recordedState, recordOperations, type Before, type Original } from './records';
import { assignStages } from './stages';
import { isRampPair } from '../declaration/tunnel';

/**
 * Plans the operations of each device, in stages, that lead to a goal. No operation: nothing has to change.
 * @throws Refused, before anything is changed, for what edge-ramp will not change or could not restore
 */
export function reconcile(goal: Goal, situation: Situation): Plan {
  const { answered, degraded, unknown, remarks } = judgeReach(goal, situation);
  const planned = answered.map((each) =>
    goal === 'recorded' ? planRestore(each, situation) : planTowards(goal, each, situation),
  );
  // A device that cannot be reached does not stop the restore of the others; its unknown changes keep the restore from counting as complete.
  const changes = [...planned.flatMap((each) => changesOf(goal, each)), ...unknown];
  const standing = answered.filter(({ listed }) => !listed.former);
  const { verification, reachable, toProve } = whatCarries(goal, standing, changes);
  return {
    digest: digestOf([
      goal,
      situation.spec.name,
      planned.map(({ listed, operations, drains }) => [listed.name, [...operations.map(wire), ...drains]]),
    ]),
    operations: changes.length,
    changes,
    interrupts: changes.flatMap(({ device, text, interrupts }) =>
      interrupts === null ? [] : [`${device}: ${text}: ${interrupts}`],
    ),
    work: byStage((stage) => byKind(planned, (each) => workOf(each, stage))),
    prove: byKind(toProve, ({ listed }) => [{ device: listed.name, operations: [], saved: null }]),
    before: planned.reduce((before, each) => withChanges(goal, before, each), situation.before),
    original: planned.reduce((original, each) => withOriginal(original, each), situation.original),
    verification,
    reachable,
    degraded,
    left: planned.flatMap(({ listed, left }) => left.map((object) => `${deviceTitle(listed)}: ${object}`)),
    remarks: [...remarks, ...planned.flatMap((each) => each.remarks)],
  };
}

/** The plan of one device. */
interface Planned extends Answered {
  readonly operations: readonly Operation[];
  /** Shared objects' values before edge-ramp first touched them, for the record; empty: nothing to record. */
  readonly original: State;
  readonly drains: readonly string[];
  readonly keeps: readonly string[];
  readonly remarks: readonly string[];
  /** Objects that a restore does not touch. */
  readonly left: readonly string[];
}

const OPERATIONS_ONLY = { original: {}, drains: [], keeps: [], remarks: [], left: [] };

/** Back to the recorded values. */
function planRestore({ listed, observation }: Answered, { before }: Situation): Planned {
  const { objects } = kindOf(listed).record;
  const { state } = observation;
  const { goal, left } = leaveWhatIsInUse(objects, state, recordedState(before, listed.name, state, objects));
  return { listed, observation, ...OPERATIONS_ONLY, operations: difference(objects, state, goal), left };
}

/** Towards the tunnel as declared, or to none. @throws Refused */
function planTowards(goal: Goal, { listed, observation }: Answered, { spec, original }: Situation): Planned {
  const title = deviceTitle(listed);
  const device = kindOf(listed);
  const { objects } = device.record;
  const { state, facts } = observation;
  const first = { ...listed, original: original[listed.name] ?? {} };
  const wanted = { ...first, original: device.originals(first, observation) };
  const stands = goal === 'declared' && !listed.former;
  const aim = stands ? device.desired(wanted, observation) : device.absent(wanted, observation);
  refuseStranding(title, objects, state, aim);
  const unstaged = difference(objects, withoutNotes(objects, state, aim), aim);
  const operations =
    goal === 'declared'
      ? assignStages(listed, unstaged, isRampPair(spec), (operation) => device.interrupts(operation))
      : unstaged;
  refuseUnrestorable(title, facts.unrestorable, operations);
  refuseUnsendable(title, operations);
  return {
    listed,
    observation,
    operations,
    original: wanted.original,
    drains: device.drains(listed.spec, state, operations),
    keeps: stands ? device.preconditions(listed.spec, aim, operations) : [],
    remarks: device.remarks(wanted, observation, operations),
    left: [],
  };
}

/** @throws Refused when a foreign object uses one that is to be deleted */
function refuseStranding(title: string, kinds: readonly ObjectRules[], state: State, aim: State): void {
  for (const [object, on] of stranded(kinds, state, aim))
    throw new Refused(
      'object-in-use',
      `${title}: ${object} (${readable(state[object]!)}) uses the ${on}, which is to be deleted, and is not edge-ramp's: remove it first, which cuts its traffic`,
    );
}

/** A restore records no values of its own: the rules of the kinds are for the way there. */
function withChanges(goal: Goal, before: Before, { listed, observation, operations }: Planned): Before {
  const kinds = goal === 'recorded' ? [] : kindOf(listed).record.objects;
  return recordOperations(before, listed.name, observation.state, operations, kinds);
}

function withOriginal(known: Original, { listed, original }: Planned): Original {
  return Object.keys(original).length === 0 ? known : { ...known, [listed.name]: original };
}

function changesOf(goal: Goal, { listed, operations }: Planned): readonly Change[] {
  const device = kindOf(listed);
  return operations.map((operation) => ({
    device: deviceTitle(listed),
    stage: operation.stage,
    text: device.describe(operation),
    interrupts: goal === 'declared' ? (device.interrupts(operation) ?? null) : null,
  }));
}

/** Whether packets come through, by the probes of the look; and the devices that prove it before traffic arrives. */
function whatCarries(goal: Goal, standing: readonly Answered[], changes: readonly Change[]) {
  const probes = standing.flatMap(({ observation }) => observation.probes);
  const verification = [...probes, ...disagreements(probes)];
  const proving = standing.filter(({ listed }) => kindOf(listed).proofs(listed).length > 0);
  const reachable =
    proving.every(({ observation }) => observation.probes.length > 0) && verification.every(({ ok }) => ok);
  const shaped = changes.some(({ stage }) => stage === 'prepare' || stage === 'shape');
  const toProve = goal === 'declared' && changes.length > 0 && (shaped || !reachable) ? proving : [];
  return { verification, reachable, toProve };
}

function byKind<Each extends Answered>(all: readonly Each[], does: (each: Each) => readonly Work[]): WorkByKind {
  const of = (kind: StepKind) => all.filter(({ listed }) => stepKindOf(listed.kind) === kind).flatMap(does);
  return Object.fromEntries(STEP_KINDS.map((kind) => [kind, of(kind)])) as Record<StepKind, Work[]>;
}

function byStage(of: (stage: Stage) => WorkByKind): Plan['work'] {
  return Object.fromEntries(STAGES.map((stage) => [stage, of(stage)])) as Record<Stage, WorkByKind>;
}

/** The work of one device in one stage: none, or one entry. */
function workOf({ listed, observation, operations, drains, keeps }: Planned, stage: Stage): readonly Work[] {
  const changing = operations.filter((operation) => operation.stage === stage).map(wire);
  const mine = [
    ...(stage === 'attach' && changing.length > 0 ? keeps : []),
    ...changing,
    ...(stage === 'detach' ? drains : []),
  ];
  const saved = kindOf(listed).record.saved?.(observation.facts) ?? null;
  return mine.length === 0 ? [] : [{ device: listed.name, operations: mine, saved }];
}

/**
 * Refuses a plan that would cut traffic without permission, or that is not the agreed one.
 * @throws PlanChanged, WouldInterrupt
 */
export function refuseUnlessAgreed(
  plan: Plan,
  request: { readonly allowInterruption: boolean; readonly expect: string | null },
): void {
  if (request.expect !== null && request.expect !== plan.digest)
    throw new PlanChanged(
      'plan-changed',
      `the plan is ${plan.digest}, not ${request.expect} as expected: devices or declaration have changed since; look at a fresh plan`,
    );
  if (plan.interrupts.length > 0 && !request.allowInterruption)
    throw new WouldInterrupt(
      'would-interrupt',
      `${plan.interrupts.length} of ${plan.operations} changes would cut live traffic (${plan.interrupts[0]}); run again with "allowInterruption": true to have them made`,
    );
}

/** A restore does not delete what a foreign object uses: that is left, and listed. */
function leaveWhatIsInUse(
  kinds: readonly ObjectRules[],
  state: State,
  recorded: ReturnType<typeof recordedState>,
): ReturnType<typeof recordedState> {
  const used = stranded(kinds, state, recorded.goal).map(([, on]) => on);
  if (used.length === 0) return recorded;
  const kept = Object.fromEntries(used.map((object) => [object, state[object]!]));
  const left = [...new Set([...recorded.left, ...used])];
  return leaveWhatIsInUse(kinds, state, { goal: { ...recorded.goal, ...kept }, left });
}
