import type { Declared, Tunnel } from '../tunnel';
import type { Answer } from './answer';
import { describeWords } from './describe';
import type { Order } from './difference';
import type { ObjectKind, Turn } from './kind';
import { Look } from './look';
import type { Observation, Probe, Subject, Wanted } from './observation';
import type { Operation, State } from './operation';

/** All that reconcile knows of a kind of device, which declarations of some kind have. */
export interface Device<Facts, Spec extends Declared = Tunnel> {
  readonly kind: 'bigip' | 'ramp' | 'cluster';
  /** How an operator calls it: `BIG-IP`, `ramp node`, `balancer`, `cluster of`. */
  readonly title: string;
  /** What observing asks for, each question a line that the observe script knows. */
  questions(subject: Subject<Spec>): readonly string[];
  /** Those of them that are about objects which a run may have made. */
  objectQuestions(subject: Subject<Spec>): readonly string[];
  /** What proving asks for: the probes, and what a probe cannot show. None: there is nothing on such a device that could prove a tunnel. */
  proofs(subject: Subject<Spec>): readonly string[];
  /** @throws NotUnderstood on an answer without end mark or with foreign text */
  read(answer: string, subject: Subject<Spec>): Observation<Facts>;
  /** @throws NotUnderstood, NotVerified */
  prove(answer: string, subject: Subject<Spec>): readonly Probe[];
  /** The state with the tunnel. @throws Refused: unknown pipeline, no free address, another's object */
  desired(wanted: Wanted<Spec>, observed: Observation<Facts>): State;
  /** The state without it; shared objects as in `original`. @throws Refused: another's object */
  absent(wanted: Wanted<Spec>, observed: Observation<Facts>): State;
  /** The first value of each shared object that teardown puts back: what `original` must hold before the first change. */
  originals(wanted: Wanted<Spec>, observed: Observation<Facts>): State;
  /** What is to be waited for after `detach`, before the operations that follow, in wire form: no change, so no operation. */
  drains(spec: Spec, state: State, operations: readonly Operation[]): readonly string[];
  /** What must still be as planned when traffic arrives, in wire form: looked at again together with what switches. */
  keeps(spec: Spec, aim: State, operations: readonly Operation[]): readonly string[];
  /** What its apply script has to know of what was saved there; null: nothing. */
  saved(observed: Observation<Facts>): string | null;
  readonly order: Order;
  /** One line for the diff that a person reads. */
  describe(operation: Operation): string;
  /** Remarks on the plan that are no changes: routes that bypass the tunnel, unsaved changes of others that are saved along. */
  remarks(wanted: Wanted<Spec>, observed: Observation<Facts>, operations: readonly Operation[]): readonly string[];
}

/** What a kind of device is made of. */
export interface DeviceKind<Facts, Spec extends Declared = Tunnel> {
  readonly kind: 'bigip' | 'ramp' | 'cluster';
  readonly title: string;
  /** How what its observe script printed is read. @throws NotUnderstood */
  readonly answers: (device: string, text: string, questions: readonly string[]) => ReadonlyMap<string, Answer>;
  /** Its kinds of object, in the order in which they are made. */
  readonly objects: readonly ObjectKind<Facts, Spec>[];
  /** What is asked beside the objects, and known of the device but not changed. */
  readonly facts: Reading<Spec, Facts>;
  /** The probes that observing sends; default none. */
  readonly probes?: Reading<Spec, readonly Probe[]>;
  /** What proves the tunnel before traffic arrives; default nothing can. `read` throws NotVerified too. */
  readonly proofs?: Reading<Spec, readonly Probe[]>;
  /** What its apply script has to know of what was saved there; default nothing. */
  saved?(facts: Facts): string;
  /** Refuses a device that is not fit, before anything is planned; `stands`: whether the tunnel shall be there. @throws Refused */
  refuse?(wanted: Wanted<Spec>, observed: Observation<Facts>, stands: boolean): void;
  /** Remarks on the device; those on its objects follow them. */
  remarks?(wanted: Wanted<Spec>, observed: Observation<Facts>, operations: readonly Operation[]): readonly string[];
}

/** Something that is asked of a device and read from its answers. */
export interface Reading<Spec extends Declared, Out> {
  questions(subject: Subject<Spec>): readonly string[];
  /** @throws NotUnderstood */
  read(look: Look<Spec>, state: State): Out;
}

