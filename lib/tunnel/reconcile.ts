import {
  STAGES,
  refuseUnrestorable,
  refuseUnsendable,
  wire,
  type Operation,
  type Stage,
  type State,
} from './device/operation';
import { difference, stranded, withoutNotes, type Order } from './device/difference';
import type { Observation } from './device/observation';
import { whoAnswered } from './attendance';
import { digestOf } from './digest';
import { deviceTitle, EVERY_KIND, kindOf, type Kind, type Listed } from './devices';
import { PlanChanged, Refused, WouldInterrupt } from './errors';
import type { Change, Goal, Plan, Situation, Work, WorkByKind } from './plan';
import { disagreements } from './ramp/vip';
import { recordedState, remember } from './records';
import { staged } from './stages';
import { isPair } from './tunnel';
import { readable } from './device/words';

/**
 * The difference between what is and what shall be, as operations per device in stages. Unchanged: no operation.
 * @throws Refused, before anything is changed, for what edge-ramp will not or could not undo
 */
export function reconcile(goal: Goal, situation: Situation): Plan {
  const { spec } = situation;
  let { before, original } = situation;
  const { seen, degraded, away, remarks } = whoAnswered(goal, situation);
  const left: string[] = [];
  const planned = seen.map(({ listed, observation }): Planned => {
    const title = deviceTitle(listed);
    const device = kindOf(listed);
    const { state } = observation;
    let operations: readonly Operation[];
    let drains: readonly string[] = [];
    let keeps: readonly string[] = [];
    if (goal === 'recorded') {
      const recorded = leaveWhatIsInUse(device.order, state, recordedState(before, listed.name, state, device.order));
      operations = difference(device.order, state, recorded.goal);
      left.push(...recorded.left.map((object) => `${title}: ${object}`));
    } else {
      const first = { ...listed, original: original[listed.name] ?? {} };
      const wanted = { ...first, original: device.originals(first, observation) };
      if (Object.keys(wanted.original).length > 0) original = { ...original, [listed.name]: wanted.original };
      const stands = goal === 'declared' && !listed.former;
      const aim = stands ? device.desired(wanted, observation) : device.absent(wanted, observation);
      for (const [object, on] of stranded(device.order, state, aim))
        throw new Refused(
          'object-in-use',
          `${title}: ${object} (${readable(state[object]!)}) uses the ${on}, which has to go, and is not edge-ramp's: remove it first, which cuts what uses it`,
        );
      operations = difference(device.order, withoutNotes(device.order, state, aim), aim);
      if (goal === 'declared')
        operations = staged(listed, operations, isPair(spec), (operation) => device.order.interrupts(operation));
      refuseUnrestorable(title, observation.facts.unrestorable, operations);
      refuseUnsendable(title, operations);
      remarks.push(...device.remarks(wanted, observation, operations));
      drains = device.drains(listed.spec, state, operations);
      if (stands) keeps = device.keeps(listed.spec, aim, operations);
    }
    // A restore leaves what others use; that is no value to be put back again.
    const order = goal === 'recorded' ? {} : device.order;
    before = remember(before, listed.name, state, operations, order);
    return { listed, observation, operations, drains, keeps };
  });

  const operated = planned.flatMap(({ listed, operations }) =>
    operations.map((operation): Change => {
      const device = kindOf(listed);
      const interrupts = goal === 'declared' ? (device.order.interrupts(operation) ?? null) : null;
      return { device: deviceTitle(listed), stage: operation.stage, text: device.describe(operation), interrupts };
    }),
  );
  // What cannot be reached keeps nothing else from being put back, and a restore from being called one.
  const changes = [...operated, ...away];
  const probes = seen.filter(({ listed }) => !listed.former).flatMap(({ observation }) => observation.probes);
  const verification = [...probes, ...disagreements(probes)];
  const proving = seen.filter(({ listed }) => !listed.former && kindOf(listed).proofs(listed).length > 0);
  const reachable =
    proving.every(({ observation }) => observation.probes.length > 0) && verification.every(({ ok }) => ok);
  const shaped = changes.some(({ stage }) => stage === 'prepare' || stage === 'shape');
  const toProve = goal === 'declared' && changes.length > 0 && (shaped || !reachable) ? proving : [];
  return {
    digest: digestOf([
      goal,
      spec.name,
      planned.map(({ listed: { name }, operations, drains }) => [name, [...operations.map(wire), ...drains]]),
    ]),
    operations: changes.length,
    changes,
    interrupts: changes.flatMap(({ device, text, interrupts }) =>
      interrupts === null ? [] : [`${device}: ${text}: ${interrupts}`],
    ),
    work: byStage((stage) => byKind((kind) => planned.flatMap((each) => workOf(each, stage, kind)))),
    prove: byKind((kind) =>
      toProve
        .filter(({ listed }) => listed.kind === kind)
        .map(({ listed: { name } }) => ({ device: name, operations: [], saved: null })),
    ),
    before,
    original,
    verification,
    reachable,
    degraded,
    left,
    remarks,
  };
}

interface Planned {
  readonly listed: Listed;
  readonly observation: Observation<unknown>;
  readonly operations: readonly Operation[];
  readonly drains: readonly string[];
  readonly keeps: readonly string[];
}

function byKind<T>(of: (kind: Kind) => T): Readonly<Record<Kind, T>> {
  return Object.fromEntries(EVERY_KIND.map((kind) => [kind, of(kind)])) as Record<Kind, T>;
}

function byStage(of: (stage: Stage) => WorkByKind): Plan['work'] {
  return Object.fromEntries(STAGES.map((stage) => [stage, of(stage)])) as Record<Stage, WorkByKind>;
}

/** What one device has to do in one stage: nothing, or one entry. */
function workOf(
  { listed, observation, operations, drains, keeps }: Planned,
  stage: Stage,
  kind: Kind,
): readonly Work[] {
  const changing = operations.filter((operation) => operation.stage === stage).map(wire);
  const mine = [
    ...(stage === 'attach' && changing.length > 0 ? keeps : []),
    ...changing,
    ...(stage === 'detach' ? drains : []),
  ];
  if (listed.kind !== kind || mine.length === 0) return [];
  return [{ device: listed.name, operations: mine, saved: kindOf(listed).saved(observation) }];
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
  order: Order,
  state: State,
  recorded: ReturnType<typeof recordedState>,
): ReturnType<typeof recordedState> {
  const used = stranded(order, state, recorded.goal).map(([, on]) => on);
  if (used.length === 0) return recorded;
  const kept = Object.fromEntries(used.map((object) => [object, state[object]!]));
  const left = [...new Set([...recorded.left, ...used])];
  return leaveWhatIsInUse(order, state, { goal: { ...recorded.goal, ...kept }, left });
}
