import type { HostAction } from '../lab/hosts/host';

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

/** Where a command is carried out: on this machine, its hosts kept in a folder (undefined: the user's own), or on AWS. */
export type Where =
  | { readonly local: true; readonly state: string | undefined }
  | { readonly local: false; readonly region: string | undefined; readonly profile: string | undefined };

/** The lab as a server. */
export interface LocalCommand {
  readonly does: 'local';
  readonly port: number;
  /** As in a run. */
  readonly state: string | undefined;
  readonly fresh: boolean;
}

/** Something done to a simulated host. */
export interface LocalHostCommand {
  readonly does: 'local-host';
  /** Instance id, or a BIG-IP's management address. */
  readonly host: string;
  readonly action: HostAction;
  /** Folder that keeps hosts and table; undefined: the user's own. */
  readonly state: string | undefined;
}

/** One run of the state machine. */
export interface RunCommand {
  readonly does: 'run';
  readonly action: Action;
  readonly tunnel: string;
  readonly where: Where;
  readonly json: boolean;
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
