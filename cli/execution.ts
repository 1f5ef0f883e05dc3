import type { HostCommand } from '../lab/hosts/host';
import type { ExecutionResult, Lab, Sent, StateEvent } from '../lab/index';
import { figuresOf, type Figures } from './report/figures';

/** What is known when an execution has ended. */
export interface Ended {
  readonly execution: ExecutionResult;
  /** The tunnel's item in the table. */
  readonly item: Readonly<Record<string, unknown>> | undefined;
  readonly figures: Figures;
  /** Every command line that ran on a host meanwhile. */
  readonly journal: readonly HostCommand[];
  /** Every command that Systems Manager was asked to send meanwhile. */
  readonly sends: readonly Sent[];
  /** Wall clock. */
  readonly seconds: number;
}

/** An execution under way. */
export interface Execution {
  readonly ended: Promise<Ended>;
  stop(): Promise<void>;
}

/** Starts the state machine in an open lab and counts what this one execution costs. */
export function execute(
  lab: Lab,
  input: Readonly<Record<string, unknown>> & { readonly tunnel: string },
  onEvent: (event: StateEvent) => void,
): Execution {
  const [trips, commands, begun] = [lab.trips().length, lab.hosts.journal().length, Date.now()];
  const asked = lab.sends().length;
  const { arn, done } = lab.start(input, onEvent);
  const end = async (): Promise<Ended> => {
    const execution = await done;
    const journal = lab.hosts.journal().slice(commands);
    return {
      execution,
      item: await lab.item(input.tunnel),
      figures: figuresOf(lab.trips().slice(trips), journal, execution.transitions),
      journal,
      sends: lab.sends().slice(asked),
      seconds: (Date.now() - begun) / 1000,
    };
  };
  return { ended: end(), stop: () => lab.stop(arn) };
}
