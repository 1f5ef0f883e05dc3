import { createHash } from 'node:crypto';
import { SSMClient } from '@aws-sdk/client-ssm';
import { readDrained, type Drained } from '../../lib/tunnel/bigip/drained';
import type { Probe } from '../../lib/tunnel/device/observation';
import type { Stage } from '../../lib/tunnel/device/operation';
import {
  deviceTitle,
  devicesOf,
  KINDS,
  kindOf,
  parametersOf,
  stepKindOf,
  type Listed,
  type StepKind,
} from '../../lib/tunnel/plan/devices';
import { NotUnderstood, NotVerified } from '../../lib/tunnel/errors/errors';
import type { Observed, Work } from '../../lib/tunnel/plan/plan';
import { printable } from '../../lib/tunnel/errors/printable';
import { disagreements } from '../../lib/tunnel/plan/disagreements';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { readMemory } from '../../lib/tunnel/run/memory';
import { pauseInWire } from '../../lib/tunnel/run/pause';
import { refuseOtherContract } from '../contract';
import type { DeviceCommand, RunCommand } from '../run-command/ssm';
import { SsmRunCommand } from '../run-command/ssm';
import { timeOutsFor } from '../run-command/time-outs';
import type { Request } from '../read-request/request';
import { environment } from '../environment';
import type { StepFields } from '../telemetry/logged-step';
import { logTrip } from '../telemetry/trips';
import { look } from './look';
import { tell, type CarryOut } from './tell';

/** A state's input for the handler of a kind of device. */
export interface StepInput {
  readonly contract: number;
  /** `tell`: whether the tunnel is paused. */
  readonly do: 'observe' | 'prove' | 'tell' | Stage;
  readonly execution: string;
  readonly step: string;
  readonly retry: number;
  /** null: a run without a lease. */
  readonly fence: number | null;
  readonly request: Request;
  /** The spec last applied, as JSON. */
  readonly applied: string | null;
  readonly digest: string | null;
  /** What the tunnel's item says of a pause, as DynamoDB gives it. */
  readonly pause: PauseAttributes;
  /** The devices with their work; empty for what is done with every device. */
  readonly work: readonly Work[];
}

type PauseAttributes = Readonly<Partial<Record<'paused' | 'pauses', unknown>>>;

/** Its output: an outcome for each device of its kind. */
export interface StepOutput {
  readonly kind: StepKind;
  readonly ok: true;
  readonly devices: readonly (Observed | Done)[];
  /** The devices that could not be told of a pause, and why. */
  readonly untold?: readonly string[];
}

/** What came of the work on one device. */
interface Done extends Partial<Drained> {
  readonly name: string;
  /** So many were carried out. Absent: it was only proven. */
  readonly operations?: number;
  /** The tunnel was proven in the same step as it was changed. Absent: that is still to be done. */
  readonly proven?: true;
  readonly verification?: readonly Probe[];
}

/** The digest of a command that belongs to no plan. Its fence is 0, so the device does not keep it. */
const NO_PLAN = '0000000000000000';

/** Step Functions takes at most 262,144 bytes a state, for the outcomes of all kinds together. Bytes. */
const MOST = 32 * 1024;

/**
 * The handler of one kind of device: all devices of that kind at once.
 * @throws the first failure, when every device has answered
 */
export function deviceStep(
  kind: StepKind,
  // One try: the SDK's own retries could send a command twice. Looks at results are repeated anyway.
  commands: RunCommand = new SsmRunCommand(new SSMClient({ maxAttempts: 1 }), logTrip),
): (input: StepInput) => Promise<StepOutput> {
  return async (input) => {
    refuseOtherContract(input.contract);
    const { request, applied } = input;
    const all = devicesOf(request.spec, applied === null ? null : (JSON.parse(applied) as Declared), request.forget);
    const mine = all.filter((device) => stepKindOf(device.kind) === kind);
    const send: Send = (device, does, parameters, round) =>
      commands.run(commandFor(device, input, does, parameters, round));
    if (input.do === 'tell') {
      const pause = pauseOf(input);
      const carry: CarryOut = (device, operation) => send(device, 'apply', { Digest: NO_PLAN, Operations: operation });
      return { kind, ok: true, devices: [], untold: pause === null ? [] : await tell(mine, pause, carry) };
    }
    const devices =
      input.do === 'observe'
        ? await look(mine, (device, questions) => send(device, 'observe', { Questions: questions }))
        : agreeing(
            input.do,
            await roundByRound(input.work, mine, (device, work) => carryOut(device, work, input, send)),
          );
    const output: StepOutput = { kind, ok: true, devices };
    const size = Buffer.byteLength(JSON.stringify(output));
    if (size > MOST)
      throw new NotUnderstood(
        'answer-too-large',
        `${KINDS[kind].record.title}: the answer is ${size} bytes, more than the ${MOST} that a state may hand on`,
      );
    return output;
  };
}

