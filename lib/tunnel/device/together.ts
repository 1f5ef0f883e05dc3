import type { Declared, Tunnel } from '../declaration/tunnel';
import type { Observation, Wanted } from './observation';
import type { Goal, Operation } from './operation';

/** One of the devices that are planned together. */
export interface Drafted<Facts, Spec extends Declared = Tunnel> {
  readonly wanted: Wanted<Spec>;
  readonly observation: Observation<Facts>;
  /** What would lead it to the goal if it stood alone, in order. */
  readonly operations: readonly Operation[];
}

/** How devices of one kind work together that have objects in common: the units of a BIG-IP pair, which synchronise them. */
export interface Together<Facts, Spec extends Declared = Tunnel> {
  /** Whether the devices of a declaration have objects in common. */
  applies(spec: Spec): boolean;
  /**
   * Refuses devices that do not fit together, before anything is planned.
   * @param silent names of those that did not answer
   * @throws Refused
   */
  refuse(
    goal: Goal,
    spec: Spec,
    members: readonly Pick<Drafted<Facts, Spec>, 'wanted' | 'observation'>[],
    silent: readonly string[],
  ): void;
  /** Leaves out of each member's operations what comes to it from another one, and gives each operation its round. */
  share(goal: Goal, members: readonly Drafted<Facts, Spec>[]): readonly (readonly Operation[])[];
  /** One round's operations in wire form, and what has to be said around them. */
  statements(goal: Goal, member: Drafted<Facts, Spec>, round: readonly Operation[]): readonly string[];
}
