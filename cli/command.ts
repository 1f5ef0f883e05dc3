import type { HostAction } from '../lab/hosts/host';

/** What can happen to a host of this machine, and what is said of it when it has. The lab's own list would load the lab. */
export const HAPPENINGS: Readonly<Record<HostAction, string>> = {
  reboot: 'was rebooted',
  'wipe-flows': 'has only the flows of the SDN',
  'restart-ovs': 'has a new br0',
  gone: 'is off',
  back: 'is there',
};
export const HOST_ACTIONS = Object.keys(HAPPENINGS) as readonly HostAction[];

/** What the state machine can be asked to do. */
export const ACTIONS = ['plan', 'apply', 'verify', 'teardown', 'pause', 'resume'] as const;
export type Action = (typeof ACTIONS)[number];

/** What was asked for, in a form that needs no further checks of its own. */
export type Command =
  | { readonly does: 'help' }
  | { readonly does: 'version' }
  | { readonly does: 'validate'; readonly files: readonly string[] }
  | LocalCommand
  | LocalHostCommand
  | RunCommand
  | StatusCommand
  | HistoryCommand
  | EventCommand
  | PreflightCommand;

/** What the hosts of this machine are: models, or namespaces with real interfaces. */
export const HOSTS_KINDS = ['simulated', 'kernel'] as const;
export type HostsKind = (typeof HOSTS_KINDS)[number];

/** Which hosts of this machine: kept in a folder (undefined: the user's own), of a kind (undefined: as they are there, else simulated). */
export interface Here {
  readonly state: string | undefined;
  readonly hosts: HostsKind | undefined;
}

/** Where a command is carried out: on this machine, or on AWS. */
export type Where =
  | ({ readonly local: true } & Here)
  | {
      readonly local: false;
      readonly region: string | undefined;
      readonly profile: string | undefined;
      /** What the deployment is called; undefined: it has no name of its own. */
      readonly stack: string | undefined;
    };

/** The lab as a server. */
export interface LocalCommand extends Here {
  readonly does: 'local';
  readonly port: number;
  readonly fresh: boolean;
}

/** Something done to a host of this machine. */
export interface LocalHostCommand extends Here {
  readonly does: 'local-host';
  /** Instance id, or a BIG-IP's management address. */
  readonly host: string;
  readonly action: HostAction;
}

/** One run of the state machine. */
export interface RunCommand {
  readonly does: 'run';
  readonly action: Action;
  readonly tunnel: string;
  readonly where: Where;
  readonly json: boolean;
  /** Of a plan: what a teardown would change. */
  readonly teardown: boolean;
  readonly fresh: boolean;
  readonly fault: string | undefined;
  /** Show the commands that the plan would run. */
  readonly commands: boolean;
  readonly allowInterruption: boolean;
  readonly expect: string | undefined;
  /** Instance ids of ramp nodes that are gone for good. */
  readonly forget: readonly string[];
  /** Until when a tunnel is paused, ISO 8601; undefined: until somebody resumes it. */
  readonly until: string | undefined;
  readonly reason: string | undefined;
}

/** Every tunnel at a glance, or one. */
export interface StatusCommand {
  readonly does: 'status';
  readonly tunnel: string | undefined;
  readonly where: Where;
  readonly json: boolean;
  readonly watch: boolean;
}

/** The runs of a tunnel, `limit` at most. */
export interface HistoryCommand {
  readonly does: 'history';
  readonly tunnel: string;
  readonly where: Where;
  readonly json: boolean;
  readonly limit: number;
}

/** Asks the automation to apply a tunnel again. */
export interface EventCommand {
  readonly does: 'event';
  readonly tunnel: string;
  readonly where: Where;
}

/** Whether everything is ready for a tunnel's first run. */
export interface PreflightCommand {
  readonly does: 'preflight';
  readonly tunnel: string;
  readonly where: Where;
  readonly json: boolean;
  /** Make a plan, which looks at every device. */
  readonly plan: boolean;
}
