import { Choice, Condition, type IChainable, TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, type LambdaInvokeJsonataProps } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Stage } from '../../tunnel/device';
import { CONTRACT } from '../../tunnel/outcome';
import { LAMBDA_NOT_STARTED, LAMBDA_SERVICE, NOT_DELIVERED, THROTTLED, retry } from '../retry-policies';
import type { StepHandler } from '../step-handler';
import type { StepHandlers } from '../step-handlers';
import { SENDING_TASK, THINKING_TASK } from '../time-outs';
import { ME, jsonata } from './expressions';

/*
 * Every state is made by a `.jsonata` factory: `new Parallel(..)` and `new LambdaInvoke(..)` silently drop the Output of
 * a Catch in a JSONata machine (aws-cdk-lib 2.276).
 */

/** What the states of one machine are made of. */
export interface Workshop {
  /** Where the states belong. */
  readonly scope: Construct;
  readonly handlers: StepHandlers;
  readonly table: Table;
  /** Where people are told. */
  readonly notices: ITopic;
  /** The machine's name, by which a run asks for another run of the same machine. */
  readonly machineName: string;
}

/** One rule of a decision: when this holds, go there, setting these variables. */
export interface Rule {
  readonly when: string;
  readonly goTo: IChainable;
  readonly assign?: Record<string, unknown>;
}

/** Gives a decision its rules. Separate from making it, since the ways through a run meet in circles. */
export function rules(choice: Choice, ways: readonly Rule[], otherwise: IChainable): Choice {
  for (const { when, goTo, assign } of ways)
    choice.when(Condition.jsonata(jsonata(when)), goTo, assign ? { assign } : {});
  return choice.otherwise(otherwise);
}

/** A decision without its rules. */
export function decision(shop: Workshop, name: string, comment: string): Choice {
  return Choice.jsonata(shop.scope, name, { comment });
}

/** A decision with its rules. */
export function decide(
  shop: Workshop,
  name: string,
  comment: string,
  ways: readonly Rule[],
  otherwise: IChainable,
): Choice {
  return rules(decision(shop, name, comment), ways, otherwise);
}

type TaskOptions = Pick<LambdaInvokeJsonataProps, 'assign' | 'outputs'> & {
  readonly comment: string;
  /** Fields of which some are marked expressions, or one bare expression for the whole. */
  readonly payload: Record<string, unknown> | string;
};

/** A step whose handler only thinks: it may run twice. */
export function thinkingStep(shop: Workshop, name: string, handler: StepHandler, options: TaskOptions): LambdaInvoke {
  return retry(
    LambdaInvoke.jsonata(shop.scope, name, {
      ...invocation(handler, options),
      taskTimeout: Timeout.duration(THINKING_TASK),
    }),
    THROTTLED,
    LAMBDA_SERVICE,
    LAMBDA_NOT_STARTED,
  );
}

/** What a step asks the handler of a kind of device to do. `observe` and `prove` look; the stages change. */
export type Doing = 'observe' | 'prove' | Stage;

/** A step whose handler sends a command to every device of its kind. */
export function sendingStep(
  shop: Workshop,
  name: string,
  handler: StepHandler,
  doing: Doing,
  options: Pick<TaskOptions, 'assign' | 'outputs' | 'comment'> & { readonly work?: string },
): LambdaInvoke {
  const looks = doing === 'observe' || doing === 'prove';
  const payload = {
    contract: CONTRACT,
    do: doing,
    execution: jsonata(ME),
    // The round belongs to the name: a restore passes the same states again, and may not take an old command for its own.
    step: jsonata(`'${name} ' & $string($restoreRound)`),
    retry: jsonata('$states.context.State.RetryCount'),
    fence: jsonata('$fence'),
    request: jsonata('$request'),
    applied: jsonata('$records.applied'),
    digest: doing === 'observe' ? null : jsonata('$plan.digest'),
    work: options.work ? jsonata(options.work) : [],
  };
  return retry(
    LambdaInvoke.jsonata(shop.scope, name, {
      ...invocation(handler, { ...options, payload }),
      taskTimeout: Timeout.duration(SENDING_TASK),
    }),
    THROTTLED,
    NOT_DELIVERED,
    // A step that changes devices is not run again when Lambda failed in the middle: nobody knows how far it came.
    ...(looks ? [LAMBDA_SERVICE] : []),
    LAMBDA_NOT_STARTED,
  );
}

/** What every invocation has in common. `retryOnServiceExceptions` would add CDK's own Retry, which is no policy of ours. */
function invocation(handler: StepHandler, options: TaskOptions) {
  return {
    lambdaFunction: handler.function,
    comment: options.comment,
    payload:
      typeof options.payload === 'string'
        ? TaskInput.fromText(jsonata(options.payload))
        : TaskInput.fromObject(options.payload),
    retryOnServiceExceptions: false,
    ...(options.assign ? { assign: options.assign } : {}),
    outputs: options.outputs ?? {},
  };
}
