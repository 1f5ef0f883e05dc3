import type { HistoryEvent } from './cloud/asl/history';
import type { Entry } from './cloud/events/bus';
import type { Ticking } from './cloud/events/events';
import type { ExecutionRecord, ExecutionResult } from './cloud/executions';
import type { Notice } from './cloud/notices';
import type { Platform } from './cloud/platform';
import type { Sent, Trip } from './cloud/ssm/command';
import type { Fault, Hosts, HostsOptions } from './hosts/host';

export interface LabOptions {
  /** The folder that `cdk synth` wrote; default `cdk.out`. */
  readonly assembly?: string;
  /** Folder for everything the lab keeps; one process at a time. */
  readonly state: string;
  /** Forget what an earlier lab left there. */
  readonly fresh?: boolean;
  readonly faults?: readonly Fault[];
  /** 1 (default): every wait and interval of lab and handlers runs in real time; 50: fifty times faster. Time-outs are real ones at any speed. */
  readonly speed?: number;
  /** Seconds until an agent picks up a command that was sent; default 0.3. */
  readonly pickUp?: number;
  /** Whether the deployed rules are evaluated; default false: nothing runs but what is started. */
  readonly events?: boolean;
  /** How rules with a rate are ticked; default `manual`: by `passTime` alone. `real`: in real time, whatever the speed. */
  readonly schedule?: Ticking;
  /** Replaces the declared tunnels. */
  readonly specs?: readonly unknown[];
  /** Serves others, too: on this port of 127.0.0.1 (0: any that is free), told in the state folder's file `endpoint`. */
  readonly port?: number;
  /** Shared with labs before and after, none of them open at the same time; default: the lab's own. `port` is then what it was opened with. */
  readonly platform?: Platform;
  /** Called when an execution has started, whoever started it, and when it has ended. */
  readonly onExecution?: (record: ExecutionRecord) => void;
  /** Called when something was published to a topic. */
  readonly onNotice?: (notice: Notice) => void;
  /** Makes the hosts; default the simulated ones. */
  readonly hosts?: (options: HostsOptions) => Promise<Hosts>;
}

/** The open lab. */
export interface Lab {
  readonly hosts: Hosts;
  /** Where all services answer. */
  readonly url: string;
  /** The environment with which AWS clients reach them. */
  readonly environment: Readonly<Record<string, string>>;
  /** ARN of the state machine. */
  readonly stateMachine: string;
  /** Starts the state machine with an input. `onEvent` is told the history as it happens. */
  start(input: unknown, onEvent?: (event: HistoryEvent) => void): { arn: string; done: Promise<ExecutionResult> };
  /** Ends an execution as ABORTED at once; a function in flight runs on, as on AWS. */
  stop(arn: string): Promise<void>;
  /** Every execution, of earlier labs in this folder too, the newest first. */
  executions(): readonly ExecutionRecord[];
  /** The tunnel's item as plain JavaScript. */
  item(tunnel: string): Promise<Record<string, unknown> | undefined>;
  /** What went through the SSM endpoint since open. */
  trips(): readonly Trip[];
  /** What the SSM endpoint was asked to send since open, taken or not. */
  sends(): readonly Sent[];
  /** Puts an event on the bus, as PutEvents does. @returns its id */
  put(event: Entry): string;
  /** Resolves when no event is on its way and no execution runs any more. */
  settled(): Promise<void>;
  /**
   * Lets so many seconds pass on the lab's clock, at once: each rule with a rate is ticked when it is due, and what it starts has ended before time goes on.
   * Waits of executions and hosts keep running at the lab's speed.
   */
  passTime(seconds: number): Promise<void>;
  /** The lab's date, in milliseconds since the epoch. */
  now(): number;
  /** New functions, documents and parameters for later steps; a running execution keeps its definition. */
  redeploy(assembly: string): Promise<void>;
  close(): Promise<void>;
}
