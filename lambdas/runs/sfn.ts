import { DescribeExecutionCommand, StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
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

/** The runs of one state machine, by Step Functions. */
export class SfnRuns implements Runs {
  /** @param machine the state machine's ARN */
  constructor(
    private readonly client: SFNClient,
    private readonly machine: string,
  ) {}

  async start(name: string, asked: RunInput): Promise<boolean> {
    try {
      await this.client.send(
        new StartExecutionCommand({ stateMachineArn: this.machine, name, input: JSON.stringify(asked) }),
      );
      return true;
    } catch (error) {
      if (named(error, 'ExecutionAlreadyExists')) return false;
      throw error;
    }
  }

  describe(arn: string): Promise<Execution | undefined> {
    return describeRun(this.client, arn);
  }
}

/** @returns undefined when Step Functions does not know the execution (any more, or yet) */
export async function describeRun(client: SFNClient, arn: string): Promise<Execution | undefined> {
  try {
    const said = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
    return {
      arn,
      status: said.status ?? 'UNKNOWN',
      error: said.error ?? null,
      input: said.input ?? null,
      ended: said.stopDate ?? null,
    };
  } catch (error) {
    if (named(error, 'ExecutionDoesNotExist')) return undefined;
    throw error;
  }
}

function named(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
