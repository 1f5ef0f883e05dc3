import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  paginateListCommands,
  SendCommandCommand,
  type CommandFilter,
  type GetCommandInvocationCommandOutput,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { DeviceRefused, type CodeOf, NotDelivered, OutcomeUnknown, Throttled } from '../../lib/tunnel/errors/errors';
import { refuseThrottled } from '../throttled';
import type { TimeOuts } from './time-outs';

/** One command for one device: a document, the instance that runs it, and its parameters. */
export interface DeviceCommand {
  /** How an operator calls the device, for messages: `BIG-IP 10.3.88.66`. */
  readonly device: string;
  readonly instance: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Identifies this command: every try of one step on one device has the same tag. At most 100 characters. */
  readonly tag: string;
  /** True when this step was tried before: the command may have been sent already. */
  readonly again: boolean;
  /** True when the command changes nothing: it may be sent again even if it has run. */
  readonly looks: boolean;
  readonly timeOuts: TimeOuts;
}

/** Runs a document on an instance and waits for its end. */
export interface RunCommand {
  /**
   * @returns what the script printed (at most 24,000 characters)
   * @throws DeviceRefused the script ended with an error; NotDelivered it never ran, or only looks and gave no answer; OutcomeUnknown it may have run; Throttled nothing was sent
   */
  run(command: DeviceCommand): Promise<string>;
}

/** One command and its answer, for the log. It holds neither parameters nor answer, which may be secret. */
export interface Trip {
  readonly tunnel: string;
  readonly device: string;
  readonly instance: string;
  readonly document: string;
  /** Systems Manager's id of the command; undefined: it was not sent. */
  readonly command: string | undefined;
  readonly milliseconds: number;
  /** The error that the trip ended with; undefined: it ended with an answer. */
  readonly failure: unknown;
}

/** Run Command's answers are eventually consistent: after pauses of this sum, "does not exist" means that the command is lost (AWS-1). Milliseconds. */
const CONSISTENT_AFTER = 10_000;
/** How far back to look for an earlier command of the same step: longer than all its tries together. Milliseconds. */
const TRIES_LAST = 3 * 3_600_000;
/** Milliseconds between looks. A trip takes two to six seconds: 2.6 in AWS's own sample of a trivial command, and its script one to three. So long the looks are close together. */
const LOOKS = [400, 400, 400, ...Array.from({ length: 10 }, () => 500), 1000, 1000];
const LATER_LOOKS = 2000;

/** Systems Manager Run Command. It sends a command once, and asks for the outcome instead of assuming one. */
export class SsmRunCommand implements RunCommand {
  /** @param log gets every trip when it has ended */
  constructor(
    private readonly client: SSMClient,
    private readonly log: (trip: Trip) => void = () => {},
  ) {}

  async run(command: DeviceCommand): Promise<string> {
    const { device, instance, document, parameters } = command;
    const begun = Date.now();
    let id: string | undefined;
    let failure: unknown;
    try {
      return await this.#run(command, (sent) => (id = sent));
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      const milliseconds = Date.now() - begun;
      this.log({ tunnel: parameters['Tunnel']!, device, instance, document, command: id, milliseconds, failure });
    }
  }

  /** @param follows gets the id of each command whose end is awaited */
  async #run(command: DeviceCommand, follows: (id: string) => void): Promise<string> {
    for (const earlier of command.again ? await this.#find(command) : []) {
      follows(earlier);
      const outcome = await this.#outcome(command, earlier);
      if (!mayBeSentAgain(command, outcome)) return judge(command, outcome);
    }
    const sent = await this.#send(command);
    follows(sent);
    return judge(command, await this.#outcome(command, sent));
  }

