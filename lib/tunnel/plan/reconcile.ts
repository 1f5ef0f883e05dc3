import { judgeReach, type Answered } from './reach';
import { difference, rulesOf, stranded, withoutNotes } from '../device/difference';
import type { ObjectRules } from '../device/kind';
import {
  STAGES,
  refuseUnrestorable,
  refuseUnsendable,
  wire,
  type Goal,
  type Operation,
  type Stage,
  type State,
} from '../device/operation';
import { readable } from '../device/words';
import type { Wanted } from '../device/observation';
import { deviceTitle, STEP_KINDS, kindOf, stepKindOf, type StepKind } from './devices';
import { digestOf } from '../declaration/digest';
import { PlanChanged, Refused, WouldInterrupt } from '../errors/errors';
import type { Change, Plan, Situation, Work, WorkByKind } from './plan';
import { judgeTogether, membersWith, recordedInCommon, sharedOut, wantedOf } from './in-common';
import { provesAlong, whatCarries, withProofs } from './proving';
import { recordAsNow, recordedState, recordOperations, type Before, type Original } from './records';
import { assignStages } from './stages';
import { isRampPair, type Declared } from '../declaration/tunnel';

/**
 * Plans the operations of each device, in stages, that lead to a goal. No operation: nothing has to change.
 * @throws Refused, before anything is changed, for what edge-ramp will not change or could not restore
 */
export function reconcile(goal: Goal, found: Situation): Plan {
  const { answered, degraded, unknown, remarks } = judgeReach(goal, found);
  const situation = { ...found, before: inWordsOfNow(found.before, answered) };
  const onPairs = judgeTogether(goal, answered);
  const drafts = answered.map((each) =>
    goal === 'recorded' ? draftRestore(each, answered, situation) : draftTowards(goal, each, situation),
  );
  const planned = sharedOut(goal, drafts).map((each) => (goal === 'recorded' ? each : finish(goal, each, situation)));
  // A device that cannot be reached does not stop the restore of the others; its unknown changes keep the restore from counting as complete.
  const known = planned.flatMap((each) => changesOf(goal, each));
  // Neither does what has to come from another device, which has nothing to give any more: its sync could not be carried out.
  const changes = [...(known.length > 0 ? known : planned.flatMap(awaitedBy)), ...unknown];
  const standing = answered.filter(({ listed }) => !listed.former);
  const { verification, reachable, toProve } = whatCarries(goal, standing, changes);
  const changed = planned.filter(({ operations }) => operations.length > 0);
  const work = byStage((stage) =>
    inRounds(byKind(planned, (each) => workOf(goal, each, stage, membersWith(each, planned)))),
  );
  const prove = byKind(toProve, ({ listed }) => [{ device: listed.name, operations: [], saved: null }]);
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
    work: provesAlong(toProve, changes, changed) ? { ...work, shape: withProofs(work.shape, prove) } : work,
    prove,
    before: planned.reduce((before, each) => withChanges(goal, before, each), situation.before),
    original: planned.reduce((original, each) => withOriginal(original, each), situation.original),
    verification,
    reachable,
    degraded,
    left: planned.flatMap(({ listed, left }) => left.map((object) => `${deviceTitle(listed)}: ${object}`)),
    remarks: [...remarks, ...onPairs, ...planned.flatMap((each) => each.remarks)],
    healed: answered.flatMap(({ listed, observation }) => {
      const healed = kindOf(listed).record.healed?.(observation.facts) ?? null;
      return healed === null ? [] : [{ device: deviceTitle(listed), ...healed }];
    }),
  };
}

function inWordsOfNow(before: Before, answered: readonly Answered[]): Before {
  const known = answered.filter(({ listed }) => before[listed.name] !== undefined);
  const said = known.map(({ listed, observation }) => [
    listed.name,
    recordAsNow(before[listed.name]!, kindOf(listed).record.objects, observation.facts),
  ]);
  return { ...before, ...(Object.fromEntries(said) as Before) };
}

/** The plan of one device. */
interface Planned extends Answered {
  readonly wanted: Wanted<Declared>;
  /** The state that it leads to. */
  readonly aim: State;
  readonly operations: readonly Operation[];
  /** Shared objects' values before edge-ramp first touched them, for the record; empty: nothing to record. */
  readonly original: State;
  readonly drains: readonly string[];
  readonly keeps: readonly string[];
  readonly remarks: readonly string[];
  /** Objects that a restore does not touch. */
  readonly left: readonly string[];
  /** What a restore needs here and another device brings, by what they have in common. */
  readonly awaited: readonly Operation[];
  /** What a restore puts back here: what was recorded of this device, and of others with which it has objects in common. */
  readonly touched: Before[string];
}

const OPERATIONS_ONLY = { original: {}, drains: [], keeps: [], remarks: [], left: [], awaited: [], touched: {} };

/**
 * Back to the recorded values. What another device recorded that has the object in common comes back here with it: nothing is done for that, and it does
 * not keep what it stands on. While it cannot come, nothing is done here at all.
 */
