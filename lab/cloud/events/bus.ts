import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { Gate } from '../gate';
import { StatesError } from '../asl/error';
import type { Clock } from '../clock';
import { ACCOUNT, REGION } from '../template';
import type { Retries, Rule, Target } from './rules';

/** What somebody puts on the bus; a whole event stays as it is. */
export interface Entry {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  /** ARNs; default none. */
  readonly resources?: readonly string[];
  /** ISO 8601; default now. */
  readonly time?: string;
  /** Default: one that no other event has. */
  readonly id?: string;
}
/** An event as rules and functions get it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}
export interface BusOptions {
  readonly clock: Clock;
  readonly rules: () => readonly Rule[];
  /** How a function is called again, by its name. */
  readonly retries: (name: string) => Retries;
  /** Calls a function by its ARN. @throws StatesError as lab/cloud/lambda.ts has it */
  readonly invoke: (arn: string, event: BusEvent) => Promise<unknown>;
  /** The file that gets what no function took, a line of JSON each: at, rule, target, queue (or null), error, event. */
  readonly deadLetters: string;
}

/** So many events are with functions at once; the others wait, as in Lambda's own queue of asynchronous calls. */
const AT_ONCE = 4;

/** Lab seconds before a failed function is called again: Lambda waits a minute, then two. */
const WAITS = [60, 120];

/** EventBridge's default bus. It calls the functions of matching rules and waits for none of them. */
export class Bus {
  private readonly deliveries = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  private readonly gate = new Gate(AT_ONCE);

  constructor(private readonly options: BusOptions) {}

  /** Takes an event. @returns its id */
  put(entry: Entry): string {
    const event = this.complete(entry);
    for (const rule of this.options.rules()) if (rule.matches?.(event)) this.deliver(rule, event);
    return event.id;
  }

  /** A rule's schedule is due. */
  tick(rule: Rule, time: number): void {
    const event = this.complete({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      detail: {},
      resources: [rule.arn],
      time: new Date(time).toISOString(),
    });
    this.deliver(rule, event);
  }

  get busy(): boolean {
    return this.deliveries.size > 0;
  }

  /** Resolves when nothing that was put so far is on its way any more. */
  async delivered(): Promise<void> {
    await Promise.all(this.deliveries);
  }

  /** Nothing is delivered any more; functions at work run on. */
  close(): void {
    this.closing.abort();
  }

  private complete({ source, 'detail-type': type, detail, resources = [], ...given }: Entry): BusEvent {
    const { id = randomUUID(), time = this.options.clock.text() } = given;
    return {
      version: '0',
      id,
      'detail-type': type,
      source,
      account: ACCOUNT,
      time: time.replace(/\.\d+Z$/, 'Z'),
      region: REGION,
      resources,
      detail: JSON.parse(JSON.stringify(detail)) as unknown, // a copy, and plain
    };
  }

  private deliver(rule: Rule, event: BusEvent): void {
    if (this.closing.signal.aborted) return;
    for (const target of rule.targets) {
      const delivery = this.hand(rule, target, event).finally(() => this.deliveries.delete(delivery));
      this.deliveries.add(delivery);
    }
  }

  /** Calls a function until it succeeds or its retries are used up. */
  private async hand(rule: Rule, target: Target, event: BusEvent): Promise<void> {
    const { clock, retries, invoke } = this.options;
    const { signal } = this.closing;
    const { attempts, age, deadLetters } = retries(target.arn.split(':').at(-1)!);
    let waited = 0;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.gate.through(() => invoke(target.arn, event));
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (missing(error)) return this.giveUp(rule, target, event, error, target.deadLetters);
        const wait = WAITS[attempt];
        if (attempt >= attempts || wait === undefined || waited + wait > age)
          return this.giveUp(rule, target, event, error, deadLetters);
        await clock.sleep(wait, signal);
        waited += wait;
      }
    }
  }

  private giveUp(rule: Rule, { arn }: Target, event: BusEvent, error: unknown, queue: string | undefined): void {
    const { clock, deadLetters } = this.options;
    const { error: name, reason } = error instanceof StatesError ? error : { error: 'Error', reason: String(error) };
    const letter = { at: clock.text(), rule: rule.name, target: arn, queue: queue ?? null, error: name, reason, event };
    appendFileSync(deadLetters, `${JSON.stringify(letter)}\n`);
  }
}

/** No such function: EventBridge cannot hand the event over, and does not try again. */
const missing = (error: unknown): boolean =>
  error instanceof StatesError && error.error === 'Lambda.ResourceNotFoundException';
