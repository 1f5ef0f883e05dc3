/**
 * The JSONata that several states share. A constant or function here gives a bare expression; `jsonata` puts it between
 * the marks. An expression never has a line break, and never ends in "undefined": Choice, Pass, Wait, Succeed and Fail
 * have no Catch, so that would end the run with the lease held.
 */

/** Marks an expression as one. */
export const jsonata = (expression: string): string => `{% ${expression} %}`;

/** The ARN of this execution: the owner's name in a lease. */
export const ME = '$states.context.Execution.Id';

/** True when no person started the run: an event, a schedule, or the repair of a run that died. */
export const AUTOMATIC = '($request.trigger != null or $request.repair != null)';

/** A text as it stands, or null when the attribute is missing: `item` is a DynamoDB item as the service gives it. */
const text = (item: string, attribute: string) => `$exists(${item}.${attribute}.S) ? ${item}.${attribute}.S : null`;

/** The three records of an item, as JSON strings or null. */
export const recordsOf = (item: string): string =>
  `{ 'original': ${text(item, 'original')}, 'before': ${text(item, 'before')}, 'applied': ${text(item, 'applied')} }`;

/** The next fence after a number: later than every fence before it, and later than every clock before it. */
export const fenceAfter = (fence: string): string => `$string($max([${fence} + 1, $millis()]))`;

/**
 * One sentence for what a Catch caught. The cause of a Lambda error is a JSON text with a stack trace, of which only the
 * message is wanted; the cause of a time-out or of a service's refusal is no JSON.
 */
const caughtSentence = (() => {
  const cause = '$states.errorOutput.Cause';
  // As Lambda's Node.js runtime writes it, trace and all. No regular expression: whether the service takes those is not tried.
  const isLambdaError = `$substring(${cause}, 0, 13) = '{"errorType":' and $substring(${cause}, -1) = '}'`;
  return `$exists(${cause}) ? (${isLambdaError} ? $parse(${cause}).errorMessage : ${cause}) : 'no cause was given'`;
})();

/** What a Catch caught, as a failure: the error's name, one sentence, and the state where it happened. */
export const caught = (state: string): string =>
  `{ 'error': $states.errorOutput.Error, 'cause': ${caughtSentence}, 'state': '${state}' }`;

/** A failure that no Catch caught, but a decision found. `cause` is an expression. */
export const found = (error: string, cause: string, state: string): string =>
  `{ 'error': '${error}', 'cause': ${cause}, 'state': '${state}' }`;

/** Keeps a failure. The first one is what a run reports: a later one never takes its place. */
export const failure = (bare: string) => ({
  failure: jsonata(`$type($failure) = 'object' ? $failure : ${bare}`),
});

/** The outcomes that are not good, out of a list of outcomes. */
const notGood = (outcomes: string) => `${outcomes}[$not(ok = true)]`;

/** True when every outcome of a Parallel state is good. */
export const allGood = (outcomes: string): string => `$count(${notGood(outcomes)}) = 0`;

/** The first outcome of a Parallel state that is not good, as a failure; null when all are good. */
export const firstFailed = (outcomes: string): string =>
  `$count(${notGood(outcomes)}) = 0 ? null : ${notGood(outcomes)}[0].{ 'error': error, 'cause': cause, 'state': state }`;

/** The lines of a plan's changes, one text. */
export const changeLines = (changes: string): string => `$join(${changes}.(device & ': ' & text), '; ')`;
