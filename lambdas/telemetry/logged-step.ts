import { loggerOf, errorFields } from './logger';

/** The logger of this function. A function does one step at a time, so each line has the fields of that step. */
export const logger = loggerOf('steps');

/** The fields that each log line of a step has. Absent: not in the input. */
export interface StepFields {
  readonly step: string;
  readonly tunnel?: string | undefined;
  readonly execution?: string | undefined;
  /** How often the step was tried before. */
  readonly retry?: number | undefined;
}

/**
 * A handler that logs the end of each step: the step, its tunnel and run, its duration and outcome. The log lines of trips
 * within the step have the same fields.
 *
 * @param about gives the fields of an input; must not throw, whatever the input is
 * @throws the handler's error, unchanged: the state machine matches its name
 */
export function loggedStep<Input, Output>(
  about: (input: Input) => StepFields,
  handler: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const begun = Date.now();
    logger.resetKeys();
    logger.appendKeys({ ...about(input) });
    try {
      const output = await handler(input);
      logger.info('step', { outcome: 'done', milliseconds: Date.now() - begun });
      return output;
    } catch (error) {
      logger.warn('step', { outcome: 'failed', milliseconds: Date.now() - begun, ...errorFields(error) });
      throw error;
    }
  };
}
