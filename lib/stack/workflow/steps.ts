import { Parallel, Pass, TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, type LambdaInvokeJsonataProps } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { Stage } from '../../tunnel/device/operation';
import { scriptsOf, type StepKind } from '../../tunnel/plan/devices';
import { CONTRACT } from '../../tunnel/run/outcome';
import { retry } from '../retry-policies';
import type { StepHandler } from '../step-handler';
import type { StepHandlers } from '../step-handlers';
import { SENDING_TASK, COMPUTING_TASK } from '../time-outs';
import { caught, jsonata } from './expressions';

/*
 * The states that call a handler.
 */

type Options = Pick<LambdaInvokeJsonataProps, 'assign' | 'outputs'> & { readonly comment: string };

/** A step whose handler only thinks: it may run twice. */
export function compute(
  scope: Construct,
  name: string,
  handler: StepHandler,
  options: Options & { readonly payload: Record<string, unknown> },
): LambdaInvoke {
  return retry(
    LambdaInvoke.jsonata(scope, name, {
      ...invocation(handler, options),
      taskTimeout: Timeout.duration(COMPUTING_TASK),
    }),
    'THROTTLED',
    'LAMBDA_SERVICE',
    'LAMBDA_NOT_STARTED',
  );
}

/** What a step asks the handler of a kind of device to do. `observe` and `prove` look; `tell` says whether the tunnel is paused; the stages change. */
export type Doing = 'observe' | 'prove' | 'tell' | Stage;

/**
 * A step whose handler sends a command to every device of its kind.
 * @param work a bare expression for the devices and their work; absent: every device
 */
export function send(
  scope: Construct,
  name: string,
  handler: StepHandler,
  doing: Doing,
  options: Options & { readonly work?: string },
): LambdaInvoke {
  // What a device is told of a pause has a number, so it may be told twice.
  const mayRunTwice = doing === 'observe' || doing === 'prove' || doing === 'tell';
  const payload = {
    contract: CONTRACT,
    do: doing,
    execution: jsonata('$execution'),
    // A second look and each round of a restore pass the same states again, and may not take an old command for their own.
    step: jsonata(`'${name} ' & $string($restoreRound) & ($lookedAgain ? ' again' : '')`),
    retry: jsonata('$states.context.State.RetryCount'),
    fence: jsonata('$fence'),
    request: jsonata('$request'),
    applied: jsonata('$records.applied'),
    pause: jsonata('$pause'),
    digest: doing === 'observe' || doing === 'tell' ? null : jsonata('$plan.digest'),
    work: options.work ? jsonata(options.work) : [],
  };
  return retry(
    LambdaInvoke.jsonata(scope, name, {
      ...invocation(handler, { ...options, payload }),
      taskTimeout: Timeout.duration(SENDING_TASK),
    }),
    'THROTTLED',
    'NOT_DELIVERED',
    // A step that changes devices is not run again when Lambda failed in the middle: nobody knows how far it came.
    ...(mayRunTwice ? (['LAMBDA_SERVICE'] as const) : []),
    'LAMBDA_NOT_STARTED',
  );
}

/** What is done on several kinds of device at once; virtual servers are BIG-IP's alone. */
type SideBySide = Exclude<Doing, 'detach' | 'attach' | 'tell'>;

/** The name of each step of a state that works on several kinds of device at once. */
export type Steps = Readonly<Partial<Record<StepKind, string>>>;

/**
 * Does something to several kinds of device at once. A branch never fails: it answers with its outcome, good or not, so that no sibling is cut off
 * in the middle and no restore races a straggler. What the outcomes mean is decided afterwards. A kind without devices, or without work, answers
 * at once.
 *
 * @param work gives a bare expression for the work of one kind; absent: every device
 */
export function sideBySide(
  scope: Construct,
  name: string,
  handlers: StepHandlers,
  doing: SideBySide,
  { steps, work, ...options }: Options & { readonly steps: Steps; readonly work?: (kind: StepKind) => string },
): Parallel {
  const branches = (Object.entries(steps) as [StepKind, string][]).map(([kind, step]) => {
    const failed = Pass.jsonata(scope, `${step} failed`, {
      comment: 'Answers with what happened, and lets the other kinds of device finish.',
      outputs: jsonata('$states.input'),
    });
    return send(scope, step, handlers.of(kind), doing, {
      comment: COMMENTS[doing](kind),
      outputs: jsonata('$states.result.Payload'),
      ...(work ? { work: work(kind) } : {}),
    }).addCatch(failed, { outputs: { kind, ok: false, devices: [], ...caught(step) } });
  });
  return Parallel.jsonata(scope, name, options).branch(...branches);
}

/** What a step does to a kind of device, for the console. */
const COMMENTS: Readonly<Record<SideBySide, (kind: StepKind) => string>> = {
  observe: (kind) => `Looks at ${scriptsOf(kind).objects}.`,
  prove: (kind) => scriptsOf(kind).proof ?? '',
  prepare: (kind) => `Builds ${scriptsOf(kind).objects}.`,
  shape: (kind) => `Changes ${scriptsOf(kind).objects}.`,
  clean: (kind) => `Takes away ${scriptsOf(kind).objects}.`,
};

/** What every invocation has in common. `retryOnServiceExceptions` would add CDK's own Retry, which is no policy of ours. */
function invocation(
  handler: StepHandler,
  { comment, payload, assign, outputs = {} }: Options & { readonly payload: Record<string, unknown> },
) {
  return {
    lambdaFunction: handler.function,
    comment,
    payload: TaskInput.fromObject(payload),
    retryOnServiceExceptions: false,
    ...(assign ? { assign } : {}),
    outputs,
  };
}
