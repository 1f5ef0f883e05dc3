import { deviceStep } from '../../lambdas/devices/step';
import { handler as planStep, type PlanInput, type PlanOutput } from '../../lambdas/plan/handler';
import type { Request } from '../../lambdas/read-request/request';
import type { DeviceCommand, RunCommand } from '../../lambdas/run-command/ssm';
import {
  DeviceRefused,
  InvalidRequest,
  NotDelivered,
  NotUnderstood,
  NotVerified,
  OutcomeUnknown,
  PlanChanged,
  Refused,
  Throttled,
  WouldInterrupt,
} from '../../lib/tunnel/errors/errors';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import type { Work } from '../../lib/tunnel/plan/plan';
import type { Command, Failure, JudgedPlan, Kind, Outcome, Situation } from './recorded';
import { sendingEnvironment } from '../lambdas/sending-environment';

/*
 * The only file of the judge that knows the product. When code moves, this file follows; what is recorded stays.
 */

/** Gives what a device prints. @throws Failed */
export type Responder = (command: Command) => string;

/** A command that ends with an error of this name. */
export class Failed extends Error {
  constructor(readonly as: Failure) {
    super(`recorded: ${as}`);
  }
}

/** What a run may end with, and what a device's command may. */
const REFUSALS = { InvalidRequest, NotUnderstood, NotVerified, PlanChanged, Refused, WouldInterrupt };
const FAILURES = {
  DeviceRefused: (message: string) => new DeviceRefused('command-refused', message),
  NotDelivered: (message: string) => new NotDelivered('not-fetched', message),
  OutcomeUnknown: (message: string) => new OutcomeUnknown('device-silent', message),
  Throttled: (message: string) => new Throttled('device-busy', message),
};

const KINDS: readonly Kind[] = ['bigip', 'ramp', 'cluster'];
const STAGES = ['detach', 'prepare', 'shape', 'prove', 'attach', 'clean'] as const;
type Doing = Command['stage'];

/** Observes, plans and carries out, as the workflow has it done. Nothing is looked at again on the way. */
export async function judged(situation: Situation, respond: Responder): Promise<Outcome> {
  const commands: Command[] = [];
  const request = requestOf(situation);
  sendingEnvironment();

  const step = async (kind: Kind, doing: Doing, digest: string | null, work: readonly Work[]) => {
    const port: RunCommand = {
      run: async (order) => {
        const command = commandOf(order, kind, doing);
        commands.push(command);
        return answered(() => respond(command));
      },
    };
    const input = {
      contract: CONTRACT,
      do: doing,
      execution: 'judge',
      step: doing,
      retry: 0,
      fence: 7,
      pause: {},
      request,
    };
    const output = await deviceStep(kind, port)({ ...input, applied: situation.records.applied, digest, work });
    return JSON.parse(JSON.stringify(output)) as typeof output;
  };
  const stopped = (where: string, error: unknown, plan: JudgedPlan | null = null): Outcome => ({
    commands,
    stopped: `${where}: ${nameOf(error)}`,
    plan,
  });

  const observed = [];
  for (const kind of KINDS)
    try {
      observed.push(await step(kind, 'observe', null, []));
    } catch (error) {
      return stopped(`observe ${kind}`, error);
    }

  let output: PlanOutput;
  try {
    const input: PlanInput = {
      contract: CONTRACT,
      phase: situation.way,
      request,
      observed: observed as PlanInput['observed'],
      records: situation.records,
      before: null,
    };
    output = JSON.parse(JSON.stringify(await planStep(input))) as PlanOutput;
  } catch (error) {
    return stopped('plan', error);
  }

  const plan = planOf(output);
  for (const stage of STAGES)
    for (const kind of KINDS) {
      const work = stage === 'prove' ? output.prove[kind] : output.work[stage][kind];
      if (work.length === 0) continue;
      try {
        await step(kind, stage, output.digest, work);
      } catch (error) {
        return stopped(`${stage} ${kind}`, error, plan);
      }
    }
  return { commands, stopped: null, plan };
}

function requestOf({ declared, request }: Situation): Request {
  const spec = JSON.parse(declared) as Request['spec'];
  return {
    contract: CONTRACT,
    tunnel: spec.name,
    action: request.action ?? 'apply',
    teardown: false,
    allowInterruption: request.allowInterruption ?? false,
    expect: request.expect ?? null,
    trigger: null,
    asked: null,
    awaits: null,
    repair: null,
    until: null,
    reason: null,
    specDigest: null,
    forget: request.forget ?? [],
    declared: true,
    spec,
  };
}

function commandOf({ device, instance, document, parameters }: DeviceCommand, kind: Kind, stage: Doing): Command {
  const { Questions: questions, Operations: operations, ...others } = parameters;
  const asked = questions?.split('|');
  return {
    stage,
    device: `${kind} ${device.split(' ').at(-1)}`,
    instance,
    document: document as Command['document'],
    parameters: others,
    ...(asked === undefined ? {} : { questions: stage === 'prove' ? asked : asked.toSorted() }),
    ...(operations === undefined ? {} : { operations: operations.split('|').map((operation) => operation.split('~')) }),
  };
}

/** @throws the product's own error of the name that was recorded */
function answered(respond: () => string): string {
  try {
    return respond();
  } catch (error) {
    if (error instanceof Failed) throw FAILURES[error.as](error.message);
    throw error;
  }
}

/** The name of one of the product's errors. @throws the error itself, when it is none of them */
function nameOf(error: unknown): string {
  const { name } = error as Error;
  if (name in REFUSALS || name in FAILURES) return name;
  throw error;
}

function planOf(plan: PlanOutput): JudgedPlan {
  const { digest, operations, reachable, degraded, remarks } = plan;
  const { changes, left, verification } = plan.report;
  const original = JSON.parse(plan.records.original) as Record<string, Record<string, string>>;
  const { declared, touched } = JSON.parse(plan.records.before) as {
    declared: readonly object[];
    touched: Record<string, Record<string, { from: string | null; wrote: readonly (string | null)[] }>>;
  };
  return {
    digest,
    operations,
    changes: changes.map(({ device, stage, text, interrupts }) => [device, stage, text, interrupts !== null]),
    reachable,
    degraded,
    left,
    remarks: remarks.length,
    verification: verification.map(({ from, to, ok, holds }) => [from, to, ok, holds ?? null]),
    original: Object.entries(original).flatMap(([device, state]) =>
      Object.entries(state).map(([object, value]) => [device, object, value]),
    ),
    before: {
      declared: declared.map((each) => JSON.stringify(each)),
      touched: Object.entries(touched).flatMap(([device, objects]) =>
        Object.entries(objects).map(([object, { from, wrote }]) => [device, object, from, ...wrote]),
      ),
    },
    applied: plan.records.applied,
  };
}
