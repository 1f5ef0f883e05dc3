/**
 * The tunnels of which something holds that people have to know. It sends one notice for each, until that is over.
 *
 * Only the warm function's memory holds them, since the watch writes nothing (ADR 0017): a fresh function may send the notice again.
 */
export class NoticesOnce {
  readonly #notified = new Set<string>();

  /** @param notify sends the notice; may throw */
  constructor(private readonly notify: (tunnel: string, why: string) => Promise<void>) {}

  /** @throws when the notice could not be sent; the next call sends it again */
  async holds(tunnel: string, why: string): Promise<void> {
    if (this.#notified.has(tunnel)) return;
    await this.notify(tunnel, why);
    this.#notified.add(tunnel);
  }

  over(tunnel: string): void {
    this.#notified.delete(tunnel);
  }
}
