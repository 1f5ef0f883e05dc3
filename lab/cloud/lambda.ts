import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { alarm, type Clock } from './clock';
import { Gate } from './gate';
import { StatesError } from './asl/error';
import { REGION, type Assembly, type Resource } from './template';
import type { Workers } from './workers';

/** Where the functions of one deployment run, and with what around them. */
export interface Runtime {
  readonly clock: Clock;
  /** Folder for what handlers print: `lambda-<function>.log`. */
  readonly logs: string;
  /** AWS_ENDPOINT_URL and its kin. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Who has the functions' workers before and after. */
  readonly workers: Workers;
}

/** Runs the bundled functions of an assembly, each in worker threads of its own that stay warm. */
export class Functions {
  private readonly functions: ReadonlyMap<string, LambdaFunction>;

  constructor(assembly: Assembly, runtime: Runtime) {
    const all = assembly
      .resources('AWS::Lambda::Function')
      .map((resource) => new LambdaFunction(resource, assembly, runtime));
    this.functions = new Map(all.map((each) => [each.name, each]));
  }

  /**
   * Invokes a function by name or ARN and waits for its answer.
   * @throws StatesError as Step Functions would see it: the error's name, and as its cause Lambda's error JSON as text
   */
  async invoke(name: string, event: unknown): Promise<unknown> {
    const found = this.functions.get(/^arn:.*:function:([^:]+)$/.exec(name)?.[1] ?? name);
    if (!found) throw new StatesError('Lambda.ResourceNotFoundException', `Function not found: ${name}`);
    return found.invoke(event);
  }

  /** Ends a function at its work, as Lambda ends one that has no memory left: the one that sends this document, known by its environment. */
  endSender(document: string): void {
    for (const each of this.functions.values()) if (each.knows(document)) each.breakOff();
  }

  /** Gives back the idle workers; those at work end when they are done, or at once with `now`. */
  async close(now: boolean): Promise<void> {
    await Promise.all([...this.functions.values()].map((each) => each.close(now)));
  }
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { errorType: string; errorMessage: string; trace?: string[] };
}

/** So many workers of one function at once: Lambda has more of them, and more than one machine. Whoever waits here uses up no time-out. */
const AT_ONCE = 6;

class LambdaFunction {
  readonly name: string;
  private readonly start: () => Worker;
  private readonly variables: readonly unknown[];
  private readonly timeout: number;
  private readonly idle: Worker[] = [];
  private readonly busy = new Set<Worker>();
  private closed = false;
  private readonly gate = new Gate(AT_ONCE);

  constructor(
    resource: Resource,
    assembly: Assembly,
    private readonly runtime: Runtime,
  ) {
    this.name = resource.name;
    this.timeout = Number(resource.get('Timeout') ?? 3);
    const [module, handler] = String(resource.get('Handler')).split('.') as [string, string];
    const environment = (resource.get('Environment') as { Variables?: Record<string, string> } | undefined)?.Variables;
    this.variables = Object.values(environment ?? {});
    this.start = () => {
      const { S3Key: key } = resource.get('Code') as { S3Key?: string };
      if (!key) throw new Error(`${this.name} is not bundled as an asset, which is all that the lab runs.`);
      const folder = assembly.asset(key);
      const file = ['.js', '.mjs', '.cjs'].map((end) => join(folder, module + end)).find(existsSync);
      if (!file) throw new Error(`${folder} holds no ${module}.js for ${this.name}: run \`npx cdk synth\` again.`);
      const worker = runtime.workers.take(
        { file, handler, name: this.name, speed: runtime.clock.speed },
        { ...surroundings(this.name, folder), ...runtime.endpoints, ...environment },
      );
      const log = (text: Buffer | string): void => {
        // Its last words may come when the lab is closed and its folder gone.
        if (existsSync(runtime.logs)) appendFileSync(join(runtime.logs, `lambda-${this.name}.log`), text);
      };
      for (const stream of [worker.stdout, worker.stderr]) stream.on('data', log);
      worker.on('error', (error) => log(`${String(error.stack)}\n`));
      worker.on('exit', () => {
        if (this.idle.includes(worker)) this.idle.splice(this.idle.indexOf(worker), 1);
      });
      return worker;
    };
  }

  /** Whether a variable of its environment has this value. */
  knows(value: string): boolean {
    return this.variables.includes(value);
  }

  breakOff(): void {
    for (const worker of this.busy) void worker.terminate();
  }

  invoke(event: unknown): Promise<unknown> {
    return this.gate.through(() => this.carryOut(event));
  }

  private async carryOut(event: unknown): Promise<unknown> {
    const worker = this.idle.pop() ?? this.start();
    const requestId = randomUUID();
    this.busy.add(worker);
    const answer = await this.converse(worker, event, requestId);
    if (!answer.error) return answer.result;
    throw new StatesError(answer.error.errorType, JSON.stringify(answer.error));
  }

  /** One event to a worker and its answer; a worker that breaks or takes too long is ended. */
  private converse(worker: Worker, event: unknown, requestId: string): Promise<Answer> {
    return new Promise((resolve) => {
      const settle = (answer: Answer, warm = false) => {
        takeBack();
        this.busy.delete(worker);
        worker.off('message', answered).off('error', crashed).off('exit', gone);
        if (warm && !this.closed) this.idle.push(worker);
        else void worker.terminate();
        resolve(answer);
      };
      const broken = (errorType: string, why: string) =>
        settle({ error: { errorType, errorMessage: `RequestId: ${requestId} Error: ${why}` } });
      const answered = (answer: Answer) => settle(answer, true);
      const crashed = (error: Error) => broken(error.name, error.message);
      const gone = (code: number) => broken('Runtime.ExitError', `Runtime exited with error: exit status ${code}`);
      const takeBack = alarm(this.timeout, () =>
        broken('Sandbox.Timedout', `Task timed out after ${this.timeout.toFixed(2)} seconds`),
      );
      worker.once('message', answered).once('error', crashed).once('exit', gone);
      worker.postMessage({
        event: JSON.parse(JSON.stringify(event)),
        requestId,
        timeout: this.timeout * 1000,
        ahead: this.runtime.clock.ahead,
      });
    });
  }

  async close(now: boolean): Promise<void> {
    this.closed = true;
    this.idle.splice(0).forEach((worker) => this.runtime.workers.giveBack(worker));
    if (now) await Promise.all([...this.busy].map((worker) => worker.terminate()));
  }
}

/** The environment that the Lambda service gives a function, with credentials that mean nothing. */
const surroundings = (name: string, folder: string) => ({
  PATH: process.env.PATH,
  TZ: ':UTC',
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'lab',
  AWS_SECRET_ACCESS_KEY: 'lab',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs',
  LAMBDA_TASK_ROOT: folder,
});