function draftRestore(each: Answered, all: readonly Answered[], { before, original }: Situation): Planned {
  const { listed, observation } = each;
  const { objects } = kindOf(listed).record;
  const { state } = observation;
  const mine = before[listed.name] ?? {};
  const { others, connected } = recordedInCommon(each, all, before);
  const touched = { ...others, ...mine };
  const recorded = recordedState({ [listed.name]: touched }, listed.name, state, objects);
  const { goal: aim, left } = leaveWhatIsInUse(objects, state, recorded);
  const isMine = (object: string): boolean => touched[object] === mine[object];
  const operations = difference(objects, state, aim);
  const waits = !connected && operations.some(({ object }) => !isMine(object));
  return {
    listed,
    observation,
    wanted: wantedOf(listed, original),
    aim,
    ...OPERATIONS_ONLY,
    operations: waits ? [] : operations.filter(({ object }) => isMine(object)),
    awaited: waits ? operations : operations.filter(({ object }) => !isMine(object)),
    left: left.filter(isMine),
    touched,
  };
}

/** Towards the tunnel as declared, or to none. @throws Refused */
function draftTowards(goal: Goal, { listed, observation }: Answered, { original }: Situation): Planned {
  const device = kindOf(listed);
  const { objects } = device.record;
  const { state } = observation;
  const first = wantedOf(listed, original);
  const wanted = { ...first, original: device.originals(first, observation) };
  const stands = goal === 'declared' && !listed.former;
  const aim = stands ? device.desired(wanted, observation) : device.absent(wanted, observation);
  refuseStranding(deviceTitle(listed), objects, state, aim);
  const operations = difference(objects, withoutNotes(objects, state, aim), aim);
  return { listed, observation, wanted, aim, ...OPERATIONS_ONLY, operations };
}

/** Assigns a draft's operations to stages, and adds what goes with them. @throws Refused for what could not be sent or put back */
function finish(goal: Goal, draft: Planned, { spec }: Situation): Planned {
  const { listed, observation, wanted, aim } = draft;
  const title = deviceTitle(listed);
  const device = kindOf(listed);
  const { state, facts } = observation;
  const operations =
    goal === 'declared'
      ? assignStages(listed, draft.operations, isRampPair(spec), (operation) => device.interrupts(operation))
      : draft.operations;
  refuseUnrestorable(title, facts.unrestorable, operations);
  refuseUnsendable(title, operations);
  return {
    ...draft,
    operations,
    original: wanted.original,
    drains: device.drains(listed.spec, state, operations),
    keeps: goal === 'declared' && !listed.former ? device.preconditions(listed.spec, aim, operations) : [],
    remarks: device.remarks(wanted, observation, operations),
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

/** A restore records no values of its own: the rules of the kinds are for the way there. What another device recorded is recorded here, once it is undone here. */
function withChanges(goal: Goal, before: Before, { listed, observation, operations, touched }: Planned): Before {
  const kinds = goal === 'recorded' ? [] : kindOf(listed).record.objects;
  const mine = before[listed.name] ?? {};
  const others = Object.entries(touched).filter(
    ([name]) => !(name in mine) && operations.some(({ object }) => object === name),
  );
  const known = { ...before, [listed.name]: { ...mine, ...Object.fromEntries(others) } };
  return recordOperations(others.length === 0 ? before : known, listed.name, observation.state, operations, kinds);
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

function awaitedBy({ listed, awaited }: Planned): readonly Change[] {
  return awaited.map(({ object, from, to }) => ({
    device: deviceTitle(listed),
    stage: 'shape',
    text: `? ${object}: is ${from ?? 'none'} and was ${to ?? 'none'}, which can be put back only together with the other unit`,
    interrupts: null,
  }));
}

function byKind<Each extends Answered>(all: readonly Each[], does: (each: Each) => readonly Work[]): WorkByKind {
  const of = (kind: StepKind) => all.filter(({ listed }) => stepKindOf(listed.kind) === kind).flatMap(does);
  return Object.fromEntries(STEP_KINDS.map((kind) => [kind, of(kind)])) as Record<StepKind, Work[]>;
}

function byStage(of: (stage: Stage) => WorkByKind): Plan['work'] {
  return Object.fromEntries(STAGES.map((stage) => [stage, of(stage)])) as Record<Stage, WorkByKind>;
}

/** The rounds of each kind in order. */
function inRounds(work: WorkByKind): WorkByKind {
  const sorted = STEP_KINDS.map((kind) => [kind, work[kind].toSorted((a, b) => (a.round ?? 0) - (b.round ?? 0))]);
  return Object.fromEntries(sorted) as Record<StepKind, Work[]>;
}

/** The work of one device in one stage: none, or an entry for each round. */
function workOf(goal: Goal, planned: Planned, stage: Stage, members: readonly Planned[]): readonly Work[] {
  const { listed, observation, drains, keeps } = planned;
  const { record } = kindOf(listed);
  const operations = planned.operations.filter((operation) => operation.stage === stage);
  const found = [...new Set(operations.map(({ round }) => round))];
  const rounds = found.length === 0 && stage === 'detach' && drains.length > 0 ? [undefined] : found;
  const saved = record.saved?.(observation.facts) ?? null;
  return rounds.map((round, i): Work => {
    const mine = operations.filter((operation) => operation.round === round);
    const statements = [
      ...(stage === 'attach' && i === 0 ? keeps : []),
      ...(round === undefined
        ? mine.map((each) => wire(sent(record.objects, each)))
        : record.together!.statements(goal, planned, mine, members)),
      ...(stage === 'detach' && i === rounds.length - 1 ? drains : []),
    ];
    return { device: listed.name, operations: statements, saved, ...(round === undefined ? {} : { round }) };
  });
}

/** What the script needs of an operation. */
function sent(kinds: readonly ObjectRules[], operation: Operation): Operation {
  if (rulesOf(kinds, operation.object)?.overwrites !== true) return operation;
  const { from: _, ...rest } = operation;
  return rest;
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
