import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Hosts, SendFault } from '../../hosts/host';
import type { Clock } from '../clock';
import { onlyMembers, ServiceError, type Input, type Operations } from '../endpoint';
import { runScript, type Ended, type Running } from './agent';
import { environmentOf, type CommandDocument } from './document';
import { SendFaults } from './send-faults';

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
}
interface Command {
  readonly id: string;
  readonly document: CommandDocument;
  readonly environment: Readonly<Record<string, string>>;
  readonly comment: string;
  readonly parameters: unknown;
  readonly sent: number;
  readonly deliverySeconds: number;
  readonly invocations: readonly Invocation[];
}
interface Invocation {
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
  running?: Running;
  late?: Late;
}
export interface Fleet {
  readonly hosts: Hosts;
  readonly clock: Clock;
  readonly documents: () => ReadonlyMap<string, CommandDocument>;
  /** Instance ids that SSM knows although their host may be gone. */
  readonly registered: ReadonlySet<string>;
  /** Variables for every script, such as the endpoint of Secrets Manager. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder for the scripts at work. */
  readonly directory: string;
  readonly faults?: readonly SendFault[];
}

/** Lab seconds after which a new command can be asked for, and until an agent picks it up. */
const VISIBLE_AFTER = 0.5;
const PICKED_UP_AFTER = 0.3;
/** Lab seconds between the end of a delivery and the run of the command all the same, where a fault does not say. */
const LATE_AFTER = 60;
const STDOUT_LIMIT = 24_000;
const STDERR_LIMIT = 8_000;

/** SSM Run Command: takes commands, lets the agents of the hosts run them side by side, and answers for them. */
export class Commands {
  private readonly commands: Command[] = [];
  private readonly closing = new AbortController();
  private readonly deliveries = new Set<Promise<void>>();
  private readonly asked: Sent[] = [];
  private readonly faults: SendFaults;

  constructor(private readonly fleet: Fleet) {
    this.faults = new SendFaults(fleet.faults ?? []);
  }

  readonly operations: Operations = {
    'AmazonSSM.SendCommand': (input) => ({ Command: this.describe(this.send(input)) }),
    'AmazonSSM.GetCommandInvocation': (input) => this.get(input),
    'AmazonSSM.ListCommands': (input) => ({ Commands: this.list(input).map((command) => this.describe(command)) }),
    'AmazonSSM.CancelCommand': (input) => this.cancel(input),
  };

  trips(): Trip[] {
    return this.commands.flatMap((command) =>
      command.invocations.map(({ instance, status, details, ended, printed, late }) => ({
        commandId: command.id,
        instance,
        document: command.document.name,
        sent: command.sent,
        ended,
        status: status === 'TimedOut' ? details : status,
        comment: command.comment,
        printed,
        ...(late ? { late } : {}),
      })),
    );
  }

  /** Every command that was asked for since open, in order, refused ones too. */
  sends(): readonly Sent[] {
    return this.asked;
  }

  /** Ends what still runs, with its processes. */
  async close(): Promise<void> {
    this.closing.abort();
    for (const { running } of this.commands.flatMap(({ invocations }) => invocations)) running?.kill('Cancelled');
    await Promise.all(this.deliveries);
  }

