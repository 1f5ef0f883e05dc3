import { createHash } from 'node:crypto';
import { bigip } from './bigip/device';
import {
  difference,
  refuseUnrestorable,
  refuseUnsendable,
  stranded,
  wire,
  type Device,
  type Observation,
  type Operation,
  type Order,
  type Probe,
  type Stage,
  type State,
} from './device';
import { Refused } from './errors';
import { ramp } from './ramp/device';
import { recordedState, remember, type Before, type Original } from './records';
import { bigipUnit, rampNode, type Tunnel } from './tunnel';

/** The kinds of device, in the order in which a plan lists them. */
export const KINDS = { bigip, ramp } as const;
export type Kind = keyof typeof KINDS;

/** One device as observed. `name`: a BIG-IP's management address, a node's instance id. */
export interface Observed {
  readonly kind: Kind;
  readonly name: string;
  readonly observation: Observation<unknown>;
}

/** Where a plan leads: the tunnel as declared; no tunnel; or what a run found. */
export type Goal = 'declared' | 'absent' | 'recorded';

/** One line of the diff. */
export interface Change {
  readonly device: string;
  readonly stage: Stage;
  readonly text: string;
  readonly interrupts: string | null;
}

/** Operations for one device in one stage, in wire form, and what to wait for after them; `saved` names what its saved configuration holds, for BIG-IP. */
export interface Work {
  readonly device: string;
  readonly operations: readonly string[];
  readonly saved: string | null;
}

/** A plan: everything the rest of a run needs, and everything a person wants to know beforehand. All fields are always present. */
export interface Plan {
  readonly digest: string;
  readonly operations: number;
  readonly changes: readonly Change[];
  readonly interrupts: readonly string[];
  readonly detach: readonly Work[];
  readonly shape: Readonly<Record<Kind, readonly Work[]>>;
  /** One entry when the path has to be proven before traffic arrives, none otherwise. */
  readonly prove: readonly number[];
  readonly attach: readonly Work[];
  readonly before: Before;
  readonly original: Original;
  readonly verification: readonly Probe[];
  /** True when every device has its tunnel and every ping came back. */
  readonly reachable: boolean;
  /** Objects that a restore leaves, because somebody else has changed them since. */
  readonly left: readonly string[];
  readonly remarks: readonly string[];
}

/** What reconcile works from. */
export interface Situation {
  readonly spec: Tunnel;
  readonly applied: Tunnel | null;
  readonly original: Original;
  readonly before: Before;
  readonly observed: readonly Observed[];
}

/** The devices of a declared tunnel, by the names that plans and records use. */
export function deviceNames(spec: Tunnel): Readonly<Record<Kind, readonly string[]>> {
  return {
    bigip: spec.bigip.map(({ management }) => management),
    ramp: spec.ramp.nodes.map(({ instance }) => instance),
  };
}

/** How an operator calls a device: `BIG-IP 10.3.88.66`. */
export function deviceTitle(kind: Kind, name: string): string {
  return `${KINDS[kind].title} ${name}`;
}

/**
 * The difference between what is and what shall be, as operations per device in three stages. Unchanged: no operation.
 * @throws Refused, before anything is changed, for what edge-ramp will not or could not undo
 */
