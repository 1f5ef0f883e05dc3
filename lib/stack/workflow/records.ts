import { Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { DynamoAttributeValue, DynamoReturnValues, DynamoUpdateItem } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { DYNAMODB, retry } from '../retry-policies';
import { SERVICE_CALL } from '../time-outs';
import { ME, fenceAfter, jsonata, recordsOf } from './expressions';
import { DRIFT, FAILED, FORGOTTEN, GOOD, LEFT_TO_A_PERSON, REPEATED } from './memory';
import type { Workshop } from './states';
import { NOTICES } from './notices';
import { numberValue, textValue } from './values';

/*
 * The writes of a run that holds the lease. Each may be repeated when its answer was lost: its condition holds again
 * after its own effect. None of them can touch the item of a run that took the lease over.
 */

/** The owner is this run, and no newer fence was given out. */
const STILL_MINE = '#owner = :me AND #fence >= :fence';

/** As above, or this run has released the lease already and nobody has taken it since. */
const MINE_OR_RELEASED = '(#owner = :me AND #fence = :fence) OR (#closedBy = :me AND attribute_not_exists(#owner))';

interface Write {
  readonly comment: string;
  readonly condition: string;
  readonly set: Record<string, DynamoAttributeValue>;
  readonly remove?: readonly string[];
  readonly assign: Record<string, unknown>;
}

/** One conditional update of the tunnel's item. Every attribute goes by an alias: some of their names are reserved words. */
function write(shop: Workshop, name: string, { comment, condition, set, remove = [], assign }: Write) {
  const attributes = [...new Set(['owner', 'fence', ...Object.keys(set), ...remove])];
  const settings = Object.keys(set).map((attribute) => `#${attribute} = :${attribute}Value`);
  const removals = remove.length > 0 ? ` REMOVE ${remove.map((attribute) => `#${attribute}`).join(', ')}` : '';
  const values = Object.entries(set).map(([attribute, value]) => [`:${attribute}Value`, value] as const);
  return retry(
    DynamoUpdateItem.jsonata(shop.scope, name, {
      comment,
      table: shop.table,
      key: { tunnel: textValue('$request.tunnel') },
      conditionExpression: condition,
      updateExpression: `SET ${settings.join(', ')}${removals}`,
      expressionAttributeNames: Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute])),
      expressionAttributeValues: {
        ':me': textValue(ME),
        ':fence': numberValue('$string($fence)'),
        ...Object.fromEntries(values),
      },
      returnValues: DynamoReturnValues.ALL_NEW,
      assign,
      outputs: {},
      taskTimeout: Timeout.duration(SERVICE_CALL),
    }),
    DYNAMODB,
  );
}

/** The state before the first change, written before it. `plan` has merged it with one that stood already. */
export function recordBefore(shop: Workshop): DynamoUpdateItem {
  return write(shop, 'Record before', {
    comment: 'Writes down how to put everything back, before the first change.',
    condition: STILL_MINE,
    set: { before: textValue('$plan.records.before'), original: textValue('$plan.records.original') },
    assign: {
      begun: true,
      before: jsonata('$states.result.Attributes.before.S'),
      records: jsonata(recordsOf('$states.result.Attributes')),
    },
  });
}

/** A new fence for a new plan: what an earlier step still has under way is refused by the devices from here on. */
export function newFence(shop: Workshop): DynamoUpdateItem {
  return write(shop, 'New fence', {
    comment: 'Begins a round of restoring: whatever is still under way is refused by the devices from here on.',
    condition: STILL_MINE,
    set: { fence: numberValue(fenceAfter('$fence')) },
    assign: {
      restoreRound: jsonata('$restoreRound + 1'),
      fence: jsonata('$number($states.result.Attributes.fence.N)'),
      // What the last round found is no longer true: this one will have looked, or nobody knows.
      remaining: null,
      verification: [],
    },
  });
}

type Ending = [
  name: string,
  ending: string,
  options: Pick<Write, 'comment'> & Partial<Pick<Write, 'set' | 'remove' | 'assign'>> & { readonly notice?: string },
];

