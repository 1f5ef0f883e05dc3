import type { Answer } from './answer';
import type { DebugEffect } from './cluster/debug';
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
  dump(name: string): string | Promise<string>;
  /** Resolves when the next command on that host (or on a BIG-IP that it is the bastion of) hits a fault of effect "hang". */
  hung(name: string): Promise<void>;
  /** Types a line on a host: for bash on a bastion or a node, on a BIG-IP for its login shell. */
  run(name: string, line: string): Promise<Answer>;
  /**
   * Does to a host what happens to machines; a BIG-IP is named by its management address.
   * @returns when it is done, and the host there again after a reboot
   * @throws Error of one sentence for an unknown host, or one that has nothing of the kind
   */
  act(name: string, action: HostAction): Promise<void>;
  /** Writes the state to disk. */
  save(): void;
  close(): Promise<void>;
}

/**
 * What can be done to a unit of a pair of BIG-IPs: the roles change places, both are active, it is forced offline, it stands by (again); the link for
 * config sync is cut, nobody reaches it by SSH; and to the syncs of its pair: each load fails, or none ends.
 */
export const UNIT_ACTIONS = [
  'failover',
  'split-brain',
  'force-offline',
  'stand-by',
  'cut-link',
  'mend-link',
  'cut-ssh',
  'mend-ssh',
  'fail-syncs',
  'stall-syncs',
  'mend-syncs',
] as const;
/** What can be done to a host by name: `wipe-flows`, `restart-ovs` and `keep` (its keepers look once, which they do by themselves on kernel hosts) to nodes only. */
export const HOST_ACTIONS = ['reboot', 'wipe-flows', 'restart-ovs', 'keep', 'gone', 'back', ...UNIT_ACTIONS] as const;
export type HostAction = (typeof HOST_ACTIONS)[number];

/** Spoils the `nth` (from 1) command line on `host` that the regular expression `match` finds. A BIG-IP's lines are tmsh command lines, a transaction is one. */
export type LineFault = { readonly host: string; readonly match: string; readonly nth: number } & (
  | { readonly effect: 'fail-before' | 'fail-after' | 'hang' }
  /** For `oc debug node/NAME`: its Pod does not start, its image cannot be pulled, or the connection ends while the Pod's log is read. */
  | { readonly effect: DebugEffect }
  /** The host goes off when it meets that line, and is back after `for` seconds of its own time; without it, it stays off. */
  | { readonly effect: 'host-gone'; readonly for?: number | undefined }
  /** The line itself goes well: just before it a stranger types another one on the host `on`, or something happens to that. */
  | { readonly effect: 'meanwhile'; readonly on: string; readonly types: string }
  | { readonly effect: 'meanwhile'; readonly on: string; readonly does: HostAction }
);

/** Spoils commands that Systems Manager is asked to send to the instance `host`: the `nth` (from 1) and `times - 1` (default 0) that follow it. */
export type SendFault = {
  readonly host: string;
  /** A regular expression on the document's name; default: any document. */
  readonly match?: string | undefined;
  readonly nth: number;
  readonly times?: number | undefined;
} &
  /**
   * `throttle`: ThrottlingException, nothing is sent. Of all others the command runs. `lose-answer`: who sent it gets InternalServerError.
   * `throttle-result`: the first questions about its outcome get ThrottlingException. `lose-result`: its invocation is never known.
   * `undeliverable`: it ends as Failed, Undeliverable. `end-sender`: the function that sent it ends, as one does that has no memory left.
   */
  (
    | {
        readonly effect:
          'throttle' | 'lose-answer' | 'throttle-result' | 'lose-result' | 'undeliverable' | 'end-sender';
      }
    /** It ends as DeliveryTimedOut, and is delivered and run all the same `after` (default 60) more seconds. */
    | { readonly effect: 'late-delivery'; readonly after?: number | undefined }
  );
export type Fault = LineFault | SendFault;

const SEND_EFFECTS: readonly string[] = [
  'throttle',
  'lose-answer',
  'throttle-result',
  'lose-result',
  'undeliverable',
  'end-sender',
  'late-delivery',
] satisfies SendFault['effect'][];

/** Whether a fault strikes where commands are sent, not where they run. */
export const isSendFault = (fault: Fault): fault is SendFault => SEND_EFFECTS.includes(fault.effect);

export interface HostsOptions {
  /** The declared tunnels as JSON. */
  readonly specs: readonly unknown[];
  /** Where the hosts' folders and their saved state live. */
  readonly directory: string;
  /** Looks a secret up by its name: the private SSH key whose public half BIG-IP authorises. */
  readonly secret: (name: string) => string | undefined;
  readonly faults?: readonly Fault[];
  /** How many times faster than real time waits pass; default 1. */
  readonly speed?: number;
  /** Tells dates (milliseconds since the epoch) and the devices' own seconds; default: real dates, `speed` seconds a second. */
  readonly clock?: { now(): number; deviceSeconds(): number };
  /** Told when an instance is switched on (or starts anew) or off; not of a machine with an id mi-..., nor of a BIG-IP. */
  readonly onState?: (instance: string, state: 'running' | 'stopped') => void;
  /** Variations of the world by tunnel name; they count when a device is first made, not when it is reopened. */
  readonly world?: Readonly<Record<string, WorldOptions>>;
}
