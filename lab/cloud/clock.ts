/**
 * The lab's clock: waits run `speed` times faster than declared. Dates are real ones, until time is made to pass: from then on they are ahead by as
 * much. Time-outs are real ones too: what they limit really works, and is no faster than the machine.
 */
export class Clock {
  /** Milliseconds by which the lab's dates are ahead of real ones. */
  private passed = 0;

  constructor(readonly speed = 1) {}

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
}

/** Calls `late` when so many real seconds have passed; the answer takes the alarm back. */
export function alarm(seconds: number, late: () => void): () => void {
  const timer = setTimeout(late, clamp(seconds * 1000));
  return () => clearTimeout(timer);
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
