import { MOST_ATTEMPTS, MOST_FAILURES } from '../../tunnel/automation';
import { ME } from './expressions';
import { numberValue, textValue } from './values';

/*
 * What the item remembers for automation (ADR 0016): read as `$seen`, asked before an automatic run goes on, and kept
 * by the writes that end a run.
 */

/** So many runs in which automation had to change something, within so many hours, are told. */
const DRIFTS = 3;
const DRIFT_HOURS = 24;

const has = (item: string, attribute: string, type: string): string => `$exists(${item}.${attribute}.${type})`;
const text = (item: string, attribute: string, otherwise: string): string =>
  `${has(item, attribute, 'S')} ? ${item}.${attribute}.S : ${otherwise}`;
const number = (item: string, attribute: string): string =>
  `${has(item, attribute, 'N')} ? $number(${item}.${attribute}.N) : 0`;
const parsed = (item: string, attribute: string, otherwise: string): string =>
  `${has(item, attribute, 'S')} ? $parse(${item}.${attribute}.S) : ${otherwise}`;

/** A pause that somebody wrote into the item by hand counts as well, however it looks. */
const pauseIn = (item: string): string =>
  `$exists(${item}.paused) and $not(${item}.paused.BOOL = false) ? ` +
  `($substring(${item}.paused.S, 0, 1) = '{' ? $parse(${item}.paused.S) : { 'until': null, 'reason': 'by hand' }) : null`;

/** The item's lease and memory, from the item as the service gives it. */
export const seenIn = (item: string): string =>
  `{ 'owner': ${text(item, 'owner', "''")}, 'fence': ${number(item, 'fence')}, 'wanted': ${text(item, 'wanted', "''")}, ` +
  `'paused': ${pauseIn(item)}, 'lookedAt': ${number(item, 'lookedAt')}, 'failures': ${number(item, 'failures')}, ` +
  `'failedSpec': ${text(item, 'failedSpec', "'none'")}, 'attempts': ${number(item, 'attempts')}, ` +
  `'notified': ${text(item, 'notified', "''")}, 'drifts': ${parsed(item, 'drifts', '[]')} }`;

const PAUSED = `$type($seen.paused) = 'object' and ($type($seen.paused.until) != 'string' or $toMillis($seen.paused.until) > $millis())`;
const WHY_PAUSED = `'the tunnel is paused' & ($type($seen.paused.until) = 'string' ? ' until ' & $seen.paused.until : '') & ': ' & $seen.paused.reason`;

/** The declaration by which failures are counted. That of a tunnel which is torn down undeclared has no digest. */
const SPEC = "($type($request.specDigest) = 'string' ? $request.specDigest : 'none')";

/** Why an automatic run leaves the tunnel alone, in words; empty: it goes on, as a person's always does. */
export const HELD_BACK = [
  ['$request.trigger = null', "''"],
  ['$request.spec.example = true', "'the tunnel is declared as an example'"],
  [PAUSED, WHY_PAUSED],
  [
    '$request.repair != null',
    `$seen.attempts >= ${MOST_ATTEMPTS} ? '${MOST_ATTEMPTS} repairs were tried already' : ''`,
  ],
  ["$seen.wanted != 'applied'", "'the tunnel is not wanted'"],
  [
    `$seen.failures >= ${MOST_FAILURES} and $seen.failedSpec = ${SPEC}`,
    `'automation is stopped, since ${MOST_FAILURES} automatic runs failed with this declaration'`,
  ],
  [`$seen.owner != '' and $seen.owner != ${ME}`, "'the lease is held by ' & $seen.owner"],
  [
    "$type($request.asked) = 'number' and $seen.lookedAt >= $request.asked",
    "'a run that began later has looked already'",
  ],
].reduceRight((otherwise, [when, reason]) => `(${when} ? (${reason}) : ${otherwise})`, "''");

/** Repairs begun since `before` was last cleared, this one included. A run that lost the answer to its own taking is not counted twice. */
export const ATTEMPTS = `$string($request.repair != null and $seen.owner != ${ME} ? $seen.attempts + 1 : $seen.attempts)`;

/**
 * A person's failure neither counts nor clears. Nor does that of a run which awaits an instance: its SDN comes up minutes after its
 * agent, and several nodes that restart together would stop automation just when it is needed. The watch looks again.
 */
const UNCOUNTED = "($request.trigger = null or $type($request.awaits) = 'string')";

/** Automatic failures in a row, this one included. */
const FAILURES = `(${UNCOUNTED} ? $seen.failures : $seen.failedSpec = ${SPEC} ? $seen.failures + 1 : 1)`;

/** True when this failure stops automation. */
export const STOPS = `(${UNCOUNTED} ? false : ${FAILURES} >= ${MOST_FAILURES})`;

/** The last drifts, with this run's when automation had to change something. */
const DRIFTED = `[($request.trigger = null ? $seen.drifts : $append($seen.drifts, { 'at': $now(), 'execution': ${ME}, 'changes': $plan.operations }))[[-${DRIFTS}..-1]]]`;

/** True when automation had to change something again and again, by the item that this apply has just written. */
export const REPEATED = (() => {
  const drifts = `(${parsed('$states.result.Attributes', 'drifts', '[]')})`;
  const first = `$toMillis(${drifts}[0].at)`;
  return `($request.trigger = null ? false : $count(${drifts}) < ${DRIFTS} ? false : ${first} > $millis() - ${DRIFT_HOURS * 3_600_000})`;
})();

/** What a good apply leaves: no failure counts any more, and every question that was asked before it is answered. */
export const GOOD = {
  set: {
    lookedAt: numberValue('$string($fence)'),
    provenAt: textValue('$now()'),
    provenBy: textValue(ME),
    degraded: textValue('$string([$plan.degraded])'),
  },
  remove: ['failures', 'failedSpec', 'attempts', 'notified'],
};

/** What an apply adds that changed something. */
export const DRIFT = { drifts: textValue(`$string(${DRIFTED})`) };

/** What a teardown drops. */
export const FORGOTTEN = [...GOOD.remove, 'provenAt', 'provenBy', 'degraded', 'drifts', 'lastLook'];

/** What a run leaves that failed. */
export const FAILED = {
  failures: numberValue(`$string(${FAILURES})`),
  failedSpec: textValue(`${UNCOUNTED} ? $seen.failedSpec : ${SPEC}`),
};

/** What an automatic run leaves whose plan would interrupt: nobody is told again of the same plan. */
export const LEFT_TO_A_PERSON = {
  notified: textValue('$plan.digest'),
  lookedAt: numberValue('$string($fence)'),
};

/** A pause, as the item has it. */
export const PAUSE = textValue(
  `$string({ 'until': $request.until, 'reason': $request.reason, 'at': $now(), 'by': ${ME} })`,
);
