import type { Clock } from '../clock';
import type { Rule } from './rules';

/** When rules with a rate are due: first one interval after the lab was opened, or the rule deployed. */
export class Schedule {
  private readonly due = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  /** @param tick called with a rule and the moment (milliseconds since the epoch) at which it was due */
  constructor(
    private readonly clock: Clock,
    private readonly rules: () => readonly Rule[],
    private readonly tick: (rule: Rule, due: number) => void,
  ) {
    this.refresh();
  }

  /** Takes over what was deployed: rules that were there stay in step. */
  refresh(): void {
    const rules = this.rules().filter(({ every }) => every !== undefined);
    for (const name of this.due.keys()) if (!rules.some((rule) => rule.name === name)) this.due.delete(name);
    for (const { name, every } of rules) if (!this.due.has(name)) this.due.set(name, this.clock.now() + every!);
  }

  /** When the next rule is due, in milliseconds since the epoch; Infinity when there is none. */
  next(): number {
    return Math.min(...this.due.values());
  }

  /** Ticks what is due by now, each rule once however much time has passed. */
  fire(): void {
    const now = this.clock.now();
    for (const rule of this.rules()) {
      const due = this.due.get(rule.name);
      if (due === undefined || due > now) continue;
      const missed = Math.floor((now - due) / rule.every!);
      this.due.set(rule.name, due + (missed + 1) * rule.every!);
      this.tick(rule, due + missed * rule.every!);
    }
  }

  /** Ticks by itself, in real time, until `stop`. */
  run(): void {
    this.timer = setInterval(() => this.fire(), LOOK_EVERY).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** Real milliseconds; rates are whole minutes. */
const LOOK_EVERY = 1000;
