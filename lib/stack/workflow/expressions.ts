/**
 * The JSONata that several states share. A constant or function here gives a bare expression; `jsonata` puts it between the marks.
 *
 * Expressions pick and join; TypeScript decides (lambdas/read-request, lambdas/plan). None is longer than 200 characters, has a line break, or
 * ends in "undefined": Choice, Pass, Wait, Succeed and Fail have no Catch, so that would end the run with the lease held.
 */

/** Marks an expression as one. */
export const jsonata = (expression: string): string => `{% ${expression} %}`;

/** The next fence after a number: later than every fence before it, and later than every clock before it. Text. */
export const fenceAfter = (fence: string): string => `$string($max([${fence} + 1, $millis()]))`;

/**
 * One sentence for what a Catch caught. The cause of a Lambda error is a JSON text with a stack trace, of which only the message is wanted; the
 * cause of a time-out or of a service's refusal is no JSON. No regular expression: whether the service takes those is not tried.
 */
const CAUGHT_SENTENCE =
  `($c := $states.errorOutput.Cause; $exists($c) ? ($substring($c, 0, 13) = '{"errorType":' and $substring($c, -1) = '}' ` +
  "? $parse($c).errorMessage : $c) : 'no cause was given')";

/** What a Catch caught, as a failure: the error's name, one sentence, and the state where it happened. */
export const caught = (state: string) => ({
  error: jsonata('$states.errorOutput.Error'),
  cause: jsonata(CAUGHT_SENTENCE),
  state,
});

const NOT_GOOD = '$states.result[$not(ok = true)]';

/** The output of a Parallel state: whether every outcome is good, and the first bad one as a failure. */
export const JUDGED = {
  good: jsonata(`$count(${NOT_GOOD}) = 0`),
  failure: jsonata(`$count(${NOT_GOOD}) = 0 ? null : ${NOT_GOOD}[0].{'error': error, 'cause': cause, 'state': state}`),
};

/** The report with some of its fields replaced. */
export const reportWith = (fields: string): string => jsonata(`$merge([$report, {${fields}}])`);
