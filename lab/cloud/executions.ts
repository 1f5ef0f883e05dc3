import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { History, type HistoryEvent } from './asl/history';
import type { Machine } from './asl/load';
import { run, type Outcome, type Surroundings } from './asl/run';
import { whole } from './asl/strand';
import { ServiceError } from './endpoint';
import { ACCOUNT, REGION } from './template';

/** An execution as DescribeExecution tells it; dates are ISO text. */
export interface ExecutionRecord {
  readonly ExecutionArn: string;
  readonly StateMachineArn: string;
  readonly Name: string;
  readonly Status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  readonly StartDate: string;
  readonly StopDate?: string;
  readonly Input: string;
  readonly Output?: string;
  readonly Error?: string;
  readonly Cause?: string;
}

export interface ExecutionResult extends Outcome {
  readonly arn: string;
  /** Its history, the first event first. */
  readonly events: readonly HistoryEvent[];
}

/** A state machine as it is deployed now. */
export interface Deployed {
  readonly arn: string;
  readonly machine: Machine;
  /** The ARN of the role that its executions have. */
  readonly role: string;
}

/** What is asked of an execution when it is started. */
export interface Request {
  /** JSON text. */
  readonly input: string;
  /** Default: one that nobody else has. */
  readonly name?: string | undefined;
}

interface Running {
  readonly abort: AbortController;
  readonly done: Promise<ExecutionResult>;
}

