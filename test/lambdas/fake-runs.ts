import type { Execution } from '../../lib/tunnel/run/automation';
import type { Log } from '../../lambdas/log';
import type { RunInput, Runs } from '../../lambdas/runs/sfn';

export const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:edge-ramp';
export const arnOf = (name: string): string => `arn:aws:states:eu-central-1:123456789012:execution:edge-ramp:${name}`;

/** The state machine's runs in memory: what was started under which name, and how others are. */
export class FakeRuns implements Runs {
  readonly started = new Map<string, RunInput>();
  readonly known = new Map<string, Execution>();
  /** What Step Functions answers to the next starts of runs of a tunnel instead. */
  readonly refuses = new Map<string, Error>();

  async start(name: string, asked: RunInput): Promise<boolean> {
    const refusal = this.refuses.get(asked.tunnel);
    if (refusal) throw refusal;
    if (this.started.has(name)) return false;
    this.started.set(name, asked);
    return true;
  }

  async describe(arn: string): Promise<Execution | undefined> {
    return this.known.get(arn);
  }

  /** A run of that name as it is now. */
  add(name: string, run: Partial<Execution>): string {
    const arn = arnOf(name);
    this.known.set(arn, { arn, status: 'RUNNING', error: null, input: '{"tunnel":"edge-a"}', ended: null, ...run });
    return arn;
  }

  /** What was started, by name. */
  all(): readonly (readonly [string, RunInput])[] {
    return [...this.started];
  }
}

/** A log in memory. */
export class FakeLog implements Log {
  readonly lines: { readonly message: string; readonly about: Readonly<Record<string, unknown>> }[] = [];
  info(message: string, about: Readonly<Record<string, unknown>>): void {
    this.lines.push({ message, about });
  }
  warn(message: string, about: Readonly<Record<string, unknown>>): void {
    this.lines.push({ message, about });
  }
  /** Every sentence, a line each. */
  get text(): string {
    return this.lines.map(({ message }) => message).join('\n');
  }
}

export const throttled = (): Error => Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