/** Does the work of one round after the other. A round that fails is the last one. @throws its first failure, when every device has answered */
async function roundByRound(
  work: readonly Work[],
  devices: readonly Listed[],
  does: (device: Listed, work: Work) => Promise<Done>,
): Promise<Done[]> {
  const outcomes: Done[] = [];
  for (const round of new Set(work.map((each) => each.round))) {
    const settled = await Promise.allSettled(
      devices.flatMap((device) =>
        work.filter((each) => each.device === device.name && each.round === round).map((mine) => does(device, mine)),
      ),
    );
    for (const outcome of settled) {
      if (outcome.status === 'rejected') throw outcome.reason;
      outcomes.push(outcome.value);
    }
  }
  return outcomes;
}

/**
 * What proofs say together: both nodes of a pair may have the virtual IP, or both BIG-IPs be active. Beside a change that proves nothing yet.
 * @throws NotVerified when proving is all that is done
 */
function agreeing(doing: StepInput['do'], devices: readonly Done[]): readonly Done[] {
  const [wrong] = disagreements(devices.flatMap(({ verification = [] }) => verification));
  if (wrong === undefined) return devices;
  const { from, what, to, detail } = wrong.probe;
  if (doing === 'prove') throw new NotVerified(wrong.code, `${from}: ${what} ${to}: ${detail}`);
  return devices.map(({ name, operations = 0 }) => ({ name, operations }));
}

/** Sends a device one document of its kind. @returns what the script printed */
type Send = (
  device: Listed,
  does: 'observe' | 'apply',
  parameters: Readonly<Record<string, string>>,
  round?: number,
) => Promise<string>;

function commandFor(
  listed: Listed,
  input: StepInput,
  does: 'observe' | 'apply',
  parameters: Readonly<Record<string, string>>,
  round?: number,
): DeviceCommand {
  return {
    device: deviceTitle(listed),
    instance: listed.instance,
    document: environment(
      `DOCUMENT_${does === 'observe' ? 'OBSERVE' : 'APPLY'}${listed.byOc === true ? '_BY_OC' : ''}`,
    ),
    parameters: { ...parametersOf(listed, input.fence ?? 0), ...parameters },
    tag: tag(input, listed.name, round),
    again: input.retry > 0,
    looks: does === 'observe',
    timeOuts: timeOutsFor(listed),
  };
}

/** Proves a device, or changes it; or both in one. */
async function carryOut(listed: Listed, work: Work, input: StepInput, send: Send): Promise<Done> {
  if (input.do === 'prove') return { name: listed.name, verification: await prove(listed, send) };
  const [changed, proven] = await Promise.allSettled([
    change(listed, work, input, send),
    work.proves ? prove({ ...listed, along: input.digest! }, send) : undefined,
  ]);
  // No command is under way any more when a restore begins.
  if (changed.status === 'rejected') throw changed.reason;
  // A proof that was too early, or met a device that answers late, is no failure: it comes once more, behind the change.
  const verification = proven.status === 'fulfilled' ? proven.value : undefined;
  return { ...changed.value, ...(verification ? { proven: true, verification } : {}) };
}

/** @throws NotVerified, or as RunCommand does */
async function prove(listed: Listed, send: Send): Promise<readonly Probe[]> {
  const device = kindOf(listed);
  const answer = await send(listed, 'observe', { Questions: device.proofs(listed).join('|') });
  return device.prove(answer, listed).map((probe) => ({ ...probe, detail: printable(probe.detail) }));
}

async function change(listed: Listed, work: Work, input: StepInput, send: Send): Promise<Done> {
  const { name } = listed;
  const { operations, saved, round } = work;
  if (operations.length === 0) return { name, operations: 0 };
  const pause = pauseOf(input);
  const { keeps } = kindOf(listed).record;
  const parameters = {
    Digest: input.digest!,
    Operations: (pause === null || !keeps ? operations : keeps.withTold(operations, listed.spec.name, pause)).join('|'),
    ...(saved === null ? {} : { Saved: saved }),
  };
  const said = await send(listed, 'apply', parameters, round);
  return { name, operations: operations.length, ...readDrained(said) };
}

/** What is told of a pause, in wire form; null: nobody has paused the tunnel. */
function pauseOf({ pause }: StepInput): string | null {
  return pauseInWire(readMemory(pause));
}

/** Every try of one step on one device, or of one of its rounds, has the same tag: so a command that was sent is found, not repeated. */
function tag({ execution, step, fence, request }: StepInput, name: string, round?: number): string {
  const sent = [execution, step, fence, name, ...(round === undefined ? [] : [round])].join('\n');
  const hash = createHash('sha256').update(sent).digest('hex').slice(0, 16);
  return `edge-ramp ${hash} ${request.tunnel}: ${step}`.slice(0, 100);
}

/** The log's fields for a step on devices. */
export function aboutStep({ step, execution, retry, request }: StepInput): StepFields {
  return { step, tunnel: request?.tunnel, execution, retry };
}
