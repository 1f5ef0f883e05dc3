/** A failure as the States Language knows it: an error name and a cause. */
export class StatesError extends Error {
  constructor(
    readonly error: string | undefined,
    readonly reason: string | undefined,
  ) {
    super(`${error}: ${reason}`);
  }
}

/** An expression that failed, or gave what its field cannot take. */
export const queryError = (cause: string) => new StatesError('States.QueryEvaluationError', cause);

/** A definition that uses something this interpreter does not implement. Thrown when it is loaded, never later. */
export class NotImplemented extends Error {
  constructor(where: string, what: string) {
    super(`${where}: ${what}`);
    this.name = 'NotImplemented';
  }
}

/** Error names of the language itself that a Retry or Catch may name here. */
export const STATES_ERRORS = [
  'States.ALL',
  'States.TaskFailed',
  'States.Timeout',
  'States.QueryEvaluationError',
  'States.DataLimitExceeded',
  'States.Permissions',
];

/**
 * Whether a Retry or Catch with these names applies. States.Runtime always ends the execution. States.DataLimitExceeded is not
 * caught by a wildcard, as the documentation has it (a recording from AWS shows otherwise: rely on neither).
 */
export function matches(names: readonly string[], error: string | undefined): boolean {
  if (error === undefined || error === 'States.Runtime') return false;
  if (names.includes(error)) return true;
  if (error === 'States.DataLimitExceeded') return false;
  return names.includes('States.ALL') || (names.includes('States.TaskFailed') && error !== 'States.Timeout');
}

const LIMIT = 262_144;

/** Step Functions' payload limit, in bytes of JSON text. Gives the value back. */
export function withinLimit<T>(value: T, what: string): T {
  if (value !== undefined && Buffer.byteLength(JSON.stringify(value)) > LIMIT)
    throw new StatesError('States.DataLimitExceeded', `${what} is larger than the limit of ${LIMIT} bytes.`);
  return value;
}
