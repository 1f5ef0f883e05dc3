import { DynamoAttributeValue } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { jsonata } from './expressions';
import { numberValue, textValue, type Write } from './table-writes';

/*
 * What a run writes into the tunnel's item when it ends (ADR 0016), and the text of its notice.
 */

/** What failed on the way forward, in words. */
export const FAILED = "$failure.state & ' failed: ' & $failure.cause & ' (' & $failure.error & ')'";

/** What went wrong with the restore itself, in words; empty when nothing did. */
const TROUBLE = "($restoreFailure = null ? '' : '; ' & $restoreFailure.state & ' failed: ' & $restoreFailure.cause)";

/** The sentence of a run that could not put everything back. */
const NOT_RESTORED = `$whatFailed & '; ' & $remainder & ${TROUBLE} & $plan.words.left`;

/** The heading of a failure's notice. When automation stops with the failure, the notice is about that. */
const orStopped = (heading: string): string =>
  jsonata(`$bookkeeping.stops ? 'Automation is stopped' : ${heading === '' ? 'null' : `'${heading}'`}`);

const ifRepair = (repair: string, otherwise: string): string => `($request.repair = null ? ${otherwise} : ${repair})`;

/** A run's full result, a JSON text. `endState` is an expression. */
const resultOf = (endState: string): string =>
  `$string($merge([$about, $report, {'endState': ${endState}, 'failure': $failure, ` +
  "'restoreFailure': $restoreFailure, 'outcomes': $outcomes, 'at': $now()}]))";

/** What a verify saw, a JSON text. The fence, and whether the tunnel was free, say whether it is still valid. */
export const LOOK =
  "$string($merge([$about, $seen, $report, {'endState': $ending, 'failure': $failure, " +
  "'remarks': $plan.remarks, 'degraded': $plan.degraded}]))";

/** Where a result is found. */
export const inTheTable = (attribute: string): string =>
  jsonata(`' (result: table item ' & $request.tunnel & ', ${attribute})'`);

/** A write that ends a run, with its notice. `ending` is an expression. */
const ends = (
  ending: string,
  {
    set = {},
    noticeHeading = null,
    noticeText,
    ...write
  }: Write & { readonly noticeHeading?: string | null; readonly noticeText?: string },
): Write => ({
  ...write,
  set: { ...set, lastResult: textValue(resultOf(ending)) },
  assign: {
    ending: jsonata(ending),
    noticeHeading,
    ...(noticeText === undefined ? {} : { noticeText: jsonata(noticeText) }),
    where: inTheTable('lastResult'),
  },
});

/** What a good apply leaves: no failure counts any more, and every question that was asked before it is answered. */
const GOOD: Pick<Write, 'set' | 'remove'> = {
  set: {
    applied: textValue('$plan.records.applied'),
    original: textValue('$plan.records.original'),
    wanted: DynamoAttributeValue.fromString('applied'),
    lookedAt: numberValue('$string($fence)'),
    provenAt: textValue('$now()'),
    provenBy: textValue('$execution'),
    degraded: textValue('$string([$plan.degraded])'),
  },
  remove: ['before', 'failures', 'failedSpec', 'attempts', 'notified'],
};

/** What a run leaves that failed. */
const FAILURES: Write['set'] = {
  failures: numberValue('$string($bookkeeping.failures)'),
  failedSpec: textValue('$bookkeeping.failedSpec'),
};

/** The last drifts, with this run's when automation had to change something. */
const DRIFTS =
  "$string([$append($bookkeeping.drifts, $request.trigger = null ? [] : {'at': $now(), 'execution': $execution, " +
  "'changes': $plan.operations})])";

export const CLOSING = {
  applied: ends("'Applied'", {
    comment: 'The tunnel exists and is wanted: keeps what was applied, and releases the lease.',
    set: { ...GOOD.set, drifts: textValue(DRIFTS) },
    remove: GOOD.remove!,
    noticeHeading: jsonata("$bookkeeping.repeatedDrift ? 'Repeated drift' : null"),
    noticeText: "'automation had to change something three times within a day; the last time: ' & $report.sentence",
  }),
  unchanged: ends("'Unchanged'", {
    comment: 'Everything is in place already: keeps what is applied, and releases the lease.',
    ...GOOD,
  }),
  tornDown: ends("'TornDown'", {
    comment: 'The tunnel is gone and no longer wanted: drops its records, and releases the lease.',
    set: { wanted: DynamoAttributeValue.fromString('absent') },
    remove: ['applied', 'original', ...GOOD.remove!, 'provenAt', 'provenBy', 'degraded', 'drifts', 'lastLook'],
  }),
  planned: ends("'Planned'", {
    comment: 'The changes would cut traffic: leaves them to a person, who is told once.',
    set: { notified: textValue('$plan.digest'), lookedAt: numberValue('$string($fence)') },
    noticeHeading: jsonata("$notified = $plan.digest ? null : 'Planned'"),
    noticeText: "'changes that would cut live traffic wait for a person: ' & $join($plan.interrupts, '; ')",
  }),
  notVerified: ends("'NotVerified'", {
    comment: 'Nothing to change, yet the tunnel does not carry.',
    set: FAILURES,
    noticeHeading: orStopped('NotVerified'),
    noticeText: '$failure.cause & $bookkeeping.stopped',
  }),
  notStarted: ends("'NotStarted'", {
    comment: 'Failed before the first change: nothing was touched.',
    set: FAILURES,
    noticeHeading: orStopped(''),
    noticeText: `${FAILED} & $bookkeeping.stopped`,
  }),
  nothingToRestore: ends("'Restored'", {
    comment: 'The run to repair had changed nothing.',
    set: FAILURES,
    remove: ['attempts'],
    noticeHeading: orStopped(''),
    noticeText: "'what a run that died had left is put back' & $bookkeeping.stopped",
  }),
  restored: ends(ifRepair("'Restored'", "'RolledBack'"), {
    comment: 'Everything is as it was before the run: drops the record of it, and releases the lease.',
    set: FAILURES,
    remove: ['before', 'attempts'],
    noticeHeading: jsonata(`$bookkeeping.stops ? 'Automation is stopped' : ${ifRepair('null', "'RolledBack'")}`),
    noticeText: `${ifRepair("'what a run that died had left is put back'", "$whatFailed & '; everything was put back'")} & $plan.words.left & $bookkeeping.stopped`,
  }),
  notRestored: ends("'RollbackFailed'", {
    comment: 'Something is left: keeps the record of how it was, for the next run or a person.',
    set: FAILURES,
    noticeHeading: 'RollbackFailed',
    noticeText: `${NOT_RESTORED} & $bookkeeping.stopped`,
  }),
} as const;

/** The notice of a run whose last write the table refused. Only the execution has its result. */
export const IF_NOT_WRITTEN = {
  notVerified: { ending: 'NotVerified', noticeHeading: 'NotVerified', noticeText: jsonata('$failure.cause') },
  notStarted: { ending: 'NotStarted' },
  notRestored: { ending: 'RollbackFailed', noticeHeading: 'RollbackFailed', noticeText: jsonata(NOT_RESTORED) },
};
