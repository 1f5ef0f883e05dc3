import type { Declared, Tunnel } from '../declaration/tunnel';
import type { State } from './operation';

/** One packet's way through the tunnel that was tried: `ok` says whether it came back, `detail` with what evidence. */
export interface Probe {
  readonly from: string;
  readonly to: string;
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What exactly one device of a pair holds, where the probe is about that. */
  readonly held?: 'virtual-ip' | 'active-role';
  /** Whether this device is the one that holds it. */
  readonly holds?: boolean;
}

/** What one device said of itself, understood. */
export interface Observation<Facts> {
  /** What edge-ramp knows of the device but does not change; `unrestorable`: object to settings that it could not put back. */
  readonly facts: Facts & { readonly unrestorable: State };
  readonly state: State;
  /** Pings through the tunnel; empty when the device has no tunnel yet. */
  readonly probes: readonly Probe[];
}

/** One device of a tunnel: everything that is asked of it, read from it and planned for it is about this. */
export interface Subject<Spec extends Declared = Tunnel> {
  /** A BIG-IP's management address, the instance id of a ramp node or of the host that runs oc. */
  readonly name: string;
  /** The declared tunnel; for a device that left the declaration, the last one that had it. */
  readonly spec: Spec;
  /** The tunnel last applied. */
  readonly applied: Spec | null;
  /** Of a proof that is sent together with a ramp node's change: the digest of that change's plan. Absent: nothing changes meanwhile. */
  readonly along?: string;
}

/** A device with the values that its shared objects had before edge-ramp first touched them. */
export interface Wanted<Spec extends Declared = Tunnel> extends Subject<Spec> {
  readonly original: State;
}

/** The declared tunnel, and the one last applied: objects have the names that either gives them. */
export function declarationsOf<Spec extends Declared>({ spec, applied }: Subject<Spec>): readonly Spec[] {
  return applied === null ? [spec] : [spec, applied];
}

/** One question for each name that the declarations of a subject give: `route 10.3.91.217`. */
export function eachNamed<Spec extends Declared>(
  kind: string,
  subject: Subject<Spec>,
  names: (declared: Spec) => string | readonly string[],
): readonly string[] {
  return [...new Set(declarationsOf(subject).flatMap(names))].map((name) => `${kind} ${name}`);
}