export function reconcile(goal: Goal, situation: Situation): Plan {
  let { before } = situation;
  let original = situation.original;
  const left: string[] = [];
  const remarks: string[] = [...formerDevices(situation)];
  const planned = situation.observed.map((observed) => {
    const device: Device<unknown> = KINDS[observed.kind];
    const { state } = observed.observation;
    let operations: readonly Operation[];
    let drains: readonly string[] = [];
    if (goal === 'recorded') {
      const recorded = leaveWhatIsInUse(device.order, state, recordedState(before, observed.name, state));
      operations = difference(device.order, state, recorded.goal);
      left.push(...recorded.left.map((object) => `${deviceTitle(observed.kind, observed.name)}: ${object}`));
    } else {
      const first = { spec: situation.spec, applied: situation.applied, original: original[observed.name] ?? {} };
      const wanted = { ...first, original: device.originals(first, observed.observation) };
      if (Object.keys(wanted.original).length > 0) original = { ...original, [observed.name]: wanted.original };
      const aim =
        goal === 'declared'
          ? device.desired(wanted, observed.observation)
          : device.absent(wanted, observed.observation);
      const title = deviceTitle(observed.kind, observed.name);
      for (const [object, on] of stranded(device.order, state, aim))
        throw new Refused(
          `${title}: ${object} (${state[object]}) uses the ${on}, which has to go, and is not edge-ramp's: remove it first`,
        );
      operations = difference(device.order, distrustSaved(state, aim), aim);
      refuseUnrestorable(title, device.unrestorable(observed.observation.facts), operations);
      refuseUnsendable(title, operations);
      remarks.push(...device.remarks(wanted, observed.observation, operations));
      drains = device.drains(situation.spec, state, operations);
    }
    before = remember(before, observed.name, state, operations);
    return { ...observed, device, operations, drains };
  });

  const changes = planned.flatMap(({ kind, name, device, operations }) =>
    operations.map((operation): Change => {
      const interrupts = goal === 'declared' ? (device.order.interrupts(operation) ?? null) : null;
      return { device: deviceTitle(kind, name), stage: operation.stage, text: device.describe(operation), interrupts };
    }),
  );
  const work = (stage: Stage, kind: Kind): readonly Work[] =>
    planned.flatMap(({ kind: own, name, operations, drains, observation }) => {
      const changing = operations.filter((operation) => operation.stage === stage).map(wire);
      const mine = stage === 'detach' ? [...changing, ...drains] : changing;
      return own !== kind || mine.length === 0
        ? []
        : [
            {
              device: name,
              operations: mine,
              saved: observation.state['config saved'] ?? savedName(observation),
            },
          ];
    });
  const shape = { bigip: work('shape', 'bigip'), ramp: work('shape', 'ramp') };
  const verification = situation.observed.flatMap(({ observation }) => observation.probes);
  const reachable =
    situation.observed.every(({ observation }) => observation.probes.length > 0) && verification.every(({ ok }) => ok);
  const shaped = shape.bigip.length + shape.ramp.length > 0;
  const plan = {
    operations: changes.length,
    changes,
    interrupts: changes.flatMap(({ device, text, interrupts }) =>
      interrupts === null ? [] : [`${device}: ${text}: ${interrupts}`],
    ),
    detach: work('detach', 'bigip'),
    shape,
    prove: goal === 'declared' && changes.length > 0 && (shaped || !reachable) ? [1] : [],
    attach: work('attach', 'bigip'),
    before,
    original,
    verification,
    reachable,
    left,
    remarks,
  };
  return {
    digest: digestOf([
      goal,
      situation.spec.name,
      planned.map(({ name, operations, drains }) => [name, [...operations.map(wire), ...drains]]),
    ]),
    ...plan,
  };
}

/**
 * Refuses a plan that would cut traffic without leave, or that is not the one that was agreed to.
 * @throws Refused
 */
export function refuseUnlessAgreed(
  plan: Plan,
  request: { readonly allowInterruption: boolean; readonly expect: string | null },
): void {
  if (request.expect !== null && request.expect !== plan.digest)
    throw new Refused(
      `the plan is ${plan.digest}, not ${request.expect} as expected: devices or declaration have changed since; look at a fresh plan`,
    );
  if (plan.interrupts.length > 0 && !request.allowInterruption)
    throw new Refused(
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

/** Devices that had the tunnel and are not declared any more. Nobody looks at them: what stands there stays. */
function formerDevices({ spec, applied }: Situation): readonly string[] {
  if (applied === null) return [];
  const [now, then] = [deviceNames(spec), deviceNames(applied)];
  return (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
    then[kind]
      .filter((name) => !now[kind].includes(name))
      .map(
        (name) =>
          `${deviceTitle(kind, name)} had this tunnel and is no longer declared: what edge-ramp made there stays; to have it removed, tear down with the earlier declaration first`,
      ),
  );
}

/** When anything has to be changed, nobody knows any more what the saved configuration holds: it is saved again. */
function distrustSaved(state: State, aim: State): State {
  const { 'config saved': saved, ...objects } = state;
  const same = Object.keys({ ...objects, ...aim }).every(
    (object) => object === 'config saved' || objects[object] === aim[object],
  );
  return same && saved !== undefined ? state : objects;
}

function savedName({ facts }: Observation<unknown>): string | null {
  return typeof facts === 'object' && facts !== null && 'saved' in facts && typeof facts.saved === 'string'
    ? facts.saved
    : null;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

/** The bastion of a BIG-IP, or the node itself: the instance that commands for a device are sent to. */
export function instanceOf(spec: Tunnel, kind: Kind): string {
  return kind === 'bigip' ? bigipUnit(spec).bastion : rampNode(spec).instance;
}
