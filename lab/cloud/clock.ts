/** Real seconds that a time-out around real work keeps however fast the lab runs: processes do not run faster. Enough for models on a busy machine. */
const GRACE = 5;

/**
 * The lab's clock: waits and time-outs run `speed` times faster than declared. Dates are real ones, until time is made to pass: from then on they
 * are ahead by as much.
 */
export class Clock {
  /** Milliseconds by which the lab's dates are ahead of real ones. */
  private passed = 0;

  /** @param grace real seconds that a time-out keeps above speed 1 */
  constructor(
    readonly speed = 1,
    private readonly grace = GRACE,
  ) {}

  get ahead(): number {
    return this.passed;
  }

  /** The lab's date, in milliseconds since the epoch. It never goes back. */
  now(): number {
    return Date.now() + this.passed;
  }

  /** The same date as AWS writes it. */
  text(): string {
    return new Date(this.now()).toISOString();
  }

  /** Time passes at once until `date` (milliseconds since the epoch); a date that has passed changes nothing. */
  passTo(date: number): void {
    this.passed += Math.max(0, date - this.now());
  }

  /** Seconds by which what goes on by itself on a device is measured: they run `speed` times faster, and pass with the dates. */
  deviceSeconds(): number {
    return (Date.now() * this.speed + this.passed) / 1000;
  }

  /** Resolves after `seconds` of lab time, or at once when `signal` aborts. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    return wait((seconds * 1000) / this.speed, signal);
  }

  /**
   * Real milliseconds that a time-out of `seconds` leaves to something that really works (a handler, a script). Above speed 1
   * it is the scaled time plus at most the grace, so that the order of nested time-outs stays as declared.
   */
  limit(seconds: number): number {
    const grace = this.speed > 1 ? Math.min(seconds, this.grace) : 0;
    return (seconds / this.speed + grace) * 1000;
  }

  /** Calls `late` when `seconds` have passed as `limit` counts them; the answer takes the alarm back. */
  alarm(seconds: number, late: () => void): () => void {
    const timer = setTimeout(late, clamp(this.limit(seconds)));
    return () => clearTimeout(timer);
  }
}

/** setTimeout fires at once for more than 2^31 - 1 ms: 24 days are as good as for ever here. */
const clamp = (milliseconds: number) => Math.min(milliseconds, 2 ** 31 - 1);

function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, clamp(milliseconds));
    signal?.addEventListener('abort', done);
  });
}
