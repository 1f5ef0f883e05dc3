import { Throttled } from '../../lib/tunnel/errors/errors';
import { NoticesOnce } from './notices-once';

/** The tunnels that the watch cannot look at now: one notice for each, until a look succeeds again. */
export class LookFailures {
  readonly #notices: NoticesOnce;
  readonly #waiting = new Set<string>();

  /** @param notify sends the notice; may throw */
  constructor(notify: (tunnel: string, why: string) => Promise<void>) {
    this.#notices = new NoticesOnce(notify);
  }

  /**
   * A look failed. For a busy device, or a service that asks to slow down, the notice waits for a second failure.
   * @throws when the notice could not be sent; the next failure sends it again
   */
  async failed(tunnel: string, why: Error): Promise<void> {
    if (why instanceof Throttled && !this.#waiting.has(tunnel)) {
      this.#waiting.add(tunnel);
      return;
    }
    await this.#notices.holds(tunnel, why.message);
  }

  /** A look succeeded, or is not needed any more. */
  over(tunnel: string): void {
    this.#notices.over(tunnel);
    this.#waiting.delete(tunnel);
  }
}