/** A device made of its kinds of object. */
export function deviceOf<Facts, Spec extends Declared>(device: DeviceKind<Facts, Spec>): Device<Facts, Spec> {
  const { kind, title, objects, facts, probes, proofs } = device;
  const kindOf = (object: string) => kindOfObject(objects, object);
  const answers = (text: string, subject: Subject<Spec>, questions: readonly string[]): Look<Spec> => {
    const name = `${title} ${subject.name}`;
    return new Look(name, subject, device.answers(name, text, questions));
  };
  const objectQuestions = (subject: Subject<Spec>): readonly string[] =>
    objects.flatMap((each) => each.questions?.(subject) ?? []);
  const questions = (subject: Subject<Spec>): readonly string[] => [
    ...new Set([...facts.questions(subject), ...objectQuestions(subject), ...(probes?.questions(subject) ?? [])]),
  ];
  const refuse = (wanted: Wanted<Spec>, observed: Observation<Facts>, stands: boolean): void => {
    device.refuse?.(wanted, observed, stands);
    for (const each of objects) each.refuse?.(wanted, observed, stands);
  };
  return {
    kind,
    title,
    questions,
    objectQuestions,
    proofs: (subject) => proofs?.questions(subject) ?? [],
    read(text, subject) {
      const look = answers(text, subject, questions(subject));
      const { state, unrestorable } = readObjects(objects, look);
      const known = { ...facts.read(look, state), unrestorable };
      return { facts: known, state, probes: probes?.read(look, state) ?? [] };
    },
    prove: (text, subject) => proofs?.read(answers(text, subject, proofs.questions(subject)), {}) ?? [],
    desired(wanted, observed) {
      refuse(wanted, observed, true);
      return objects.reduce<State>((goal, each) => ({ ...goal, ...each.desired(wanted, observed, goal) }), {});
    },
    absent(wanted, observed) {
      refuse(wanted, observed, false);
      return absentOf(objects, wanted, observed);
    },
    originals: (wanted, { state }) =>
      objects.reduce<State>((known, each) => ({ ...known, ...each.originals?.(wanted, state) }), {}),
    drains: (spec, state, operations) => objects.flatMap((each) => each.drains?.(spec, state, operations) ?? []),
    keeps: (spec, aim, operations) => objects.flatMap((each) => each.keeps?.(spec, aim, operations) ?? []),
    saved: ({ facts: known }) => device.saved?.(known) ?? null,
    order: orderOf(objects),
    describe: (operation) => kindOf(operation.object).say?.(operation) ?? describeWords(operation),
    remarks: (wanted, observed, operations) => [
      ...(device.remarks?.(wanted, observed, operations) ?? []),
      ...objects.flatMap((each) => each.remarks?.(wanted, observed, operations) ?? []),
    ],
  };
}

/** What stays, or comes back, when the tunnel goes. */
export function absentOf<Facts, Spec extends Declared>(
  objects: readonly ObjectKind<Facts, Spec>[],
  wanted: Wanted<Spec>,
  observed: Observation<Facts>,
): State {
  return objects.reduce<State>((goal, each) => ({ ...goal, ...each.absent?.(wanted, observed, goal) }), {});
}

function readObjects<Spec extends Declared>(objects: readonly ObjectKind<never, Spec>[], look: Look<Spec>) {
  const state: Record<string, string> = {};
  const unrestorable: Record<string, string> = {};
  for (const each of objects)
    for (const { object, value, unrestorable: settings } of each.read(look, state)) {
      if (value !== undefined) state[object] ??= value;
      if (settings !== undefined)
        unrestorable[object] = object in unrestorable ? `${unrestorable[object]}, ${settings}` : settings;
    }
  return { state, unrestorable };
}

/** How the objects of these kinds depend on one another. */
function orderOf<Facts, Spec extends Declared>(objects: readonly ObjectKind<Facts, Spec>[]): Order {
  const kindOf = (object: string) => kindOfObject(objects, object);
  return {
    rank(operation, all) {
      const kind = kindOf(operation.object);
      const turn = kind.turn?.(operation, all) ?? (operation.verb === 'delete' ? 'first' : 'in place');
      return RANKS[turn](objects.indexOf(kind) + 1, objects.length);
    },
    stage: (operation, all) => kindOf(operation.object).stage?.(operation, all) ?? 'shape',
    immutable: (object, from, to) => kindOf(object).replaces?.(from, to) ?? false,
    dependents: (object, state) =>
      Object.keys(state).filter((other) => kindOf(other).needs?.(other, state).includes(object)),
    note: (object) => kindOf(object).note ?? false,
    halfway: (operation) => kindOf(operation.object).halfway?.(operation) ?? [],
    recorded: (object, value) => kindOf(object).recorded?.(value) ?? value,
    interrupts: (operation) => kindOf(operation.object).cuts?.(operation),
  };
}

/** What has a turn stands where in the order of a stage. `place` is from 1 to `count`. */
const RANKS: Readonly<Record<Turn, (place: number, count: number) => number>> = {
  first: (place) => -place,
  ahead: (place) => place - 0.5,
  'in place': (place) => place,
  late: (place, count) => 2 * count + 1 - place,
  last: (place, count) => 2 * count + place,
};

function kindOfObject<Facts, Spec extends Declared>(
  objects: readonly ObjectKind<Facts, Spec>[],
  object: string,
): ObjectKind<Facts, Spec> {
  const [kind] = objects
    .filter((each) => object.startsWith(`${each.kind} `))
    .sort((a, b) => b.kind.length - a.kind.length);
  if (kind === undefined) throw new Error(`no kind of object has ${object}`);
  return kind;
}
