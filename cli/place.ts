import type { ExecutionResult, StateEvent } from '../lab/index';
import type { Declared } from '../lib/tunnel/tunnel';
import type { Figures } from './report/figures';

/** What is known when an execution has ended. */
export interface Ended {
  readonly execution: ExecutionResult;
  /** The tunnel's item in the table. */
  readonly item: Readonly<Record<string, unknown>> | undefined;
  readonly figures: Figures;
  /** Wall clock. */
  readonly seconds: number;
  /** What else a person should know, a sentence each, without a full stop. */
  readonly notes: readonly string[];
}

/** An execution under way. */
export interface Execution {
  readonly arn: string;
  /** @throws LostSight */
  readonly ended: Promise<Ended>;
  /** Absent: it goes on by itself, and this process does not stop it. */
  stop?(): Promise<void>;
}

/** What the state machine is started with. */
export type Input = Readonly<Record<string, unknown>> & { readonly tunnel: string };

/** Where the state machine runs: on this machine, or on AWS. */
export interface Place {
  /** Where that is, for the first line of a run. */
  readonly words: string;
  /** How to find and stop a run that goes on when this process ends: one sentence. undefined: it ends with it. */
  readonly goesOn: ((arn: string) => string) | undefined;
  /** The states worth a line; it may grow while a run goes on. undefined: all. */
  readonly shown: ReadonlySet<string> | undefined;
  /** @throws Error of one sentence when nothing was started */
  start(input: Input, onEvent: (event: StateEvent) => void): Promise<Execution>;
  /** A tunnel as a run of this place finds it declared. @throws Error of one sentence when it is not */
  declaration(tunnel: string): Promise<Declared>;
  close(): Promise<void>;
}

/** An execution was started, and what became of it cannot be seen from here: one sentence. */
export class LostSight extends Error {}
