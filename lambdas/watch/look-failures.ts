import { Throttled } from '../../lib/tunnel/errors/errors';

/**
 * Which tunnels the watch cannot look at now. Each is told once, until it could be looked at again.
 *
 * It is remembered in the warm function alone, since the watch writes nothing (ADR 0017): a fresh function may tell once more.
 */
export class LookFailures {
  readonly #tell: (tunnel: string, why: string) => Promise<void>;
  readonly #told = new Set<string>();
  readonly #waiting = new Set<string>();

  /** @param tell tells people; may throw */
  constructor(tell: (tunnel: string, why: string) => Promise<void>) {
    this.#tell = tell;
  }

  /**
   * Somebody tried to look in vain. A device that was busy, or a service that asked to slow down, is told only when it is so again at the
   * next look.
   * @throws when it could not be told; then it is told the next time
   */
  async failed(tunnel: string, why: Error): Promise<void> {
    if (why instanceof Throttled && !this.#waiting.has(tunnel)) {
      this.#waiting.add(tunnel);
      return;
    }
    if (this.#told.has(tunnel)) return;
    await this.#tell(tunnel, why.message);
    this.#told.add(tunnel);
  }

  /** Somebody could look, or need not look any more. */
  over(tunnel: string): void {
    this.#told.delete(tunnel);
    this.#waiting.delete(tunnel);
  }
}
