import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv/dist/2020';
import { main } from '../../cli/main';
import { Aws } from '../../cli/aws/aws';
import type { StateEvent } from '../../cli/aws/history';
import type { Surroundings } from '../../cli/surroundings';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import type { HostCommand } from '../../lab/hosts/host';
import type { ExecutionRecord, Lab, LabOptions, Sent, Trip } from '../../lab/index';
import { items, parameters, serve, type Answers } from './aws/answers';
import { Told } from './aws/told';

/** What a scripted lab does when it is asked to run. */
export interface Script {
  readonly status?: 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
  /** What happens between the run's first and last event. */
  readonly history?: Told;
  readonly item?: Record<string, string | number>;
  readonly trips?: readonly Trip[];
  readonly journal?: readonly HostCommand[];
  readonly sends?: readonly Sent[];
  /** The tunnel edge-a as the deployment declares it. */
  readonly declared?: unknown;
  /** Runs until it is stopped. */
  readonly endless?: boolean;
  /** Executions that others start and see end while it is open. */
  readonly others?: readonly ExecutionRecord[];
  /** What opening it says instead of opening. */
  readonly refusal?: string;
}

const URL = 'http://127.0.0.1:4517';
const MACHINE = 'arn:aws:states:local-1:000000000000:stateMachine:edge-ramp';
export const ARN = 'arn:aws:states:local-1:000000000000:execution:edge-ramp:one';

/** How a command line went: what it printed where, its exit code, and what it asked the lab for. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly inputs: readonly unknown[];
  readonly options: readonly LabOptions[];
  readonly closed: number;
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that is gone when the tests of a file have ended. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-cli-'));
  folders.push(folder);
  return folder;
}

/** A project folder with an assembly as far as the command line reads it, and declarations by file name. */
export function project(
  options: { readonly assembly?: boolean; readonly tunnels?: Record<string, string> } = {},
): string {
  const folder = temporary();
  writeFileSync(join(folder, 'package.json'), '{"version": "1.2.3"}');
  mkdirSync(join(folder, 'tunnels'));
  for (const [name, text] of Object.entries(options.tunnels ?? {})) writeFileSync(join(folder, 'tunnels', name), text);
  if (options.assembly !== false) {
    mkdirSync(join(folder, 'cdk.out'));
    writeFileSync(join(folder, 'cdk.out', 'manifest.json'), '{}');
  }
  return folder;
}

/** As in a clone of edge-ramp: everything is in one folder. */
function ownFolders(folder: string): Pick<Surroundings, 'product' | 'project' | 'tunnels'> {
  return { product: folder, project: folder, tunnels: join(folder, 'tunnels') };
}

let published: ValidateFunction | undefined;

