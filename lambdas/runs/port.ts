import type { Execution } from '../../lib/tunnel/run/automation';

/** The state machine's input, as automation writes it (docs/adr/0016). */
export interface RunInput {
  readonly tunnel: string;
  readonly trigger: 'event' | 'schedule';
  readonly action?: 'pause';
  readonly asked?: string;
  readonly awaits?: string;
  readonly repair?: string;
  readonly reason?: string;
}

/** The state machine's runs: starts one, describes one. */
export interface Runs {
  /**
   * Starts a run under this name. A name is used once, so the same reason starts no second run.
   * @returns false when a run of that name was started before
   * @throws any other error of Step Functions: it may pass
   */
  start(name: string, asked: RunInput): Promise<boolean>;
  /** @returns undefined when Step Functions does not know the execution (any more, or yet) */
  describe(arn: string): Promise<Execution | undefined>;
}
