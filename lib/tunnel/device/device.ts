import type { Declared, Tunnel } from '../declaration/tunnel';
import { readAnswers } from './answer';
import { describeWords } from './describe';
import { rulesOf } from './difference';
import type { Healed } from './healed';
import type { ObjectKind } from './kind';
import { Look } from './look';
import type { Observation, Probe, Subject, Wanted } from './observation';
import type { Operation, State } from './operation';
import type { Together } from './together';

/** A kind of device: all that edge-ramp knows of it. What is left out is as most kinds have it. */
export interface DeviceKind<Facts, Spec extends Declared = Tunnel> {
  /** How an operator calls it: `BIG-IP`, `ramp node`, `balancer`, `cluster of`. */
  readonly title: string;
  /** What the instance is tagged as that commands for it are sent to (`edge-ramp:role`). */
  readonly role: string;
  /** The scripts of its two documents, which its own function sends; or the kind whose function and documents it uses. */
  readonly scripts: Scripts | string;
  /** The devices of a declaration, and the instance that commands for each are sent to. */
  devices(declared: Declared): readonly Destination[];
  /** A tunnel has one at most, known by the tunnel and not by its name; default false. */
  readonly single?: true;
  /** Several do the same, so that one may be away while another answers; default false. */
  readonly several?: true;
  /** Parameters of its documents in addition to tunnel and fence: names and paths of keys and logins, never the keys. Default nothing. */
  parameters?(device: Pick<Subject<Declared>, 'name' | 'spec'>): Readonly<Record<string, string>>;
  /** The answers that are read word by word, whatever blanks stand between the words; default none. */
  readonly inWords?: (question: string) => boolean;
  /** Its kinds of object, in the order in which they are made. */
  readonly objects: readonly ObjectKind<Facts, Spec>[];
  /** What a run reads of the device and does not change. */
  readonly facts: Reading<Spec, Facts>;
  /** The probes that observing sends; default none. */
  readonly probes?: Reading<Spec, readonly Probe[]>;
  /** What proves the tunnel before traffic arrives; default nothing can. `read` throws NotVerified too. */
  readonly proofs?: Reading<Spec, readonly Probe[]>;
  /** How its proof can be sent together with the change that it proves (proving.ts); default it cannot. */
  readonly provesAlong?: 'after its change' | 'until answered';
  /** Whether its changes keep their own stages, or wait, where they only take away, until traffic goes the new way. Default neither (stages.ts). */
  readonly stages?: 'own' | 'removed late';
  /** Where its devices have objects in common; default each is planned by itself. */
  readonly together?: Together<Facts, Spec>;
  /** Of devices that put back by themselves what is missing: how they learn that the tunnel is paused. Default they do not. */
  readonly keeps?: Keeps;
  /** What such a device has put back lately; default nothing. */
  healed?(facts: Facts): Healed | null;
  /** What its apply script has to know of what was saved there (`Saved`); default nothing. */
  saved?(facts: Facts): string;
  /** Refuses a device that is not fit, before anything is planned. @throws Refused */
  refuse?(wanted: Wanted<Spec>, observed: Observation<Facts>, shallExist: boolean): void;
  /** Remarks on the device; those on its objects follow them. */
  remarks?(wanted: Wanted<Spec>, observed: Observation<Facts>, operations: readonly Operation[]): readonly string[];
}

/** A device, and how commands reach it. */
export interface Destination {
  readonly name: string;
  /** The instance that gets its commands: the device itself, or the bastion or admin host in front of it. */
  readonly instance: string;
  /** The instance is the cluster's admin host, which takes the script to the node by oc (ADR 0031). Default: the script runs on the instance. */
  readonly byOc?: true;
}

/** How a device that keeps its own part of the tunnel learns of a pause. */
export interface Keeps {
  /** The operation that tells it, in wire form. */
  told(tunnel: string, pause: string): string;
  /** The operations of a run, in wire form, with that one behind each that starts to keep: so that nothing is kept meanwhile. */
  withTold(operations: readonly string[], tunnel: string, pause: string): readonly string[];
}

/** What the two command documents of a kind of device are made of. */
export interface Scripts {
  /** How the function that sends them is called in the stack. */
  readonly sender: string;
  /** What they look at and change, in their descriptions. */
  readonly what: string;
  /** What of it a run changes, for the console. */
  readonly objects: string;
  /** How it proves the tunnel, for the console; absent: it cannot. */
  readonly proof?: string;
  /** The files of documents/ that both begin with, behind the prelude. */
  readonly files: readonly string[];
  /** Further files of the one that changes; default none. */
  readonly changes?: readonly string[];
  /** A script that is put on the device: the one that changes finds its text in the variable `name`, both its SHA-256 in `name_digest`. */
  readonly installs?: { readonly name: string; readonly files: readonly string[] };
  /** The names of their own parameters; `Saved` only of the one that changes. */
  readonly parameters: readonly string[];
  /** For devices that are reached by oc: what two further documents need, which carry the same scripts from the admin host. */
  readonly byOc?: {
    /** What that host is tagged as. */
    readonly role: string;
    /** The file of documents/ that carries them. */
    readonly file: string;
    readonly parameters: readonly string[];
  };
}

