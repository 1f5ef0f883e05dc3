import type { Observation, Probe } from '../device/observation';
import type { Stage } from '../device/operation';
import type { Kind, StepKind } from './devices';
import type { Before, Original } from './records';
import type { Declared } from '../declaration/tunnel';

/** One device as observed. `name`: a BIG-IP's management address, the instance id of a ramp node or of the host that runs oc. */
export interface Seen {
  readonly kind: Kind;
  readonly name: string;
  readonly observation: Observation<unknown>;
  /** What its script remarks, whatever was asked; absent: nothing. */
  readonly remark?: string;
}

/** A device that did not fetch its command: one of a pair whose other node answered, or one that left the declaration. */
export interface Unseen {
  readonly kind: Kind;
  readonly name: string;
  /** What Run Command said of it, one sentence. */
  readonly unreachable: string;
}

export type Observed = Seen | Unseen;

/** Where a plan leads: the tunnel as declared; no tunnel; or what a run found. */
export type Goal = 'declared' | 'absent' | 'recorded';

/** One line of the diff. */
export interface Change {
  readonly device: string;
  readonly stage: Stage;
  readonly text: string;
  readonly interrupts: string | null;
}

/** Operations for one device in one stage, in wire form, with what must still be as planned before them and what to wait for after them; `saved` names what its saved configuration holds, for BIG-IP. */
export interface Work {
  readonly device: string;
  readonly operations: readonly string[];
  readonly saved: string | null;
}

/** Work for every kind of device that has a step of its own; an empty list where there is none. */
export type WorkByKind = Readonly<Record<StepKind, readonly Work[]>>;

/** A plan: everything the rest of a run needs, and everything a person wants to know beforehand. All fields are always present. */
export interface Plan {
  readonly digest: string;
  readonly operations: number;
  readonly changes: readonly Change[];
  readonly interrupts: readonly string[];
  readonly work: Readonly<Record<Stage, WorkByKind>>;
  /** The devices that prove the path before traffic arrives, with no operations; none when nothing has to be proven. */
  readonly prove: WorkByKind;
  readonly before: Before;
  readonly original: Original;
  readonly verification: readonly Probe[];
  /** True when every device has its tunnel and every ping came back. */
  readonly reachable: boolean;
  /** Devices of a pair that could not be reached; the rest of the tunnel stands or is built. */
  readonly degraded: readonly string[];
  /** Objects that a restore leaves, because somebody else has changed them since. */
  readonly left: readonly string[];
  readonly remarks: readonly string[];
}

/** What reconcile works from. */
export interface Situation {
  readonly spec: Declared;
  readonly applied: Declared | null;
  readonly original: Original;
  readonly before: Before;
  readonly observed: readonly Observed[];
  /** The declarations that runs began with which could not put everything back; default none. */
  readonly begun?: readonly Declared[];
  /** Devices that are gone for good. */
  readonly forget?: readonly string[];
}
