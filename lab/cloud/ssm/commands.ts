import { randomUUID } from 'node:crypto';
import type { SendFault } from '../../hosts/host';
import { onlyMembers, ServiceError, type Input, type Operations } from '../endpoint';
import {
  describe,
  end,
  fresh,
  reportOf,
  tripsOf,
  type Command,
  type Invocation,
  type Sent,
  type Trip,
} from './command';
import { Deliveries, type Agents } from './delivery';
import { environmentOf, type CommandDocument } from './document';
import { SendFaults } from './send-faults';

export interface Fleet extends Agents {
  readonly documents: () => ReadonlyMap<string, CommandDocument>;
  /** Instance ids that SSM knows although their host may be gone. */
  readonly registered: ReadonlySet<string>;
  readonly faults?: readonly SendFault[];
  /** Ends the function that has just asked for a command of this document. */
  readonly endSender?: (document: string) => void;
}

/** Lab seconds after which a new command can be asked for. */
const VISIBLE_AFTER = 0.5;
/** Seconds between two questions about a command, as whoever asks for its outcome pauses. */
const BETWEEN_QUESTIONS = 0.5;
/** So many questions about an outcome are throttled, where a fault says so. */
const THROTTLED_QUESTIONS = 4;

/** SSM Run Command: takes commands, lets the agents of the hosts run them side by side, and answers for them. */
export class Commands {
  private readonly commands: Command[] = [];
  private readonly deliveries: Deliveries;
  private readonly asked: Sent[] = [];
  private readonly faults: SendFaults;

  constructor(private readonly fleet: Fleet) {
    this.deliveries = new Deliveries(fleet);
    this.faults = new SendFaults(fleet.faults ?? []);
  }

  readonly operations: Operations = {
    'AmazonSSM.SendCommand': (input) => ({ Command: describe(this.send(input)) }),
    'AmazonSSM.GetCommandInvocation': (input) => this.get(input),
    'AmazonSSM.ListCommands': (input) => ({ Commands: this.list(input).map((command) => describe(command)) }),
    'AmazonSSM.CancelCommand': (input) => this.cancel(input),
  };

  trips(): Trip[] {
    return this.commands.flatMap(tripsOf);
  }

  /** Every command that was asked for since open, in order, refused ones too. */
  sends(): readonly Sent[] {
    return this.asked;
  }

  /** Ends what still runs, with its processes. */
  close(): Promise<void> {
    return this.deliveries.close(this.commands);
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
    const faults = instances.map((instance) => this.faults.strike(instance, document.name));
    this.asked.push(
      ...instances.map((instance, i) => {
        const effect = faults[i]?.effect;
        return { instance, document: document.name, ...(effect === undefined ? {} : { effect }) };
      }),
    );
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
    this.deliveries.start(command);
    if (faults.some((fault) => fault?.effect === 'end-sender')) this.fleet.endSender?.(document.name);
    if (faults.some((fault) => fault?.effect === 'lose-answer')) throw new Error('its answer is lost');
    return command;
  }

  private cancel(input: Input): unknown {
    onlyMembers('CancelCommand', input, ['CommandId', 'InstanceIds']);
    const command = this.commands.find(({ id }) => id === input.CommandId);
    if (!command) throw new ServiceError('InvalidCommandId', `There is no command ${input.CommandId as string}.`);
    const named = (input.InstanceIds ?? command.invocations.map(({ instance }) => instance)) as readonly string[];
    for (const invocation of command.invocations.filter(({ instance }) => named.includes(instance))) {
      if (invocation.running) invocation.running.kill('Cancelled');
      else if (!invocation.ended) end(invocation, 'Cancelled', 'Cancelled', -1, this.fleet.clock.now());
    }
    return {};
  }

  /** SSM answers for a command only some time after it took it. */
  private visible(command: Command): boolean {
    return this.fleet.clock.now() - command.sent >= (VISIBLE_AFTER * 1000) / this.fleet.clock.speed;
  }

  private async get(input: Input): Promise<unknown> {
    onlyMembers('GetCommandInvocation', input, ['CommandId', 'InstanceId']);
    const command = this.commands.find(({ id }) => id === input.CommandId);
    const invocation = command?.invocations.find(({ instance }) => instance === input.InstanceId);
    const lost = invocation?.fault?.effect === 'lose-result';
    if (invocation?.fault?.effect === 'throttle-result' && ++invocation.asked <= THROTTLED_QUESTIONS)
      throw new ServiceError('ThrottlingException', 'Rate exceeded');
    if (!command || !invocation || lost || !this.visible(command)) throw new ServiceError('InvocationDoesNotExist', '');
    await this.letWork(invocation);
    return reportOf(command, invocation);
  }

  /**
   * Pauses pass at the lab's speed, scripts take as long as they do: at 25 a script of a second is asked about 50 times, which costs more than the script.
   * So the answer waits for what a real pause is longer, or until the script has ended. At speed 1 it waits for nothing.
   */
  private async letWork({ running }: Invocation): Promise<void> {
    const { clock } = this.fleet;
    const over = new AbortController();
    if (running) await Promise.race([running.ended, clock.sleep(BETWEEN_QUESTIONS * (clock.speed - 1), over.signal)]);
    over.abort();
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
}

/** The filters of ListCommands. */
const FILTERS: Readonly<Record<string, (command: Command, value: string) => boolean>> = {
  DocumentName: ({ document }, value) => document.name === value,
  InvokedAfter: ({ sent }, value) => sent > Date.parse(value),
  InvokedBefore: ({ sent }, value) => sent < Date.parse(value),
  CommandId: ({ id }, value) => id === value,
  InstanceId: ({ invocations }, value) => invocations.some(({ instance }) => instance === value),
};