/** Something that is asked of a device and read from its answers. */
export interface Reading<Spec extends Declared, Out> {
  questions(subject: Subject<Spec>): readonly string[];
  /** @throws NotUnderstood */
  read(look: Look<Spec>, state: State): Out;
}

/** What a kind of device can do, whatever its objects are. */
export class Device<Facts, Spec extends Declared = Tunnel> {
  constructor(readonly record: DeviceKind<Facts, Spec>) {}

  /** What observing asks for, each question a line that the observe script knows. */
  questions(subject: Subject<Spec>): readonly string[] {
    const { facts, probes } = this.record;
    const asked = [
      ...facts.questions(subject),
      ...this.objectQuestions(subject),
      ...(probes?.questions(subject) ?? []),
    ];
    return [...new Set(asked)];
  }

  /** Those of them that are about objects which a run may have made. */
  objectQuestions(subject: Subject<Spec>): readonly string[] {
    return this.record.objects.flatMap((each) => each.questions?.(subject) ?? []);
  }

  /** What its observe script printed, for whoever reads it. @throws NotUnderstood on an answer without end mark or with foreign text */
  look<Own extends Spec>(answer: string, subject: Subject<Own>, questions: readonly string[]): Look<Own> {
    const title = `${this.record.title} ${subject.name}`;
    return new Look(title, subject, readAnswers(title, answer, questions, this.record.inWords));
  }

  /** @throws NotUnderstood */
  read(answer: string, subject: Subject<Spec>): Observation<Facts> {
    const { objects, facts, probes } = this.record;
    const look = this.look(answer, subject, this.questions(subject));
    const { state, unrestorable } = readObjects(objects, look);
    return { facts: { ...facts.read(look, state), unrestorable }, state, probes: probes?.read(look, state) ?? [] };
  }

  /** What proving asks for. None: there is nothing on such a device that could prove a tunnel. */
  proofs(subject: Subject<Spec>): readonly string[] {
    return this.record.proofs?.questions(subject) ?? [];
  }

  /** @throws NotUnderstood, NotVerified */
  prove(answer: string, subject: Subject<Spec>): readonly Probe[] {
    return this.record.proofs?.read(this.look(answer, subject, this.proofs(subject)), {}) ?? [];
  }

  /** The state with the tunnel. @throws Refused: unknown pipeline, no free address, another's object */
  desired(wanted: Wanted<Spec>, observed: Observation<Facts>): State {
    this.refuse(wanted, observed, true);
    return this.record.objects.reduce<State>(
      (goal, each) => ({ ...goal, ...each.desired(wanted, observed, goal) }),
      {},
    );
  }

  /** The state without it; shared objects as in `original`. @throws Refused: another's object */
  absent(wanted: Wanted<Spec>, observed: Observation<Facts>): State {
    this.refuse(wanted, observed, false);
    return absentOf(this.record.objects, wanted, observed);
  }

  /** The first value of each shared object that teardown puts back: what `original` must hold before the first change. */
  originals(wanted: Wanted<Spec>, { state }: Observation<Facts>): State {
    return Object.assign({}, ...this.record.objects.map((each) => each.originals?.(wanted, state))) as State;
  }

  /** What the script waits for after `detach`, in wire form: no change, so no operation. */
  drains(spec: Spec, state: State, operations: readonly Operation[]): readonly string[] {
    return this.record.objects.flatMap((each) => each.drains?.(spec, state, operations) ?? []);
  }

  /** What must still be as planned when traffic arrives, in wire form: the script checks it together with the switch. */
  preconditions(spec: Spec, aim: State, operations: readonly Operation[]): readonly string[] {
    return this.record.objects.flatMap((each) => each.preconditions?.(spec, aim, operations) ?? []);
  }

  /** One line for the diff that a person reads. */
  describe(operation: Operation): string {
    return rulesOf(this.record.objects, operation.object)?.say?.(operation) ?? describeWords(operation);
  }

  /** Why an operation towards a tunnel cuts traffic; undefined: it does not. */
  interrupts(operation: Operation): string | undefined {
    return rulesOf(this.record.objects, operation.object)?.cuts?.(operation);
  }

  /** Remarks on the plan that are no changes: routes that bypass the tunnel, unsaved changes of others that are saved along. */
  remarks(wanted: Wanted<Spec>, observed: Observation<Facts>, operations: readonly Operation[]): readonly string[] {
    return [this.record, ...this.record.objects].flatMap((each) => each.remarks?.(wanted, observed, operations) ?? []);
  }

  private refuse(wanted: Wanted<Spec>, observed: Observation<Facts>, shallExist: boolean): void {
    for (const each of [this.record, ...this.record.objects]) each.refuse?.(wanted, observed, shallExist);
  }
}

/** The objects that stay, or come back, when the tunnel is removed. */
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
  const found = (each: ObjectKind<never, Spec>) => each.read(look, each.questions?.(look.subject) ?? [], state);
  for (const each of objects)
    for (const { object, value, unrestorable: settings = '' } of found(each)) {
      if (value !== undefined) state[object] ??= value;
      if (settings !== '')
        unrestorable[object] = object in unrestorable ? `${unrestorable[object]}, ${settings}` : settings;
    }
  return { state, unrestorable };
}