  private send(input: Input): Command {
    onlyMembers('SendCommand', input, [
      'DocumentName',
      'DocumentVersion',
      'InstanceIds',
      'Parameters',
      'Comment',
      'TimeoutSeconds',
    ]);
    const document = this.fleet.documents().get(String(input.DocumentName));
    if (!document) throw new ServiceError('InvalidDocument', `There is no document ${String(input.DocumentName)}.`);
    if (!['$DEFAULT', '$LATEST', '1', undefined].includes(input.DocumentVersion as string | undefined))
      throw new ServiceError(
        'InvalidDocumentVersion',
        `${document.name} has no version ${String(input.DocumentVersion)}.`,
      );
    const {
      InstanceIds: instances = [],
      Comment: comment = '',
      TimeoutSeconds: deliverySeconds = 3600,
    } = input as {
      InstanceIds?: string[];
      Comment?: string;
      TimeoutSeconds?: number;
    };
    if (deliverySeconds < 30 || deliverySeconds > 2_592_000)
      throw new ServiceError('ValidationException', 'TimeoutSeconds is from 30 to 2592000.');
    if (comment.length > 100) throw new ServiceError('ValidationException', 'Comment has at most 100 characters.');
    const unknown = instances.find((id) => !this.fleet.registered.has(id) && !this.fleet.hosts.host(id));
    if (unknown || instances.length === 0)
      throw new ServiceError('InvalidInstanceId', `Instances ${unknown ?? '[]'} not in a valid state for account.`);
    const parameters = (input.Parameters ?? {}) as Record<string, string[]>;
    const environment = environmentOf(document, parameters);
    this.asked.push(...instances.map((instance) => ({ instance, document: document.name })));
    const faults = instances.map((instance) => this.faults.strike(instance, document.name));
    if (faults.some((fault) => fault?.effect === 'throttle'))
      throw new ServiceError('ThrottlingException', 'Rate exceeded');
    const command: Command = {
      id: randomUUID(),
      document,
      environment,
      comment,
      parameters,
      sent: this.fleet.clock.now(),
      deliverySeconds,
      invocations: instances.map((instance, i) => fresh(instance, faults[i])),
    };
    this.commands.push(command);
    for (const invocation of command.invocations) {
      const delivery = this.deliver(command, invocation).finally(() => this.deliveries.delete(delivery));
      this.deliveries.add(delivery);
    }
    return command;
  }

  /** The agent's part: pick the command up, run it, report. */
  private async deliver(command: Command, invocation: Invocation): Promise<void> {
    const { clock, hosts } = this.fleet;
    const { signal } = this.closing;
    await clock.sleep(PICKED_UP_AFTER, signal);
    if (invocation.fault?.effect === 'late-delivery')
      return this.deliverLate(command, invocation, invocation.fault.after ?? LATE_AFTER);
    for (let waited = 0; !hosts.host(invocation.instance); waited++) {
      if (signal.aborted || invocation.ended) return;
      if (waited >= command.deliverySeconds) return this.end(invocation, 'TimedOut', 'DeliveryTimedOut', -1);
      await clock.sleep(1, signal);
    }
    if (signal.aborted || invocation.ended) return;
    Object.assign(invocation, { status: 'InProgress', details: 'InProgress', started: clock.now() });
    const { code, stdout, stderr, killed } = await this.work(command, invocation);
    invocation.printed = stdout.length;
    invocation.stdout = stdout.slice(0, STDOUT_LIMIT);
    invocation.stderr = stderr.slice(0, STDERR_LIMIT);
    if (killed) this.end(invocation, killed, killed === 'TimedOut' ? 'ExecutionTimedOut' : 'Cancelled', code);
    else if (code === 0) this.end(invocation, 'Success', 'Success', 0);
    else this.end(invocation, 'Failed', 'Failed', code);
  }

  /** Its sender is told that it was never delivered; then it is run, and nobody asks for its end any more. */
  private async deliverLate(command: Command, invocation: Invocation, after: number): Promise<void> {
    const { clock, hosts } = this.fleet;
    const { signal } = this.closing;
    await clock.sleep(command.deliverySeconds, signal);
    if (signal.aborted || invocation.ended) return;
    this.end(invocation, 'TimedOut', 'DeliveryTimedOut', -1);
    await clock.sleep(after, signal);
    if (signal.aborted || !hosts.host(invocation.instance)) return;
    const { code, stderr } = await this.work(command, invocation);
    invocation.late = { code, stderr };
  }

