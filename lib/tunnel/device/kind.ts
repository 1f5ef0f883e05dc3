import type { Declared, Tunnel } from '../declaration/tunnel';
import type { Look } from './look';
import type { Observation, Subject, Wanted } from './observation';
import type { Operation, Stage, State } from './operation';

/** One object as a device has it. */
export interface Found {
  readonly object: string;
  /** Absent: there is no such object, or the settings below belong to another one. */
  readonly value?: string | undefined;
  /** Settings that edge-ramp could not put back once it has taken the object away; absent or empty: none. */
  readonly unrestorable?: string;
}

/**
 * When an operation is carried out within its stage. The list of a device's kinds is the order in which objects are made.
 * `first`: taken away before anything is made, backwards; `ahead`: just before a successor of its own kind; `in place`: made or changed;
 * `late`: taken away when all is made, backwards; `last`: made when all else has come and gone.
 */
export type Turn = 'first' | 'ahead' | 'in place' | 'late' | 'last';

/** How objects of a kind come and go. What is left out is as most kinds have it. */
export interface ObjectRules {
  /** How the names of its objects begin: `nat`, `address tun0`. Of two kinds the longer name counts. */
  readonly kind: string;
  /**
   * A note of edge-ramp's own, and no object of the device: any other change writes it anew, and a restore does not count it as left over.
   * Default false.
   */
  readonly note?: true;
  /** The script overwrites whatever it finds, so the value that an object had is not sent. Default false. */
  readonly overwrites?: true;
  /** The objects without which one cannot exist: it is deleted and created with them. */
  needs?(object: string, state: State): readonly string[];
  /** Whether the device cannot change one value into the other, so that the object is deleted and created; default false. */
  replaces?(from: string, to: string): boolean;
  /** Default: `first` for a deletion, `in place` for all else. */
  turn?(operation: Operation, all: readonly Operation[]): Turn;
  /** Default `shape`. */
  stage?(operation: Operation, all: readonly Operation[]): Stage;
  /** Why an operation towards a tunnel cuts traffic; default: it does not. */
  cuts?(operation: Operation): string | undefined;
  /** One line for the diff that a person reads; default the object and its words. */
  say?(operation: Operation): string;
  /** Other values that an operation may leave: the script was cut off within it, or another tunnel came or left. null: no object. */
  partial?(operation: Operation): readonly (string | null)[];
  /** The value that a restore makes where the value itself could not be put back; default the value. */
  recorded?(value: string): string;
}

/** A kind of object on a device: all that edge-ramp knows of it. */
export interface ObjectKind<Facts = unknown, Spec extends Declared = Tunnel> extends ObjectRules {
  /** What is asked to see them; each question is a line that the observe script knows. */
  questions?(subject: Subject<Spec>): readonly string[];
  /**
   * Reads the objects; of one without a value there is none.
   * @param asked its own questions
   * @param state what the kinds before have found
   * @throws NotUnderstood
   */
  read(look: Look<Spec>, asked: readonly string[], state: State): readonly Found[];
  /** Refuses another's object, before anything is planned. @throws Refused */
  refuse?(wanted: Wanted<Spec>, observed: Observation<Facts>, shallExist: boolean): void;
  /**
   * The objects that the tunnel needs.
   * @param goal those of the kinds before
   * @throws Refused
   */
  desired(wanted: Wanted<Spec>, observed: Observation<Facts>, goal: State): State;
  /** The objects that stay, or come back, when the tunnel is removed; default none. */
  absent?(wanted: Wanted<Spec>, observed: Observation<Facts>, goal: State): State;
  /** The first value of each object that several tunnels share: what `original` must hold before the first change. */
  originals?(wanted: Wanted<Spec>, state: State): State;
  /**
   * How names and values in a record are said now, where the device has been made anew since.
   * @param wrote the values of its objects that a run may have written
   * @param found those that it found
   * @returns undefined: as they were
   */
  asNow?(wrote: readonly string[], found: readonly string[], facts: Facts): ((text: string) => string) | undefined;
  /** Remarks on the plan that are no changes. */
  remarks?(wanted: Wanted<Spec>, observed: Observation<Facts>, operations: readonly Operation[]): readonly string[];
  /** What the script waits for after `detach`, in wire form: no change, so no operation. */
  drains?(spec: Spec, state: State, operations: readonly Operation[]): readonly string[];
  /** What must still be as planned when traffic arrives, in wire form: the script checks it together with the switch. */
  preconditions?(spec: Spec, aim: State, operations: readonly Operation[]): readonly string[];
}
