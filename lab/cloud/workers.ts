import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** What a function's sandbox is told when it starts. */
interface Sandbox {
  readonly file: string;
  readonly handler: string;
  readonly name: string;
  readonly speed: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The worker threads in which functions run. One that is idle stays warm for the same function with the same environment, and for nothing else. */
export class Workers {
  private readonly started = new WeakMap<Worker, string>();
  private readonly idle = new Map<string, Worker[]>();

  /** Gives a warm worker, or a new one. */
  take(sandbox: Sandbox, env: Environment): Worker {
    const as = JSON.stringify([sandbox, env]);
    const worker = this.idle.get(as)?.pop() ?? start(sandbox, env);
    this.started.set(worker, as);
    return withoutListeners(worker);
  }

  /** Takes back a worker that has answered, and whom nobody listens to any more. One that breaks while it is idle is not given again. */
  giveBack(worker: Worker): void {
    const as = this.started.get(worker)!;
    const forget = (): void => {
      const others = this.idle.get(as)?.filter((each) => each !== worker);
      this.idle.set(as, others ?? []);
    };
    withoutListeners(worker).once('error', forget).once('exit', forget);
    this.idle.set(as, [...(this.idle.get(as) ?? []), worker]);
  }

  /** Ends those that are idle. */
  async close(): Promise<void> {
    await Promise.all([...this.idle.values()].flat().map((worker) => worker.terminate()));
  }
}

function withoutListeners(worker: Worker): Worker {
  for (const stream of [worker.stdout, worker.stderr]) stream.removeAllListeners('data');
  return worker.removeAllListeners('error').removeAllListeners('exit');
}

function start(sandbox: Sandbox, env: Environment): Worker {
  const file = join(__dirname, 'sandbox.js');
  return new Worker(file, { env, workerData: sandbox, execArgv: [], stdout: true, stderr: true });
}