  /** Runs a command's script on its host, which must be there, to its end or time-out. */
  private async work({ id, document, environment }: Command, invocation: Invocation): Promise<Ended> {
    const { clock, hosts, directory, environment: common } = this.fleet;
    const { instance } = invocation;
    const running = runScript(
      document.script,
      { ...hosts.host(instance)!.environment, ...common, ...environment },
      join(directory, `${instance}-${id}`),
    );
    invocation.running = running;
    // a device that hangs would use up the whole time-out: the lab lets it pass at once
    void hosts.hung(instance).then(() => running.kill('TimedOut'));
    const takeBack = clock.alarm(document.timeoutSeconds, () => running.kill('TimedOut'));
    const ended = await running.ended;
    takeBack();
    hosts.save(); // what the script changed outlives a crash of the lab
    delete invocation.running;
    return ended;
  }

  private end(invocation: Invocation, status: Invocation['status'], details: string, code: number): void {
    Object.assign(invocation, { status, details, code, ended: this.fleet.clock.now() });
  }

  private cancel(input: Input): unknown {
    onlyMembers('CancelCommand', input, ['CommandId', 'InstanceIds']);
    const command = this.commands.find(({ id }) => id === input.CommandId);
    if (!command) throw new ServiceError('InvalidCommandId', `There is no command ${input.CommandId as string}.`);
    const named = (input.InstanceIds ?? command.invocations.map(({ instance }) => instance)) as readonly string[];
    for (const invocation of command.invocations.filter(({ instance }) => named.includes(instance))) {
      if (invocation.running) invocation.running.kill('Cancelled');
      else if (!invocation.ended) this.end(invocation, 'Cancelled', 'Cancelled', -1);
    }
    return {};
  }

  /** SSM answers for a command only some time after it took it. */
  private visible(command: Command): boolean {
    return this.fleet.clock.now() - command.sent >= (VISIBLE_AFTER * 1000) / this.fleet.clock.speed;
  }

  private get(input: Input): unknown {
    onlyMembers('GetCommandInvocation', input, ['CommandId', 'InstanceId']);
    const command = this.commands.find(({ id }) => id === input.CommandId);
    const invocation = command?.invocations.find(({ instance }) => instance === input.InstanceId);
    const lost = invocation?.fault?.effect === 'lose-result';
    if (!command || !invocation || lost || !this.visible(command)) throw new ServiceError('InvocationDoesNotExist', '');
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

  /** The visible commands that the request asks for, newest first. */
  private list(input: Input): Command[] {
    onlyMembers('ListCommands', input, ['CommandId', 'InstanceId', 'MaxResults', 'Filters']);
    const {
      CommandId,
      InstanceId,
      MaxResults = 50,
      Filters = [],
    } = input as {
      CommandId?: string;
      InstanceId?: string;
      MaxResults?: number;
      Filters?: { key: string; value: string }[];
    };
    const wanted = [
      ...Object.entries({ CommandId, InstanceId }),
      ...Filters.map(({ key, value }) => [key, value] as const),
    ];
    const unknown = wanted.find(([key]) => !FILTERS[key]);
    if (unknown) throw new ServiceError('InvalidFilterKey', `The lab does not implement the filter ${unknown[0]}.`);
    return this.commands
      .filter((command) => this.visible(command))
      .filter((command) => wanted.every(([key, value]) => value === undefined || FILTERS[key]!(command, value)))
      .reverse()
      .slice(0, MaxResults);
  }

  private describe({ id, document, comment, parameters, sent, invocations }: Command): unknown {
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
}

const fresh = (instance: string, fault: SendFault | undefined): Invocation => ({
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
});

/** The filters of ListCommands. */
const FILTERS: Readonly<Record<string, (command: Command, value: string) => boolean>> = {
  DocumentName: ({ document }, value) => document.name === value,
  InvokedAfter: ({ sent }, value) => sent > Date.parse(value),
  InvokedBefore: ({ sent }, value) => sent < Date.parse(value),
  CommandId: ({ id }, value) => id === value,
  InstanceId: ({ invocations }, value) => invocations.some(({ instance }) => instance === value),
};
