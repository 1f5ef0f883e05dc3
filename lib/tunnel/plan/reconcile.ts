import { whoAnswered } from './reach';
import { difference, stranded, withoutNotes } from '../device/difference';
import type { ObjectRules } from '../device/kind';
import type { Observation } from '../device/observation';
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
import { deviceTitle, STEP_KINDS, kindOf, stepKindOf, type Listed, type StepKind } from './devices';
import { digestOf } from '../declaration/digest';
import { PlanChanged, Refused, WouldInterrupt } from '../errors/errors';
import type { Change, Goal, Plan, Situation, Work, WorkByKind } from './plan';
import { disagreements } from '../ramp/vip';
import { recordedState, remember, type Before, type Original } from './records';
import { staged } from './stages';
import { isPair } from '../declaration/tunnel';

/**
 * The difference between what is and what shall be, as operations per device in stages. Unchanged: no operation.
 * @throws Refused, before anything is changed, for what edge-ramp will not or could not undo
 */
export function reconcile(goal: Goal, situation: Situation): Plan {
  const { seen, degraded, away, remarks } = whoAnswered(goal, situation);
  const planned = seen.map((each) =>
    goal === 'recorded' ? planRestore(each, situation) : planTowards(goal, each, situation),
  );
  // What cannot be reached keeps nothing else from being put back, and a restore from being called one.
  const changes = [...planned.flatMap((each) => changesOf(goal, each)), ...away];
  const standing = seen.filter(({ listed }) => !listed.former);
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
    before: planned.reduce((before, each) => remembered(goal, before, each), situation.before),
    original: planned.reduce((original, each) => withOriginal(original, each), situation.original),
    verification,
    reachable,
    degraded,
    left: planned.flatMap(({ listed, left }) => left.map((object) => `${deviceTitle(listed)}: ${object}`)),
    remarks: [...remarks, ...planned.flatMap((each) => each.remarks)],
  };
}

/** A device that answered. */
interface Answered {
  readonly listed: Listed;
  readonly observation: Observation<unknown>;
}

/** What is to be done on one device, and what goes with it. */
interface Planned extends Answered {
  readonly operations: readonly Operation[];
  /** The first values of shared objects, as they are to be recorded; none: nothing to record. */
  readonly original: State;
  readonly drains: readonly string[];
  readonly keeps: readonly string[];
  readonly remarks: readonly string[];
  /** Objects that a restore leaves. */
  readonly left: readonly string[];
}

const NOTHING_BESIDE = { original: {}, drains: [], keeps: [], remarks: [], left: [] };

/** Back to what was before the run. */
function planRestore({ listed, observation }: Answered, { before }: Situation): Planned {
  const { objects } = kindOf(listed).record;
  const { state } = observation;
  const { goal, left } = leaveWhatIsInUse(objects, state, recordedState(before, listed.name, state, objects));
  return { listed, observation, ...NOTHING_BESIDE, operations: difference(objects, state, goal), left };
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
      ? staged(listed, unstaged, isPair(spec), (operation) => device.interrupts(operation))
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

/** @throws Refused when somebody else's object uses what has to go */
function refuseStranding(title: string, kinds: readonly ObjectRules[], state: State, aim: State): void {
  for (const [object, on] of stranded(kinds, state, aim))
    throw new Refused(
      'object-in-use',
      `${title}: ${object} (${readable(state[object]!)}) uses the ${on}, which has to go, and is not edge-ramp's: remove it first, which cuts what uses it`,
    );
}

/** A restore leaves what others use; that is no value to be put back again. */
function remembered(goal: Goal, before: Before, { listed, observation, operations }: Planned): Before {
  const kinds = goal === 'recorded' ? [] : kindOf(listed).record.objects;
  return remember(before, listed.name, observation.state, operations, kinds);
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

/** Whether packets come through, by what was seen; and who has to prove that they do before traffic arrives. */
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

/** What one device has to do in one stage: nothing, or one entry. */
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
 * Refuses a plan that would cut traffic without leave, or that is not the one that was agreed to.
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

/** What another's object stands on is not taken away by a restore: it is left too, and listed. */
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