/** The ARN of the state machine of that name. */
export const machineArn = (name: string) => `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;

/**
 * Runs executions and remembers them in a folder, so that another process can still look them up: a file with the record of each, and
 * one with its history, a line an event.
 */
export class Executions {
  private readonly records = new Map<string, ExecutionRecord>();
  private readonly running = new Map<string, Running>();
  /** Histories that grow, by the execution's name: who looks on asks many times a second. Those that have ended are in their files. */
  private readonly growing = new Map<string, HistoryEvent[]>();
  private closing = false;

  /**
   * @param changed called when an execution has started, and when it has ended
   * @param now milliseconds since the epoch
   */
  constructor(
    private readonly directory: string,
    private readonly changed: (record: ExecutionRecord) => void = () => {},
    private readonly now: () => number = Date.now,
  ) {
    mkdirSync(directory, { recursive: true });
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
      const left = readRecord(join(directory, file));
      if (!left) continue;
      this.records.set(left.ExecutionArn, left);
      // its process is gone: nobody carries it on
      if (left.Status === 'RUNNING') this.end(left, this.history(left), { Status: 'ABORTED' });
    }
  }

  /**
   * Starts an execution, or finds the one that runs already under this name with this input.
   * @throws ServiceError ExecutionAlreadyExists when the name was used for something else, or has ended; ServiceUnavailableException
   * when the lab is closing
   */
  start(
    { arn: machine, machine: definition, role }: Deployed,
    { input, name = randomUUID() }: Request,
    around: Pick<Surroundings, 'integrations' | 'clock'>,
    onEvent?: (event: HistoryEvent) => void,
  ): { readonly arn: string; readonly begun: ExecutionRecord; readonly done: Promise<ExecutionResult> } {
    const arn = `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
    if (this.closing) throw new ServiceError('ServiceUnavailableException', 'The lab is closing.');
    const known = this.records.get(arn);
    const same = this.running.get(arn);
    if (known && same && known.Input === input) return { arn, begun: known, done: same.done };
    if (known) throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    const begun: ExecutionRecord = {
      ExecutionArn: arn,
      StateMachineArn: machine,
      Name: name,
      Status: 'RUNNING',
      StartDate: this.date(),
      Input: input,
    };
    const history = this.history(begun, onEvent);
    history.add('ExecutionStarted', 0, { ...whole('input', input), roleArn: role });
    this.write(begun);
    const abort = new AbortController();
    const done = this.carry(begun, definition, history, { ...around, signal: abort.signal });
    this.running.set(arn, { abort, done });
    this.changed(begun);
    return { arn, begun, done };
  }

  /** Ends an execution as ABORTED, for that reason; one that has ended stays as it is. */
  async stop(arn: string, reason: { readonly error?: string; readonly cause?: string } = {}): Promise<void> {
    const running = this.running.get(arn);
    running?.abort.abort(reason);
    await running?.done;
  }

  /** Ends all that run, and starts none any more. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.running.keys()].map((arn) => this.stop(arn)));
  }

  get busy(): boolean {
    return this.running.size > 0;
  }

  /** Resolves when those that run now have ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  find(arn: string): ExecutionRecord | undefined {
    return this.records.get(arn);
  }

  /** All executions of a state machine, the newest first. */
  list(machine: string): ExecutionRecord[] {
    const all = [...this.records.values()].filter(({ StateMachineArn: arn }) => arn === machine);
    return all.reverse().sort((a, b) => Date.parse(b.StartDate) - Date.parse(a.StartDate));
  }

  /** What happened in an execution so far, the first event first. */
  events(arn: string): HistoryEvent[] {
    const record = this.records.get(arn);
    if (!record) return [];
    return [...(this.growing.get(record.Name) ?? readEvents(this.historyFile(record)))];
  }

  private async carry(
    begun: ExecutionRecord,
    machine: Machine,
    history: History,
    around: Omit<Surroundings, 'execution' | 'stateMachine' | 'history'>,
  ): Promise<ExecutionResult> {
    const { ExecutionArn: arn, Name, StartDate: StartTime, StateMachineArn } = begun;
    const outcome = await run(machine, JSON.parse(begun.Input), {
      ...around,
      history,
      execution: { Id: arn, Name, StartTime },
      stateMachine: { Id: StateMachineArn, Name: StateMachineArn.split(':').at(-1)! },
    });
    const why = outcome.status === 'ABORTED' ? (around.signal.reason as { error?: string; cause?: string }) : outcome;
    this.running.delete(arn);
    this.end(begun, history, {
      Status: outcome.status,
      ...(outcome.output === undefined ? {} : { Output: JSON.stringify(outcome.output) }),
      ...(why.error === undefined ? {} : { Error: why.error }),
      ...(why.cause === undefined ? {} : { Cause: why.cause }),
    });
    return { arn, events: this.events(arn), ...outcome };
  }

  private end(
    begun: ExecutionRecord,
    history: History,
    how: Pick<ExecutionRecord, 'Output' | 'Error' | 'Cause'> & { readonly Status: Outcome['status'] },
  ): void {
    const { Status: status, Output: output, Error: error, Cause: cause } = how;
    history.add(LAST[status], history.last, status === 'SUCCEEDED' ? whole('output', output) : { error, cause });
    const record = { ...begun, ...how, StopDate: this.date() };
    this.write(record);
    this.growing.delete(begun.Name);
    this.changed(record);
  }

  private date(): string {
    return new Date(this.now()).toISOString();
  }

  private write(record: ExecutionRecord): void {
    const file = join(this.directory, `${record.Name}.json`);
    writeFileSync(`${file}.new`, JSON.stringify(record, undefined, 2));
    renameSync(`${file}.new`, file);
    this.records.set(record.ExecutionArn, record);
  }

  private history(record: ExecutionRecord, told: (event: HistoryEvent) => void = () => {}): History {
    const file = this.historyFile(record);
    const events = readEvents(file);
    this.growing.set(record.Name, events);
    const keep = (event: HistoryEvent) => {
      appendFileSync(file, `\n${JSON.stringify(event)}`);
      events.push(event);
      told(event);
    };
    return new History(keep, this.now, events.at(-1)?.id);
  }

  private historyFile({ Name: name }: ExecutionRecord): string {
    return join(this.directory, `${name}.history`);
  }
}

/** The event that ends a history, by how the execution ended. */
const LAST: Readonly<Record<Outcome['status'], string>> = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  ABORTED: 'ExecutionAborted',
  TIMED_OUT: 'ExecutionTimedOut',
};

/** @returns undefined for what is no record, such as a file that was being written when its process died */
function readRecord(file: string): ExecutionRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ExecutionRecord;
  } catch {
    return undefined;
  }
}

/** The events of a history; none when there is no such file. Each begins a line, so that one cut short by a crash spoils no other. */
function readEvents(file: string): HistoryEvent[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as HistoryEvent];
      } catch {
        return [];
      }
    });
}
