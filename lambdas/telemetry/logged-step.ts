import { loggerOf, errorFields } from './logger';

/** The logger of this function. A function does one step at a time, so each line has the fields of that step. */
export const logger = loggerOf('steps');

/** The fields of a step in each of its log lines. Absent: the input does not have it. */
export interface StepFields {
  readonly step: string;
  readonly tunnel?: string | undefined;
  readonly execution?: string | undefined;
  /** How often the step was tried before. */
  readonly retry?: number | undefined;
}

/**
 * A handler that logs each step when it ends: the step, its tunnel and run, how long it took, how it ended. Lines that
 * are logged meanwhile, about trips to devices, have the same fields.
 *
 * @param about - gives the fields of an input; must not throw, whatever the input is
 * @throws whatever the handler throws, unchanged: its name is what the state machine matches
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