  async #send(command: DeviceCommand): Promise<string> {
    const { device, instance, document, parameters, tag, timeOuts } = command;
    try {
      const sent = await this.client.send(
        new SendCommandCommand({
          DocumentName: document,
          InstanceIds: [instance],
          Parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
          TimeoutSeconds: timeOuts.delivery,
          Comment: tag,
        }),
      );
      return sent.Command!.CommandId!;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      refuseThrottled('Systems Manager', error);
      if (error.name === 'InvalidInstanceId')
        throw new NotDelivered(
          'not-connected',
          `${device} cannot be reached: ${instance} is not connected to Systems Manager in this account and region (is it running, and its agent?)`,
        );
      if (unanswered(error)) {
        await pause(LATER_LOOKS);
        const [found] = await this.#find(command).catch(() => []);
        if (found !== undefined) return found;
        throw new OutcomeUnknown(
          'service-silent',
          `${device}: Systems Manager gave no answer to the command (${error.name}: ${error.message}); whether it was sent is not known`,
        );
      }
      throw new DeviceRefused(
        'service-refused',
        `Systems Manager refused the command for ${device}: ${error.name}: ${error.message}`,
      );
    }
  }

  /** The ids of the commands that earlier tries sent with this tag, newest first. */
  async #find({ document, instance, tag }: DeviceCommand): Promise<readonly string[]> {
    const since = new Date(Date.now() - TRIES_LAST).toISOString().replace(/\.\d+Z$/, 'Z');
    const Filters: CommandFilter[] = [
      { key: 'DocumentName', value: document },
      { key: 'InvokedAfter', value: since },
    ];
    const pages = paginateListCommands({ client: this.client, pageSize: 50 }, { InstanceId: instance, Filters });
    const found: string[] = [];
    try {
      for await (const { Commands = [] } of pages)
        found.push(...Commands.flatMap(({ Comment, CommandId }) => (Comment === tag && CommandId) || []));
    } catch (error) {
      if (error instanceof Error) refuseThrottled('Systems Manager', error);
      throw error;
    }
    return found;
  }

  async #outcome({ device, instance, timeOuts }: DeviceCommand, id: string): Promise<Outcome> {
    const begun = Date.now();
    let last = 'unknown';
    let paused = 0;
    for (let look = 0; ; look++) {
      const next = LOOKS[look] ?? LATER_LOOKS;
      await pause(next);
      paused += next;
      try {
        const outcome = outcomeOf(
          await this.client.send(new GetCommandInvocationCommand({ CommandId: id, InstanceId: instance })),
        );
        if (ENDED.includes(outcome.status)) return outcome;
        last = outcome.status;
      } catch (error) {
        const unknown = error instanceof Error && error.name === 'InvocationDoesNotExist';
        if (unknown && paused > CONSISTENT_AFTER)
          throw new OutcomeUnknown(
            'command-lost',
            `${device}: Systems Manager has lost command ${id}; whether it ran is not known`,
          );
        // Any other error may pass, and the command runs meanwhile.
      }
      if (Date.now() - begun > timeOuts.deadline * 1000) {
        await this.client
          .send(new CancelCommandCommand({ CommandId: id, InstanceIds: [instance] }))
          .catch(() => undefined);
        throw new OutcomeUnknown(
          'deadline-passed',
          `${device}: command ${id} gave no result within ${timeOuts.deadline} s (its last status was ${last}) and was cancelled; whether it ran is not known`,
        );
      }
    }
  }
}

