import type { Probe } from '../device/observation';
import type { Goal } from '../device/operation';
import { STEP_KINDS, kindOf, type StepKind } from './devices';
import { disagreements } from './disagreements';
import type { Change, Work, WorkByKind } from './plan';
import type { Answered } from './reach';

/** Whether packets come through, by the probes of the look; and the devices that prove it before traffic arrives. */
export interface Carrying {
  readonly verification: readonly Probe[];
  /** True when every device has its tunnel and every ping came back. */
  readonly reachable: boolean;
  readonly toProve: readonly Answered[];
}

/** @param standing the devices that are declared and answered */
export function whatCarries(goal: Goal, standing: readonly Answered[], changes: readonly Change[]): Carrying {
  const probes = standing.flatMap(({ observation }) => observation.probes);
  const verification = [...probes, ...disagreements(probes).map(({ probe }) => probe)];
  const proving = standing.filter(({ listed }) => kindOf(listed).proofs(listed).length > 0);
  const reachable =
    proving.every(({ observation }) => observation.probes.length > 0) && verification.every(({ ok }) => ok);
  const shaped = changes.some(({ stage }) => stage === 'prepare' || stage === 'shape');
  const toProve = goal === 'declared' && changes.length > 0 && (shaped || !reachable) ? proving : [];
  return { verification, reachable, toProve };
}

/**
 * Whether the proof is sent together with the change, which saves a repair a third of its way; else it comes behind all changes.
 *
 * Only ramp nodes change, and nothing cuts traffic. BIG-IP pings until it is answered, so its pings prove the change only where they failed before
 * it: of a pair of ramp nodes, the other one carries meanwhile. A node's proof waits for the node's own change. Not by oc, where a second command
 * is a second debug Pod (ADR 0031).
 */
export function provesAlong(
  toProve: readonly Answered[],
  changes: readonly Change[],
  changed: readonly Answered[],
): boolean {
  const along = ({ listed }: Answered) => kindOf(listed).record.provesAlong;
  return (
    changes.every(({ stage, interrupts }) => stage === 'shape' && interrupts === null) &&
    changed.every((each) => along(each) === 'after its change' && each.listed.byOc !== true) &&
    toProve.every((each) => along(each) !== undefined) &&
    toProve.some((each) => along(each) === 'until answered' && each.observation.probes.some(({ ok }) => !ok))
  );
}

/** The work of a stage whose devices prove the tunnel in the same step, and with it the others that prove it. */
export function withProofs(work: WorkByKind, prove: WorkByKind): WorkByKind {
  const together = STEP_KINDS.map((kind) => {
    const alone = prove[kind].filter(({ device }) => !work[kind].some((each) => each.device === device));
    return [kind, [...work[kind], ...alone].map((each): Work => ({ ...each, proves: true }))];
  });
  return Object.fromEntries(together) as Record<StepKind, Work[]>;
}
