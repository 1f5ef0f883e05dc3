import type { Execution } from '../../lib/tunnel/automation';

/** What a run is asked for; the state machine's input (docs/adr/0016). */
export interface RunInput {
  readonly tunnel: string;
  readonly trigger: 'event' | 'schedule';
  readonly action?: 'pause';
  readonly asked?: string;
  readonly awaits?: string;
  readonly repair?: string;
  readonly reason?: string;
}

/** The state machine's runs, as a function outside of it sees them. */
export interface Runs {
  /**
   * Starts a run under a name that is given once: who asks a second time for the same reason starts no second one.
   * @returns false when a run of that name was started before
   * @throws whatever Step Functions answers otherwise: asked again, it may say yes
   */
  start(name: string, asked: RunInput): Promise<boolean>;
  /** @returns undefined when Step Functions does not know the execution (any more, or yet) */
  describe(arn: string): Promise<Execution | undefined>;
}
