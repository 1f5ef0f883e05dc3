import { Parallel, Pass } from 'aws-cdk-lib/aws-stepfunctions';
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { caught, failure, jsonata } from './expressions';
import { type Doing, type Workshop, sendingStep } from './states';
import type { Way } from './ways';

/** One branch: what is done to one kind of device, and what its state and its mishap are called. */
export interface Branch {
  readonly kind: 'bigip' | 'ramp';
  readonly name: string;
  readonly mishap: string;
  readonly comment: string;
  readonly doing: Doing;
  readonly work?: string;
}

/**
 * Does something to all kinds of device at once. A branch never fails: it answers with its outcome, good or not, so that
 * no sibling is cut off in the middle and no restore races a straggler. What the outcomes mean is decided afterwards.
 */
export function sideBySide(
  shop: Workshop,
  name: string,
  options: { readonly comment: string; readonly assign: Record<string, unknown>; readonly outputs?: object },
  branches: readonly Branch[],
): Parallel {
  const parallel = Parallel.jsonata(shop.scope, name, {
    comment: options.comment,
    assign: options.assign,
    outputs: options.outputs ?? {},
  });
  return parallel.branch(...branches.map((branch) => outcomeOf(shop, branch)));
}

function outcomeOf(shop: Workshop, branch: Branch): LambdaInvoke {
  const { kind, name, doing, comment, work } = branch;
  const handler = kind === 'bigip' ? shop.handlers.bigIp : shop.handlers.rampNodes;
  const step = sendingStep(shop, name, handler, doing, {
    comment,
    outputs: jsonata('$states.result.Payload'),
    ...(work ? { work } : {}),
  });
  const mishap = Pass.jsonata(shop.scope, branch.mishap, {
    comment: 'Answers with what happened, and lets the other kind of device finish.',
    outputs: jsonata('$states.input'),
  });
  step.addCatch(mishap, {
    outputs: jsonata(`$merge([{ 'kind': '${kind}', 'ok': false, 'devices': [] }, ${caught(name)}])`),
  });
  return step;
}

/** What a failure on a way leaves in the variables: the first failure of the run, and the last one of a restore. */
export function failureOn(way: Way, bare: string): Record<string, string> {
  return way.phase === 'forward' ? failure(bare) : { ...failure(bare), restoreFailure: jsonata(bare) };
}