/** A command's state on its instance, by Systems Manager. */
interface Outcome {
  /** The more exact of its two statuses, written as `DeliveryTimedOut`. */
  readonly status: string;
  /** The script's exit code; undefined: Systems Manager knows none. */
  readonly code: number | undefined;
  /** True when the agent has reported that the script began. */
  readonly started: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The statuses of a command that has ended. A command with any other status may still run. */
const ENDED = [
  'Success',
  'Failed',
  'DeliveryTimedOut',
  'ExecutionTimedOut',
  'TimedOut',
  'Cancelled',
  'Undeliverable',
  'Terminated',
  'InvalidPlatform',
  'AccessDenied',
];

/** The SDK's documentation writes "Delivery Timed Out", answers had `DeliveryTimedOut`: both mean the same (AWS-24). */
function outcomeOf(invocation: GetCommandInvocationCommandOutput): Outcome {
  const { Status = '', StatusDetails = '', ResponseCode = -1, ExecutionStartDateTime = '' } = invocation;
  const statuses = [StatusDetails, Status].map((words) => words.replace(/\s+/g, ''));
  return {
    status: statuses.find((status) => ENDED.includes(status)) ?? (statuses[0] || statuses[1] || 'unknown'),
    code: ResponseCode < 0 ? undefined : ResponseCode,
    started: ExecutionStartDateTime !== '',
    stdout: invocation.StandardOutputContent ?? '',
    stderr: invocation.StandardErrorContent ?? '',
  };
}

/** True when the delivery time-out passed and no agent reported a beginning: the command never ran (AWS-2). */
const neverStarted = ({ status, started, code }: Outcome): boolean =>
  status === 'DeliveryTimedOut' && !started && code === undefined;

/** True when Systems Manager gave the command up. It may have run: one that was sent just after a boot had (AWS-24). */
const undeliverable = ({ status }: Outcome): boolean => status === 'DeliveryTimedOut' || status === 'Undeliverable';

/** True when the command of an earlier try may be sent again: it never ran, or it only looks. */
const mayBeSentAgain = ({ looks }: DeviceCommand, outcome: Outcome): boolean =>
  outcome.code === LOCKED ||
  neverStarted(outcome) ||
  (looks && (undeliverable(outcome) || UNANSWERED[outcome.code ?? 0] !== undefined));

/** True when the service gave no HTTP answer or failed inside: the command may have been sent. */
function unanswered(error: Error & { readonly $metadata?: { readonly httpStatusCode?: number } }): boolean {
  const status = error.$metadata?.httpStatusCode;
  return status === undefined || status >= 500;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** Exit codes of the scripts that mean more than "the device said no" (documents/prelude.sh). LOCKED: the script did not get the lock. */
const LOCKED = 12;
const SILENT = 23;
const REFUSALS: Readonly<Record<number, CodeOf<'DeviceRefused'>>> = {
  10: 'host-unfit',
  11: 'fence-stale',
  20: 'command-refused',
  21: 'device-unreachable',
  22: 'object-changed',
  24: 'node-unknown',
  25: 'cluster-refused',
};

/** Those with which a script ends that did not get the answer of the node that it goes to by oc: whether anything ran there is not known. */
const UNANSWERED: Readonly<Record<number, CodeOf<'NotDelivered'> & CodeOf<'OutcomeUnknown'>>> = {
  26: 'debug-pod-refused',
  27: 'debug-pod-pending',
  28: 'debug-image-missing',
  29: 'debug-cut',
};

function judge({ device, looks }: DeviceCommand, outcome: Outcome): string {
  const { status, code, stdout, stderr } = outcome;
  if (status === 'Success') return stdout;
  if (neverStarted(outcome))
    throw new NotDelivered(
      'not-fetched',
      `${device}: the command never started (${status}): the agent did not fetch it in time`,
    );
  if (undeliverable(outcome) && looks)
    throw new NotDelivered('not-answered', `${device} gave no answer: Systems Manager gave the command up (${status})`);
  if (status === 'InvalidPlatform' || status === 'AccessDenied')
    throw new DeviceRefused('not-handed-over', `${device}: Systems Manager did not hand the command over (${status})`);
  if (status === 'ExecutionTimedOut' || status === 'TimedOut')
    throw new OutcomeUnknown(
      'execution-timed-out',
      `${device}: the command was stopped at its time-out${lastStep(stdout)}; what it did until then is not known`,
    );
  if (status !== 'Failed' || code === undefined)
    throw new OutcomeUnknown(
      'exit-code-missing',
      `${device}: the command ended as ${status} without an exit code; whether it ran, and what it did, is not known`,
    );
  const said = lastWords(stderr, stdout, code);
  if (code === LOCKED) throw new Throttled('device-busy', `${device}: ${said}`);
  if (code === SILENT) throw new OutcomeUnknown('device-silent', `${device}: ${said}`);
  const unanswered = UNANSWERED[code];
  if (unanswered !== undefined) throw new (looks ? NotDelivered : OutcomeUnknown)(unanswered, `${device}: ${said}`);
  throw new DeviceRefused(REFUSALS[code] ?? 'script-failed', `${device}: ${said}`);
}

/** The command at which a script was stopped: the script prints each one behind `> ` before it runs it. */
function lastStep(stdout: string): string {
  const line = stdout.split('\n').findLast((text) => text.startsWith('> '));
  return line === undefined ? '' : ` while it ran "${line.slice(2)}"`;
}

/** The script's last sentence (`edge-ramp: ...` on stderr), else the end of what it printed. */
function lastWords(stderr: string, stdout: string, code: number): string {
  const sentence = stderr.split('\n').findLast((line) => line.startsWith('edge-ramp: '));
  if (sentence !== undefined) return sentence.slice('edge-ramp: '.length);
  const text = `${stderr} ${stdout}`
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/failed to run commands: exit status [0-9]+/, '')
    .trim();
  return `the script failed${text === '' ? ' and said nothing' : `: ${text.slice(-300)}`} (exit code ${code})`;
}
