import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../cli/main';
import type { Surroundings } from '../../cli/surroundings';
import type { HostCommand } from '../../lab/hosts/host';
import type { ExecutionRecord, ExecutionResult, Lab, LabOptions, Sent, StateEvent, Trip } from '../../lab/index';

/** What a scripted lab does when it is asked to run. */
export interface Script {
  readonly status?: ExecutionResult['status'];
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
  readonly events?: readonly StateEvent[];
  readonly item?: Record<string, unknown>;
  readonly trips?: readonly Trip[];
  readonly journal?: readonly HostCommand[];
  readonly sends?: readonly Sent[];
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

/** Runs a command line against a scripted lab. */
export async function call(
  args: readonly string[],
  script: Script = {},
  given: Partial<Surroundings> = {},
): Promise<Outcome> {
  const written = { out: '', err: '' };
  const inputs: unknown[] = [];
  const options: LabOptions[] = [];
  let closed = 0;
  let interrupt = (): void => undefined;
  const surroundings: Surroundings = {
    out: { write: (text) => void (written.out += text), live: false, colour: false },
    err: { write: (text) => void (written.err += text), live: false, colour: false },
    project: given.project ?? project(),
    folder: given.project ?? temporary(),
    environment: { HOME: temporary() },
    openLab: (asked) => {
      options.push(asked);
      if (script.refusal !== undefined) return Promise.reject(new Error(script.refusal));
      script.others?.forEach((record) => setImmediate(() => asked.onExecution?.(record)));
      return Promise.resolve(
        lab(script, {
          asked: (input) => inputs.push(input),
          close: () => closed++,
          started: () => setImmediate(interrupt),
        }),
      );
    },
    aws: () => {
      throw new Error('AWS was asked.');
    },
    sleep: () => new Promise(setImmediate),
    onInterrupt: (stop) => {
      if (script.endless === true) interrupt = stop;
      return () => undefined;
    },
    ...given,
  };
  const code = await main(args, surroundings);
  return { code, ...written, inputs, options, closed };
}

function lab(script: Script, tell: { asked(input: unknown): void; close(): void; started(): void }): Lab {
  let begun = false;
  let stop = (): void => undefined;
  return {
    url: URL,
    environment: { AWS_ENDPOINT_URL: URL, AWS_REGION: 'local-1' },
    stateMachine: MACHINE,
    hosts: {
      host: () => undefined,
      run: async () => ({ code: 0, out: '', err: '' }),
      names: () => ['10.3.88.66', 'i-0a4e90de0a4e90de0'],
      journal: () => (begun ? (script.journal ?? []) : []),
      dump: () => '',
      hung: () => new Promise(() => undefined),
      act: () => Promise.resolve(),
      save: () => undefined,
      close: () => Promise.resolve(),
    },
    start(input, onEvent = () => undefined) {
      begun = true;
      tell.asked(input);
      const events = script.events ?? [];
      events.forEach(onEvent);
      const { status = 'SUCCEEDED', output, error, cause } = script;
      const result: ExecutionResult = {
        arn: ARN,
        status,
        output,
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
        events,
        transitions: events.filter(({ kind }) => kind === 'entered').length,
      };
      const stopped = new Promise<ExecutionResult>((done) => (stop = () => done({ ...result, status: 'ABORTED' })));
      tell.started();
      return { arn: ARN, done: script.endless === true ? stopped : Promise.resolve(result) };
    },
    stop: () => Promise.resolve(stop()),
    item: () => Promise.resolve(script.item),
    trips: () => (begun ? (script.trips ?? []) : []),
    executions: () => [],
    sends: () => (begun ? (script.sends ?? []) : []),
    put: () => 'an-event',
    settled: () => Promise.resolve(),
    passTime: () => Promise.resolve(),
    now: () => Date.now(),
    redeploy: () => Promise.resolve(),
    close: () => Promise.resolve(tell.close()),
  };
}

/** One thing that happened to a state, `at` milliseconds after the start. */
export function event(kind: StateEvent['kind'], path: string, at: number, error?: string): StateEvent {
  return { kind, path, state: path.split('/').at(-1)!, at, ...(error === undefined ? {} : { error }) };
}