/** A write that ends a run: the full result and the release of the lease, in one. `ending` is an expression. */
function closing(shop: Workshop, ...[name, ending, options]: Ending): DynamoUpdateItem {
  return write(shop, name, {
    comment: options.comment,
    condition: MINE_OR_RELEASED,
    set: { ...options.set, lastResult: textValue(resultOf(ending)), closedBy: textValue(ME) },
    remove: [...(options.remove ?? []), 'owner'],
    assign: {
      recorded: true,
      ending: jsonata(ending),
      notice: jsonata(options.notice ?? 'null'),
      ...options.assign,
    },
  });
}

/** A run's full result as a JSON text. `endState` is an expression. */
const resultOf = (endState: string): string =>
  `$string({ 'endState': ${endState}, 'execution': ${ME}, 'action': $request.action, 'failure': $failure, ` +
  `'restoreFailure': $restoreFailure, 'changes': $changes, 'outcomes': $outcomes, 'verification': $verification, ` +
  `'remaining': $remaining, 'left': $left, 'sentence': $plan.sentence, 'at': $now() })`;

/** What an apply leaves in the item, whether it had to change something or found everything in place. */
const APPLIED = {
  set: {
    applied: textValue('$plan.records.applied'),
    original: textValue('$plan.records.original'),
    wanted: DynamoAttributeValue.fromString('applied'),
    ...GOOD.set,
  },
  remove: ['before', ...GOOD.remove],
};

/** What a run restores to once nothing is left to restore. */
const RESTORED_OR_ROLLED_BACK = "($request.repair != null ? 'Restored' : 'RolledBack')";

/** The writes that end a run which holds the lease, by what they record. */
export function closingWrites(shop: Workshop) {
  const end = (...[name, ending, options]: Ending) => closing(shop, name, ending, options);
  return {
    applied: end('Record applied', "'Applied'", {
      comment: 'The tunnel stands and is wanted: keeps what was applied, and releases the lease.',
      set: { ...APPLIED.set, ...DRIFT },
      remove: APPLIED.remove,
      assign: { repeatedDrift: jsonata(REPEATED) },
      notice: NOTICES.drift,
    }),
    unchanged: end('Record unchanged', "'Unchanged'", {
      comment: 'Everything is in place already: keeps what is applied, and releases the lease.',
      ...APPLIED,
    }),
    tornDown: end('Record torn down', "'TornDown'", {
      comment: 'The tunnel is gone and no longer wanted: drops its records, and releases the lease.',
      set: { wanted: DynamoAttributeValue.fromString('absent') },
      remove: ['applied', 'original', 'before', ...FORGOTTEN],
    }),
    restored: end('Record restored', RESTORED_OR_ROLLED_BACK, {
      comment: 'Everything is as it was before the run: drops the record of it, and releases the lease.',
      set: FAILED,
      remove: ['before', 'attempts'],
      notice: NOTICES.restored,
    }),
    planned: end('Record planned', "'Planned'", {
      comment: 'The changes would cut traffic: leaves them to a person.',
      set: LEFT_TO_A_PERSON,
      notice: NOTICES.planned,
    }),
    notVerified: end('Record not verified', "'NotVerified'", {
      comment: 'Nothing to change, yet the tunnel does not carry.',
      set: FAILED,
      notice: NOTICES.notVerified,
    }),
    notStarted: end('Record not started', "'NotStarted'", {
      comment: 'Failed before the first change: nothing was touched.',
      set: FAILED,
      notice: NOTICES.notStarted,
    }),
    nothingToRestore: end('Record nothing to restore', "'Restored'", {
      comment: 'The run to repair had changed nothing.',
      set: FAILED,
      remove: ['attempts'],
      notice: NOTICES.stopped,
    }),
    notRestored: end('Record not restored', "'RollbackFailed'", {
      comment: 'Something is left: keeps the record of how it was, for the next run or a person.',
      set: FAILED,
      notice: NOTICES.notRestored,
    }),
  };
}

export type ClosingWrites = ReturnType<typeof closingWrites>;
