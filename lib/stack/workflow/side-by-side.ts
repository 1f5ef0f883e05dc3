import { type Choice, type IChainable, Parallel, Pass } from 'aws-cdk-lib/aws-stepfunctions';
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Kind } from '../../tunnel/devices';
import { caught, failure, jsonata } from './expressions';
import { type Doing, type Workshop, decide, sendingStep } from './states';
import type { Side, Way } from './ways';

/** What is done to every kind of device, and with what work. */
export interface Task {
  readonly doing: Doing;
  /** An expression for the work of one kind; absent: none is handed over. */
  readonly work?: (kind: Kind) => string;
  /** What the state does to one kind, for the console. */
  readonly comments: Readonly<Partial<Record<Kind, string>>>;
}

/**
 * True when the tunnel has, or had, to do with a cluster: most single ramps have not, and ask nobody. A condition and no `and`, of which the
 * second half could be looked at although the first is false: a Choice has no Catch, and there is nothing to parse in null.
 */
const HAS_CLUSTER =
  "$exists($request.spec.cluster) or ($type($records.applied) = 'string' ? $exists($parse($records.applied).cluster) : false)";

/**
 * Does something to several kinds of device at once. A branch never fails: it answers with its outcome, good or not, so
 * that no sibling is cut off in the middle and no restore races a straggler. What the outcomes mean is decided afterwards.
 */
export function sideBySide(
  shop: Workshop,
  side: Side,
  options: { readonly comment: string; readonly assign: Record<string, unknown>; readonly outputs?: object },
  task: Task,
): Parallel {
  const parallel = Parallel.jsonata(shop.scope, side.name, {
    comment: options.comment,
    assign: options.assign,
    outputs: options.outputs ?? {},
  });
  const kinds = Object.keys(side.branches) as Kind[];
  return parallel.branch(...kinds.map((kind) => branch(shop, side, kind, task)));
}

/** One branch. The cluster's is left out where there is nothing for it, at the cost of a decision instead of a call. */
function branch(shop: Workshop, side: Side, kind: Kind, task: Task): IChainable {
  const step = outcomeOf(shop, side, kind, task);
  if (kind !== 'cluster') return step;
  const [name] = side.branches[kind]!;
  const nothing = Pass.jsonata(shop.scope, `${name}: nothing`, {
    comment: 'Nothing to do in the cluster.',
    outputs: { kind, ok: true, devices: [] },
  });
  const when = task.work ? `$count(${task.work(kind)}) > 0` : HAS_CLUSTER;
  const needed: Choice = decide(
    shop,
    `${name}?`,
    'Only where there is something to do.',
    [{ when, goTo: step }],
    nothing,
  );
  return needed;
}

function outcomeOf(shop: Workshop, side: Side, kind: Kind, { doing, work, comments }: Task): LambdaInvoke {
  const [name, mishapName] = side.branches[kind]!;
  const step = sendingStep(shop, name, shop.handlers.of(kind), doing, {
    comment: comments[kind] ?? '',
    outputs: jsonata('$states.result.Payload'),
    ...(work ? { work: work(kind) } : {}),
  });
  const mishap = Pass.jsonata(shop.scope, mishapName, {
    comment: 'Answers with what happened, and lets the other kinds of device finish.',
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
