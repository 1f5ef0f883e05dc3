import type { HealedDevice } from '../device/healed';
import type { Observation, Probe } from '../device/observation';
import type { Stage } from '../device/operation';
import type { Kind, StepKind } from './devices';
import type { Before, Original } from './records';
import type { Declared } from '../declaration/tunnel';

/** One device as observed. `name`: a BIG-IP's management address, the instance id of a ramp node or of the host that runs oc. */
export interface Reached {
  readonly kind: Kind;
  readonly name: string;
  readonly observation: Observation<unknown>;
  /** A remark that its script adds to any answer; absent: none. */
  readonly remark?: string;
}

/** A device that did not fetch its command: a node of a pair whose other node answered, or a device that left the declaration. */
export interface Unreached {
  readonly kind: Kind;
  readonly name: string;
  /** Run Command's reason, one sentence. */
  readonly unreachable: string;
}

export type Observed = Reached | Unreached;

/** One line of the diff. */
export interface Change {
  readonly device: string;
  readonly stage: Stage;
  readonly text: string;
  readonly interrupts: string | null;
}

/**
 * Operations for one device in one stage, in wire form. Preconditions stand before them, waits after them. `saved`: the digest of BIG-IP's saved
 * configuration.
 */
export interface Work {
  readonly device: string;
  readonly operations: readonly string[];
  readonly saved: string | null;
  /** The tunnel is proven in the same step: the proof is sent together with the change, if there is one. Absent: it is not. */
  readonly proves?: true;
  /** The devices of a kind go round after round; those of one round side by side. Absent: there is one round. */
  readonly round?: number;
}

/** Work by the kind of device whose function does it; an empty list where there is none. */
export type WorkByKind = Readonly<Record<StepKind, readonly Work[]>>;

/** A plan: everything that the rest of a run needs, and that a person wants to know beforehand. All fields are always present. */
export interface Plan {
  readonly digest: string;
  readonly operations: number;
  readonly changes: readonly Change[];
  readonly interrupts: readonly string[];
  readonly work: Readonly<Record<Stage, WorkByKind>>;
  /** The devices that prove the path before traffic arrives, without operations; none when nothing has to be proven. */
  readonly prove: WorkByKind;
  readonly before: Before;
  readonly original: Original;
  readonly verification: readonly Probe[];
  /** True when every device has its tunnel and every ping came back. */
  readonly reachable: boolean;
  /** Devices that could not be reached. The plan is for the others. */
  readonly degraded: readonly string[];
  /** Objects that a restore does not touch, because somebody else has changed them since. */
  readonly left: readonly string[];
  readonly remarks: readonly string[];
  /** The devices that put something back by themselves within the last hour. */
  readonly healed: readonly HealedDevice[];
}

/** What reconcile works from. */
export interface Situation {
  readonly spec: Declared;
  readonly applied: Declared | null;
  readonly original: Original;
  readonly before: Before;
  readonly observed: readonly Observed[];
  /** The declarations of runs that could not restore everything; default none. */
  readonly begun?: readonly Declared[];
  /** Devices that are gone for good. */
  readonly forget?: readonly string[];
}
