import type { Drained } from '../../lib/tunnel/bigip/drained';
import type { Probe } from '../../lib/tunnel/device/observation';
import type { Change } from '../../lib/tunnel/plan/plan';
import type { Action } from '../where';
import type { DeviceCommands } from '../local/commands-of-plan';
import type { Figures } from './figures';
import type { Step } from './steps';

/** What a run gives to programs: the one document that --json prints. */
export interface Document extends Figures {
  readonly tunnel: string;
  readonly action: Action;
  /** Of a plan: what a teardown would change. */
  readonly teardown?: boolean;
  /** The end state; or `Interrupted`, `Failed`, or `GoesOn`: on AWS, and nobody here waits for its end. */
  readonly status: string;
  readonly changes: readonly Change[];
  readonly steps: readonly Step[];
  readonly verification: readonly Probe[];
  /** Devices of a pair that could not be reached; the rest stands. */
  readonly degraded?: readonly string[];
  /** A plan's digest, for --expect. */
  readonly digest?: string;
  /** With --commands. */
  readonly commands?: readonly DeviceCommands[];
  /** What became of the connections through what was removed: how many ended, how many were cut. */
  readonly drained?: readonly Drained[];
  /** What a restore could not put back, as changes still to be made. */
  readonly remaining?: readonly Change[];
  /** One sentence; absent: success. */
  readonly error?: string;
}

const NOTHING: Figures = { ssmRoundTrips: 0, criticalPathTrips: 0, stateTransitions: 0, deviceWrites: 0 };

/** What became of a run that was not started, or whose end is not known: it goes on without this process. */
export type Unfinished = 'InvalidRequest' | 'NotStarted' | 'GoesOn';

/** The document of a run that did not come to start, or of one that goes on: nothing of it is known yet. */
export function notRun(
  { tunnel, action }: Pick<Document, 'tunnel' | 'action'>,
  status: Unfinished,
  error: string,
): Document {
  return { tunnel, action, status, changes: [], steps: [], ...NOTHING, verification: [], error };
}

/** What a command gives to programs; a person may look at it on a terminal, so what is not to be seen is escaped. */
export function json(document: object): string {
  const escape = (character: string): string =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join('');
  return `${JSON.stringify(document, undefined, 2).replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, escape)}\n`;
}
