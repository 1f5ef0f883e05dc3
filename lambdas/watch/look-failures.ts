import { Throttled } from '../../lib/tunnel/errors/errors';

/**
 * The tunnels that the watch cannot look at now. It sends one notice for each, until a look succeeds again.
 *
 * Only the warm function's memory holds them, since the watch writes nothing (ADR 0017): a fresh function may send the notice again.
 */
export class LookFailures {
  readonly #notified = new Set<string>();
  readonly #waiting = new Set<string>();

  /** @param notify sends the notice; may throw */
  constructor(private readonly notify: (tunnel: string, why: string) => Promise<void>) {}

  /**
   * A look failed. For a busy device, or a service that asks to slow down, the notice waits for a second failure.
   * @throws when the notice could not be sent; the next failure sends it again
   */
  async failed(tunnel: string, why: Error): Promise<void> {
    if (why instanceof Throttled && !this.#waiting.has(tunnel)) {
      this.#waiting.add(tunnel);
      return;
    }
    if (this.#notified.has(tunnel)) return;
    await this.notify(tunnel, why.message);
    this.#notified.add(tunnel);
  }

  /** A look succeeded, or is not needed any more. */
  over(tunnel: string): void {
    this.#notified.delete(tunnel);
    this.#waiting.delete(tunnel);
  }
}
