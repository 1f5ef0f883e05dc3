import type { Answer } from './answer';
import type { WorldOptions } from './world';

/** One machine that an SSM agent or a person reaches. `name` is the SSM instance id; BIG-IP, which has no agent, is not a Host here. */
export interface Host {
  readonly name: string;
  /** Environment the agent starts a script with: PATH, EDGE_RAMP_ROOT, HOME; the caller adds endpoint variables. */
  readonly environment: NodeJS.ProcessEnv;
}

/** One command line run on a host. `writes`: it configured the device (a repeated, idempotent one too); `code` is -1 where a fault made it hang. */
export interface HostCommand {
  readonly at: number;
  readonly host: string;
  readonly line: string;
  readonly code: number;
  readonly writes: boolean;
}

export interface Hosts {
  /** By SSM instance id. */
  host(name: string): Host | undefined;
  /** Every host, BIG-IPs by management address. */
  names(): readonly string[];
  /** Every command line run on a host since open, in order. */
  journal(): readonly HostCommand[];
  /** Complete, sorted, stable text of everything the host holds (BIG-IP: running and saved configuration), without counters and durations. */
  dump(name: string): string;
  /** Resolves when the next command on that host (or on a BIG-IP that it is the bastion of) hits a fault of effect "hang". */
  hung(name: string): Promise<void>;
  /** Types a line on a host: for bash on a bastion or a node, on a BIG-IP for its login shell. */
  run(name: string, line: string): Promise<Answer>;
  /** Writes the state to disk. */
  save(): void;
  close(): Promise<void>;
}

/** Spoils the `nth` (from 1) command line on `host` that the regular expression `match` finds. A BIG-IP's lines are tmsh command lines, a transaction is one. */
export interface Fault {
  readonly host: string;
  readonly match: string;
  readonly nth: number;
  readonly effect: 'fail-before' | 'fail-after' | 'hang';
}

export interface HostsOptions {
  /** The declared tunnels as JSON. */
  readonly specs: readonly unknown[];
  /** Where the hosts' folders and their saved state live. */
  readonly directory: string;
  /** Looks a secret up by its name: the private SSH key whose public half BIG-IP authorises. */
  readonly secret: (name: string) => string | undefined;
  readonly faults?: readonly Fault[];
  /** How many times faster than real time waits and time-outs pass; default 1. */
  readonly speed?: number;
  /** Variations of the world by tunnel name; they count when a device is first made, not when it is reopened. */
  readonly world?: Readonly<Record<string, WorldOptions>>;
}
