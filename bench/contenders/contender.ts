import type { Hosts } from '../../lab/hosts/host';

/** What one action took. */
export interface Effort {
  readonly seconds: number;
  /** How many times somebody or something went to a device and waited for its answer. */
  readonly trips: number;
  /** Steps that changed a device, as the contender itself counts them. */
  readonly changed: number;
  /** State transitions that AWS bills, where there are any. */
  readonly transitions?: number;
}

/**
 * One way to bring a tunnel about, for the benchmark. The actions are started one after the other, never side by side.
 * Each throws an Error of one sentence when a device refuses something that is no part of the way.
 */
export interface Contender {
  /** For the head of a column. */
  readonly name: string;
  /** What is to be said beside its figures. */
  readonly notes: readonly string[];
  apply(): Promise<Effort>;
  /** Again, where nothing has changed since. */
  reapply(): Promise<Effort>;
  /** The ramp node has lost something; nobody knows what. */
  repair(): Promise<Effort>;
  teardown(): Promise<Effort>;
  /** What repairs the node without anybody who starts it, where there is something of the kind. */
  readonly alone?: Alone;
}

/** A part of a contender that stays on the ramp node. */
export interface Alone {
  /** For the head of its row. */
  readonly name: string;
  /** Lets the time pass for which it stands back behind the contender's own actions. */
  ready(): Promise<void>;
  /** As `repair`: waits until it has put back what was lost. */
  repair(): Promise<Effort>;
}

export interface ContenderOptions {
  /** Open, with the devices of `spec`. Whose BIG-IP user has another login shell than tmsh cannot take part. */
  readonly hosts: Hosts;
  /** A declared tunnel, as JSON, of one BIG-IP, one ramp node and one cluster network. */
  readonly spec: unknown;
  /** Seconds that each trip to a device takes longer; default 0. */
  readonly delay?: number;
  /** Ends an action that is under way: it throws then. */
  readonly signal?: AbortSignal;
}

/** Carries out an action and says how many seconds it took. @throws the signal's reason when that has come before it */
export async function timed(
  signal: AbortSignal | undefined,
  action: () => Promise<Omit<Effort, 'seconds'>>,
): Promise<Effort> {
  signal?.throwIfAborted();
  const begun = performance.now();
  const effort = await action();
  return { ...effort, seconds: (performance.now() - begun) / 1000 };
}
