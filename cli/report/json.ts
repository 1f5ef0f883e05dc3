import type { Input } from '../execution';
import type { Figures } from './figures';
import type { JsonDocument, RunDocument } from './documents';

const NOTHING: Figures = { ssmRoundTrips: 0, criticalPathTrips: 0, stateTransitions: 0, deviceWrites: 0 };

/** What became of a run that was not started, or whose end is not known: it goes on without this process. */
export type Unfinished = 'InvalidRequest' | 'NotStarted' | 'GoesOn';

/** The document of a run that did not come to start, or of one that goes on: nothing of it is known yet. */
export function notRun({ tunnel, action }: Input, status: Unfinished, error: string): RunDocument {
  return { tunnel, action, status, changes: [], steps: [], ...NOTHING, verification: [], error };
}

/** What a command gives to programs; a person may look at it on a terminal, so what is not to be seen is escaped. */
export function json(document: JsonDocument): string {
  const escape = (character: string): string =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  return `${JSON.stringify(document, undefined, 2).replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, escape)}\n`;
}
