import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Machine } from './asl/load';
import { run, type Outcome, type StateEvent, type Surroundings } from './asl/run';
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
  readonly events: readonly StateEvent[];
}

/** Runs executions and remembers them in a folder, a file each, so that another process can still look them up. */
export class Executions {
  private readonly running = new Map<string, { abort: AbortController; done: Promise<unknown> }>();

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
      const left = this.read(file);
      // its process is gone: nobody carries it on
      if (left?.Status === 'RUNNING') this.write({ ...left, Status: 'ABORTED', StopDate: this.date() });
    }
  }

  /** Starts an execution of `machine`, which is deployed under `name`. */
  start(name: string, machine: Machine, input: unknown, around: Pick<Surroundings, 'integrations' | 'clock' | 'emit'>) {
    const prefix = `arn:aws:states:${REGION}:${ACCOUNT}`;
    const id = randomUUID();
    const begun: ExecutionRecord = {
      ExecutionArn: `${prefix}:execution:${name}:${id}`,
      StateMachineArn: `${prefix}:stateMachine:${name}`,
      Name: id,
      Status: 'RUNNING',
      StartDate: this.date(),
      Input: JSON.stringify(input ?? {}),
    };
    this.write(begun);
    const abort = new AbortController();
    const done = this.carry(begun, machine, { ...around, signal: abort.signal });
    this.running.set(begun.ExecutionArn, { abort, done });
    this.changed(begun);
    return { arn: begun.ExecutionArn, done };
  }

  /** Ends an execution as ABORTED; one that has ended stays as it is. */
  async stop(arn: string): Promise<void> {
    this.running.get(arn)?.abort.abort();
    await this.running.get(arn)?.done;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.running.keys()].map((arn) => this.stop(arn)));
  }

  get busy(): boolean {
    return this.running.size > 0;
  }

  /** Resolves when those that run now have ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private async carry(
    begun: ExecutionRecord,
    machine: Machine,
    around: Omit<Surroundings, 'execution' | 'stateMachine'>,
  ): Promise<ExecutionResult> {
    const { ExecutionArn: arn, Name, StartDate: StartTime, StateMachineArn } = begun;
    const events: StateEvent[] = [];
    const outcome = await run(machine, JSON.parse(begun.Input), {
      ...around,
      emit: (event) => {
        events.push(event);
        around.emit(event);
      },
      execution: { Id: arn, Name, StartTime },
      stateMachine: { Id: StateMachineArn, Name: StateMachineArn.split(':').at(-1)! },
    });
    const { status: Status, output, error: Error, cause: Cause } = outcome;
    const ended = { Status, StopDate: this.date(), Output: JSON.stringify(output), Error, Cause };
    const record = { ...begun, ...(JSON.parse(JSON.stringify(ended)) as typeof begun) }; // without what is undefined
    this.write(record);
    this.running.delete(arn);
    this.changed(record);
    return { arn, events, ...outcome };
  }

  private date(): string {
    return new Date(this.now()).toISOString();
  }

  private write(record: ExecutionRecord): void {
    const file = join(this.directory, `${record.Name}.json`);
    writeFileSync(`${file}.new`, JSON.stringify(record, undefined, 2));
    renameSync(`${file}.new`, file);
  }

  find(arn: string): ExecutionRecord | undefined {
    const record = this.read(`${arn.split(':').at(-1)!.replaceAll('/', '')}.json`);
    return record?.ExecutionArn === arn ? record : undefined;
  }

  private read(file: string): ExecutionRecord | undefined {
    try {
      return JSON.parse(readFileSync(join(this.directory, file), 'utf8')) as ExecutionRecord;
    } catch {
      return undefined;
    }
  }
}