/** What a command prints with --json is what docs/output.schema.json says. */
function expectPublished(text: string): void {
  const file = join(__dirname, '../../docs/output.schema.json');
  // Once a file of tests: to compile it takes a second.
  published ??= new Ajv({ strict: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as object,
  );
  expect(published(JSON.parse(text)) || published.errors).toBe(true);
}

/** Runs a command line against a scripted lab. */
export async function call(
  args: readonly string[],
  script: Script = {},
  given: Partial<Surroundings> = {},
): Promise<Outcome> {
  const written = { out: '', err: '' };
  const options: LabOptions[] = [];
  let closed = 0;
  let interrupt = (): void => undefined;
  const run = new Run(script, () => setImmediate(interrupt));
  const surroundings: Surroundings = {
    out: { write: (text) => void (written.out += text), live: false, colour: false },
    err: { write: (text) => void (written.err += text), live: false, colour: false },
    ...ownFolders(given.product ?? given.project ?? project()),
    folder: given.project ?? temporary(),
    environment: { HOME: temporary() },
    async openLab(asked) {
      options.push(asked);
      if (script.refusal !== undefined) throw new Error(script.refusal);
      script.others?.forEach((record) => setImmediate(() => asked.onExecution?.(record)));
      const endpoint = args[0] === 'local' ? undefined : await serve(run.answers());
      return lab(endpoint?.url ?? URL, run, async () => {
        closed++;
        await endpoint?.close();
      });
    },
    aws(reach) {
      if (reach.endpoint === undefined) throw new Error('AWS was asked.');
      return new Aws({ ...reach, credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' } });
    },
    ask: undefined,
    sleep: () => new Promise(setImmediate),
    onInterrupt: (stop) => {
      if (script.endless === true) interrupt = stop;
      return () => undefined;
    },
    ...given,
  };
  const code = await main(args, surroundings);
  if (args.includes('--json') && written.out !== '') expectPublished(written.out);
  return { code, ...written, inputs: run.inputs, options, closed };
}

/** The one execution of a script. */
class Run {
  readonly inputs: unknown[] = [];
  private stopped = false;

  constructor(
    readonly script: Script,
    private readonly started: () => void,
  ) {}

  get begun(): boolean {
    return this.inputs.length > 0;
  }

  /** What the lab's services say of it. */
  answers(): Answers {
    const { status = 'SUCCEEDED', output, error, cause, item } = this.script;
    const now = (): typeof status | 'RUNNING' =>
      this.stopped ? 'ABORTED' : this.script.endless === true ? 'RUNNING' : status;
    return {
      ...parameters({
        '/edge-ramp/deployment': { contract: CONTRACT, stateMachine: MACHINE, table: 'Tunnels', notices: 'topic' },
        ...(this.script.declared === undefined ? {} : { '/edge-ramp/tunnels/edge-a': this.script.declared }),
      }),
      ...items(item ? { 'edge-a': item } : {}),
      StartExecution: ({ input }) => {
        this.inputs.push(JSON.parse(String(input)));
        this.started();
        return { executionArn: ARN, startDate: 0 };
      },
      StopExecution: () => {
        this.stopped = true;
        return { stopDate: 1 };
      },
      GetExecutionHistory: () => ({
        events: this.history(now())
          .events.map((event) => ({ ...event, timestamp: event.timestamp!.getTime() / 1000 }))
          .reverse(),
      }),
      DescribeExecution: () => ({
        executionArn: ARN,
        stateMachineArn: MACHINE,
        status: now(),
        startDate: 0,
        stopDate: 1,
        ...(output === undefined ? {} : { output: JSON.stringify(output) }),
        error,
        cause,
      }),
    };
  }

  private history(status: string): Told {
    const told = new Told();
    told.events.push(...(this.script.history?.events ?? []));
    const last: Readonly<Record<string, string>> = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', ABORTED: 'Aborted' };
    if (status !== 'RUNNING') told.add(`Execution${last[status] ?? 'TimedOut'}`);
    return told;
  }
}

function lab(url: string, run: Run, close: () => Promise<void>): Lab {
  const { script } = run;
  const never = (): never => {
    throw new Error('The command line asks the lab through its endpoint.');
  };
  return {
    url,
    environment: { AWS_ENDPOINT_URL: url, AWS_REGION: 'local-1' },
    stateMachine: MACHINE,
    hosts: {
      host: () => undefined,
      run: async () => ({ code: 0, out: '', err: '' }),
      names: () => ['10.3.88.66', 'i-0a4e90de0a4e90de0'],
      journal: () => (run.begun ? (script.journal ?? []) : []),
      dump: () => '',
      hung: () => new Promise(() => undefined),
      act: () => Promise.resolve(),
      save: () => undefined,
      close: () => Promise.resolve(),
    },
    start: never,
    stop: never,
    item: never,
    trips: () => (run.begun ? (script.trips ?? []) : []),
    executions: () => [],
    sends: () => (run.begun ? (script.sends ?? []) : []),
    put: () => 'an-event',
    settled: () => Promise.resolve(),
    passTime: () => Promise.resolve(),
    now: () => Date.now(),
    redeploy: () => Promise.resolve(),
    close,
  };
}

/** One thing that happened to a state in which work is done, `at` milliseconds after the start. */
export function event(kind: StateEvent['kind'], path: string, at: number, error?: string): StateEvent {
  return { kind, path, state: path.split('/').at(-1)!, at, works: true, ...(error === undefined ? {} : { error }) };
}
