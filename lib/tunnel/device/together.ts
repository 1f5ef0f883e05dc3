import type { Declared, Tunnel } from '../declaration/tunnel';
import type { Observation, Wanted } from './observation';
import type { Goal, Operation } from './operation';

/** One of the devices that are planned together. */
export interface Drafted<Facts, Spec extends Declared = Tunnel> {
  readonly wanted: Wanted<Spec>;
  readonly observation: Observation<Facts>;
  /** What would lead it to the goal if it stood alone, in order. */
  readonly operations: readonly Operation[];
  /** What a restore needs here and another device brings. */
  readonly awaited: readonly Operation[];
}

/** What one of the devices said of itself. A declared device that is not among them did not answer, or is forgotten. */
export interface NamedLook<Facts> extends Observation<Facts> {
  readonly name: string;
}

/** How devices of one kind work together that have objects in common: the units of a BIG-IP pair, which synchronise them. */
export interface Together<Facts, Spec extends Declared = Tunnel> {
  /** Whether the devices of a declaration have objects in common. */
  applies(spec: Spec): boolean;
  /** Refuses devices that do not fit together, before anything is planned. @throws Refused, NotUnderstood */
  refuse(goal: Goal, spec: Spec, looks: readonly NamedLook<Facts>[]): void;
  /** Remarks on them that are no changes. */
  remarks(spec: Spec, looks: readonly NamedLook<Facts>[]): readonly string[];
  /** Whether an object of a device is one that they have in common. */
  isShared(observation: Observation<Facts>, object: string): boolean;
  /** Whether what another device has to give reaches this one now. */
  isConnected(observation: Observation<Facts>): boolean;
  /** Leaves out of each member's operations what comes to it from another one, and gives each operation its round. @throws Refused */
  share(goal: Goal, members: readonly Drafted<Facts, Spec>[]): readonly (readonly Operation[])[];
  /** One round's operations in wire form, and what has to be said around them. `members`: all that are planned together, with what each carries out. */
  statements(
    goal: Goal,
    member: Drafted<Facts, Spec>,
    round: readonly Operation[],
    members: readonly Drafted<Facts, Spec>[],
  ): readonly string[];
}
