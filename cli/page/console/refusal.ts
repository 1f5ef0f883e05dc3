import { messageOf } from '../../surroundings';
import { printableValue } from '../model/printable';

/** A request that is not done, with the status of HTTP that says why. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  /** Any error as such: what AWS says is no fault of the page's. */
  static of(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    return new Refusal(502, printableValue(messageOf(error)));
  }
}
