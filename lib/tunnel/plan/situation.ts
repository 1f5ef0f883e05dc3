import { NotUnderstood } from '../errors/errors';
import type { Observed, Situation } from './plan';
import type { Before, Begun, Original, Touched } from './records';
import type { Declared } from '../declaration/tunnel';

/** A tunnel's records, JSON text as in the table; null: there is none. */
export interface Records {
  readonly original: string | null;
  readonly before: string | null;
  readonly applied: string | null;
}

/** Reads the records, for reconcile. @throws NotUnderstood */
export function situationOf(
  spec: Declared,
  records: Records,
  observed: readonly Observed[],
  forget: readonly string[] = [],
): Situation {
  const begun = begunOf(records);
  return {
    spec,
    applied: appliedOf(records),
    original: parse<Original>('original', records.original, {}),
    before: withKeepers(begun.touched),
    begun: begun.declared,
    observed,
    forget,
  };
}

/** The tunnel last applied; null: none is. */
export function appliedOf({ applied }: Pick<Records, 'applied'>): Declared | null {
  return parse<Declared | null>('applied', applied, null);
}

/** A tunnel's last declaration in its records: the applied one, else that of the last run; null: there is none. @throws NotUnderstood */
export function lastDeclared(records: Records): Declared | null {
  return appliedOf(records) ?? begunOf(records).declared?.at(-1) ?? null;
}

/** The record `before`, empty when there is none. */
export function begunOf({ before }: Pick<Records, 'before'>): Begun {
  return parse<Begun>('before', before, { declared: [], touched: {} });
}

/**
 * A run of the first release has recorded a health report where a keeper is now. Such a unit is a keeper of another version whose goal is lost
 * (documents/keeper-unit.sh).
 */
function withKeepers(touched: Before): Before {
  const renamed = ([object, { from, wrote }]: readonly [string, Touched]): [string, Touched] =>
    object.startsWith('report ')
      ? [
          object.replace('report', 'keeper'),
          { from: from === null ? null : 'lost', wrote: wrote.map((value) => (value === null ? null : 'old lost')) },
        ]
      : [object, { from, wrote }];
  return Object.fromEntries(
    Object.entries(touched).map(([device, objects]) => [
      device,
      Object.fromEntries(Object.entries(objects).map(renamed)),
    ]),
  );
}

/** @throws NotUnderstood */
function parse<T>(record: string, text: string | null, otherwise: T): T {
  try {
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    throw new NotUnderstood(
      'record-unreadable',
      `the record "${record}" in the tunnel's table item is not JSON: write its former text back`,
    );
  }
}
