import { loggerOf, errorFields } from './logger';

/** One for a function, so that what is logged in the middle of a step carries the step's fields: a function does one step at a time. */
export const logger = loggerOf('steps');

/** What a log line says of a step. A missing field: the step was not told. */
export interface StepFields {
  readonly step: string;
  readonly tunnel?: string | undefined;
  readonly execution?: string | undefined;
  /** How often the step was tried before. */
  readonly retry?: number | undefined;
}

/**
 * A handler that logs each of its steps when that has ended: which, of which tunnel and run, how long it took, how it
 * ended. Lines that are logged meanwhile, of trips to devices, carry the same fields.
 *
 * @param about - what to say of an input; must not throw, whatever the input is
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
