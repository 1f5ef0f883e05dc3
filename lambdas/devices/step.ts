import { createHash } from 'node:crypto';
import { SSMClient } from '@aws-sdk/client-ssm';
import { readDrained, type Drained } from '../../lib/tunnel/bigip/drain';
import type { Probe } from '../../lib/tunnel/device';
import { ContractMismatch, NotUnderstood } from '../../lib/tunnel/errors';
import { CONTRACT } from '../../lib/tunnel/outcome';
import {
  KINDS,
  deviceNames,
  deviceTitle,
  instanceOf,
  type Kind,
  type Observed,
  type Work,
} from '../../lib/tunnel/reconcile';
import type { Tunnel } from '../../lib/tunnel/tunnel';
import type { RunCommand } from '../run-command/port';
import { SsmRunCommand } from '../run-command/ssm';
import type { Request } from '../read-request/request';

/** What a state of the workflow hands to the handler of a kind of device. */
export interface StepInput {
  readonly contract: number;
  readonly do: 'observe' | 'prove' | 'detach' | 'shape' | 'attach';
  readonly execution: string;
  readonly step: string;
  readonly retry: number;
  /** null: a run without a lease, which stamps nothing. */
  readonly fence: number | null;
  readonly request: Request;
  /** The spec last applied, as JSON. */
  readonly applied: string | null;
  readonly digest: string | null;
  readonly work: readonly Work[];
}

/** What it gives back: an outcome for each device of its kind. */
export interface StepOutput {
  readonly kind: Kind;
  readonly ok: true;
  readonly devices: readonly (
    | Observed
    | { readonly name: string; readonly verification: readonly Probe[] }
    | ({ readonly name: string; readonly operations: number } & Partial<Drained>)
  )[];
}

/** How commands reach a kind of device: parameters beside tunnel and fence. */
export type Way = (spec: Tunnel, name: string) => Readonly<Record<string, string>>;

/** Step Functions takes at most 262,144 bytes a state, and several outcomes come together. Bytes. */
const MOST = 32 * 1024;

/**
 * The handler of one kind of device: all devices of that kind at once.
 * @throws the first failure, when every device has answered
 */
export function deviceStep(
  kind: Kind,
  way: Way,
  commands: RunCommand = runCommand(),
): (input: StepInput) => Promise<StepOutput> {
  return async (input) => {
    if (input.contract !== CONTRACT)
      throw new ContractMismatch(
        `this run speaks contract ${input.contract}, the handlers ${CONTRACT}: the app was deployed in the middle of the run; start a new execution`,
      );
    const names =
      input.do === 'observe' || input.do === 'prove'
        ? deviceNames(input.request.spec)[kind]
        : input.work.map(({ device }) => device);
    const outcomes = await Promise.allSettled(
      names.map((name) => one(kind, name, way(input.request.spec, name), input, commands)),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    const output: StepOutput = {
      kind,
      ok: true,
      devices: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    };
    const size = Buffer.byteLength(JSON.stringify(output));
    if (size > MOST)
      throw new NotUnderstood(
        `${KINDS[kind].title}: the answer is ${size} bytes, more than the ${MOST} that a state may hand on`,
      );
    return output;
  };
}

async function one(
  kind: Kind,
  name: string,
  connection: Readonly<Record<string, string>>,
  input: StepInput,
  commands: RunCommand,
): Promise<StepOutput['devices'][number]> {
  const { spec } = input.request;
  const device = KINDS[kind];
  const applied = input.applied === null ? null : (JSON.parse(input.applied) as Tunnel);
  const common = { Tunnel: spec.name, Fence: String(input.fence ?? 0), ...connection };
  const run = (does: 'observe' | 'apply', parameters: Readonly<Record<string, string>>): Promise<string> =>
    commands.run({
      device: deviceTitle(kind, name),
      instance: instanceOf(spec, kind),
      document: environment(does === 'observe' ? 'DOCUMENT_OBSERVE' : 'DOCUMENT_APPLY'),
      parameters: { ...common, ...parameters },
      tag: tag(input, name),
      again: input.retry > 0,
    });

  if (input.do === 'observe')
    return {
      kind,
      name,
      observation: device.read(
        await run('observe', { Questions: device.questions(spec, applied).join('|') }),
        spec,
        applied,
      ),
    };
  if (input.do === 'prove')
    return {
      name,
      verification: device.prove(await run('observe', { Questions: device.proofs(spec).join('|') }), spec),
    };
  const { operations, saved } = input.work.find((work) => work.device === name)!;
  const said = await run('apply', {
    Digest: input.digest!,
    Operations: operations.join('|'),
    ...(kind === 'bigip' ? { Saved: saved! } : {}),
  });
  return { name, operations: operations.length, ...readDrained(said) };
}

/** The same execution, step, plan and device give the same tag, whatever the try: so a command that was sent is found, not repeated. */
function tag({ execution, step, fence, request }: StepInput, name: string): string {
  const hash = createHash('sha256').update([execution, step, fence, name].join('\n')).digest('hex').slice(0, 16);
  return `edge-ramp ${hash} ${request.tunnel}: ${step}`.slice(0, 100);
}

function runCommand(): RunCommand {
  // One try: the SDK's own retries could send a command twice. Looking at results is repeated anyway.
  return new SsmRunCommand(new SSMClient({ maxAttempts: 1 }), {
    delivery: Number(environment('DELIVERY_TIMEOUT_SECONDS')),
    deadline: Number(environment('POLL_DEADLINE_SECONDS')),
  });
}

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`environment variable ${name} is not set: this function was not deployed by the edge-ramp stack`);
  return value;
}
