import type { SendFault } from '../../hosts/host';
import type { Running } from './agent';
import type { CommandDocument } from './document';

/** One command on one host, as the SSM endpoint saw it. Times in milliseconds since the epoch; `ended` is 0 while it runs. */
export interface Trip {
  readonly commandId: string;
  readonly instance: string;
  readonly document: string;
  readonly sent: number;
  readonly ended: number;
  readonly status: string;
  readonly comment: string;
  /** Characters of stdout, whether handed on or not. */
  readonly printed: number;
  /** How it ended when it was run although its delivery had timed out. */
  readonly late?: Late;
}
interface Late {
  readonly code: number;
  readonly stderr: string;
}
/** What Systems Manager was asked to send, whether it took it or not. */
export interface Sent {
  readonly instance: string;
  readonly document: string;
  /** The fault that struck it; absent: none. */
  readonly effect?: SendFault['effect'];
}
/** A command that Systems Manager took. Times in milliseconds since the epoch; `deliverySeconds` are of the lab. */
export interface Command {
  readonly id: string;
  readonly document: CommandDocument;
  readonly environment: Readonly<Record<string, string>>;
  readonly comment: string;
  readonly parameters: unknown;
  readonly sent: number;
  readonly deliverySeconds: number;
  readonly invocations: readonly Invocation[];
}
/** A command on one of its instances, and how it stands there. */
export interface Invocation {
  readonly instance: string;
  readonly fault: SendFault | undefined;
  status: 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';
  details: string;
  code: number;
  started: number;
  ended: number;
  stdout: string;
  stderr: string;
  printed: number;
  /** How often somebody has asked for its outcome, while that is throttled. */
  asked: number;
  running?: Running;
  late?: Late;
}

/** An invocation that waits to be delivered. */
export const fresh = (instance: string, fault: SendFault | undefined): Invocation => ({
  instance,
  fault,
  status: 'Pending',
  details: 'Pending',
  code: -1,
  started: 0,
  ended: 0,
  stdout: '',
  stderr: '',
  printed: 0,
  asked: 0,
});

/** Ends an invocation, as SSM will tell it from now on. `now` in milliseconds since the epoch. */
export function end(
  invocation: Invocation,
  status: Invocation['status'],
  details: string,
  code: number,
  now: number,
): void {
  Object.assign(invocation, { status, details, code, ended: now });
}

/** What the log of trips says of a command, instance by instance. */
export function tripsOf(command: Command): Trip[] {
  return command.invocations.map(({ instance, status, details, ended, printed, late }) => ({
    commandId: command.id,
    instance,
    document: command.document.name,
    sent: command.sent,
    ended,
    status: status === 'TimedOut' ? details : status,
    comment: command.comment,
    printed,
    ...(late ? { late } : {}),
  }));
}

/** How SendCommand and ListCommands show a command. */
export function describe({ id, document, comment, parameters, sent, invocations }: Command): unknown {
  const { status, details } = invocations.find((each) => each.status !== 'Success') ?? invocations[0]!;
  return {
    CommandId: id,
    DocumentName: document.name,
    DocumentVersion: '1',
    Comment: comment,
    Parameters: parameters,
    InstanceIds: invocations.map(({ instance }) => instance),
    RequestedDateTime: sent / 1000,
    Status: status,
    StatusDetails: details,
  };
}

/** How GetCommandInvocation shows a command on one instance. */
export function reportOf(command: Command, invocation: Invocation): unknown {
  const { started, ended } = invocation;
  return {
    CommandId: command.id,
    InstanceId: invocation.instance,
    Comment: command.comment,
    DocumentName: command.document.name,
    DocumentVersion: '1',
    Status: invocation.status,
    StatusDetails: invocation.details,
    PluginName: command.document.step,
    ResponseCode: invocation.code,
    ExecutionStartDateTime: started ? new Date(started).toISOString() : '',
    ExecutionElapsedTime: started && ended ? `PT${(ended - started) / 1000}S` : '',
    ExecutionEndDateTime: ended ? new Date(ended).toISOString() : '',
    StandardOutputContent: invocation.stdout,
    StandardOutputUrl: '',
    StandardErrorContent: invocation.stderr,
    StandardErrorUrl: '',
  };
}
