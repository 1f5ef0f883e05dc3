import { join } from 'node:path';
import type { Clock } from '../clock';
import type { Executions } from '../executions';
import type { Functions } from '../lambda';
import type { Assembly } from '../template';
import { Bus, type Entry } from './bus';
import { readRules, retriesOf, type Rule } from './rules';
import { Schedule } from './schedule';

/** How the rules that have a rate are ticked: by themselves in real time, or only by `passTime`. */
export type Ticking = 'real' | 'manual';

export interface EventsOptions {
  /** Whether the deployed rules count; without them what is put on the bus goes nowhere. */
  readonly on: boolean;
  readonly ticking: Ticking;
  readonly clock: Clock;
  readonly assembly: () => Assembly;
  readonly functions: () => Functions;
  readonly executions: Executions;
  /** Folder for `dead-letters.log`. */
  readonly logs: string;
}

/** EventBridge with the rules of what is deployed, and the time by which they tick. */
export class Events {
  private readonly bus: Bus;
  private readonly schedule: Schedule;
  private rules: readonly Rule[];

  /** @throws Error naming the rule, for what the lab does not implement */
  constructor(private readonly options: EventsOptions) {
    const { clock, assembly, functions, logs, ticking } = options;
    this.rules = this.deployed();
    const rules = () => this.rules;
    this.bus = new Bus({
      clock,
      rules,
      retries: (name) => retriesOf(assembly(), name),
      invoke: (arn, event) => functions().invoke(arn, event),
      deadLetters: join(logs, 'dead-letters.log'),
    });
    this.schedule = new Schedule(clock, rules, (rule, due) => this.bus.tick(rule, due));
    if (ticking === 'real') this.schedule.run();
  }

  /** Takes an event. @returns its id */
  put(entry: Entry): string {
    return this.bus.put(entry);
  }

  /** Something else has been deployed. */
  refresh(): void {
    this.rules = this.deployed();
    this.schedule.refresh();
  }

  /** Resolves when every delivery has ended and no execution runs, those included that began meanwhile. */
  async settled(): Promise<void> {
    const { executions } = this.options;
    while (this.bus.busy || executions.busy) await Promise.all([this.bus.delivered(), executions.ended()]);
  }

  /** Lets time pass at once, from one due rule to the next; what each of them starts has ended before the next one's turn. */
  async passTime(seconds: number): Promise<void> {
    if (!(seconds >= 0)) throw new Error(`Time passes by seconds from 0 on, not by ${seconds}.`);
    const { clock } = this.options;
    const end = clock.now() + seconds * 1000;
    await this.settled();
    while (this.schedule.next() <= end) {
      clock.passTo(this.schedule.next());
      this.schedule.fire();
      await this.settled();
    }
    clock.passTo(end);
  }

  close(): void {
    this.schedule.stop();
    this.bus.close();
  }

  private deployed(): readonly Rule[] {
    return this.options.on ? readRules(this.options.assembly()) : [];
  }
}
