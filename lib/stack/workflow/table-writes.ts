import { Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import {
  DynamoAttributeValue,
  DynamoReturnValues,
  DynamoUpdateItem,
  type DynamoUpdateItemJsonataProps,
} from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { retry } from '../retry-policies';
import { SERVICE_CALL } from '../time-outs';
import { fenceAfter, jsonata } from './expressions';

/*
 * The writes to the tunnel's item, and to that of its pair of BIG-IPs. Each is conditional, and may be repeated when its answer was lost: its condition holds again after its own
 * effect. None of them can touch the item of a run that took the lease over (ADR 0004).
 */

/** A text or number as DynamoDB takes it, from a bare expression. */
export const textValue = (expression: string) => DynamoAttributeValue.fromString(jsonata(expression));
export const numberValue = (expression: string) => DynamoAttributeValue.numberFromString(jsonata(expression));

const ME = textValue('$execution');
const FENCE = numberValue('$string($fence)');

/** What the item says of a pause after a write: the devices that keep their own part are told so. */
const PAUSE = jsonata("$states.result.Attributes.{'pauses': pauses, 'paused': paused}");

/** What a write does to the item, and to the run's variables. */
export interface Write {
  readonly comment: string;
  readonly set?: Record<string, DynamoAttributeValue>;
  readonly remove?: readonly string[];
  readonly assign?: Record<string, unknown>;
}

/** The writes of one machine's states. */
export class TableWrites {
  constructor(
    private readonly scope: Construct,
    private readonly table: Table,
  ) {}

  /**
   * Becomes the owner, if the lease is as it was read. The records are taken from the answer, never from the read: an owner that dies may have
   * written `before` in between.
   */
  takeLease(name: string, comment: string): DynamoUpdateItem {
    const record = (attribute: string): string => {
      const value = `$states.result.Attributes.${attribute}.S`;
      return jsonata(`$exists(${value}) ? ${value} : null`);
    };
    // DynamoDB refuses a value that no expression uses, so a lease without an owner is compared as well.
    const seen = (attribute: string) => textValue(`$lease.${attribute} = null ? 'nobody' : $lease.${attribute}`);
    return this.#update(name, {
      comment,
      condition: ['owner', 'fence', 'closedBy']
        .map((attribute) => `(attribute_not_exists(#${attribute}) OR #${attribute} = :${attribute})`)
        .join(' AND '),
      values: {
        ':owner': seen('owner'),
        ':fence': numberValue('$string($lease.fence)'),
        ':closedBy': seen('closedBy'),
      },
      names: ['closedBy'],
      set: {
        owner: ME,
        fence: numberValue(fenceAfter('$lease.fence')),
        attempts: numberValue('$string($bookkeeping.attempts)'),
      },
      assign: {
        fence: jsonata('$number($states.result.Attributes.fence.N)'),
        pause: PAUSE,
        records: { original: record('original'), before: record('before'), applied: record('applied') },
      },
    });
  }

  /** Becomes the holder of the pair, if nobody has taken it since it was read (ADR 0028). */
  takePair(name: string, comment: string, assign: Write['assign']): DynamoUpdateItem {
    return this.#update(name, {
      comment,
      key: '$pair.key',
      condition: 'attribute_not_exists(#holder) OR #holder = :holder',
      values: { ':holder': textValue("$pair.holder = null ? 'nobody' : $pair.holder") },
      names: [],
      set: { holder: ME, holderTunnel: textValue('$request.tunnel'), since: numberValue('$string($millis())') },
      ...(assign ? { assign } : {}),
    });
  }

  /** A write in the middle of a run: the owner is this run, and no newer fence was given out. */
  holding(name: string, write: Write): DynamoUpdateItem {
    return this.#update(name, {
      ...write,
      condition: '#owner = :me AND #fence >= :fence',
      values: { ':me': ME, ':fence': FENCE },
      names: ['owner', 'fence'],
    });
  }

  /**
   * A write that ends a run: its result and the release of the lease, in one. This run still holds the lease, or has released it already and nobody
   * has taken it since.
   */
  closing(name: string, { set = {}, remove = [], ...write }: Write): DynamoUpdateItem {
    return this.#update(name, {
      ...write,
      condition: '(#owner = :me AND #fence = :fence) OR (#closedBy = :me AND attribute_not_exists(#owner))',
      values: { ':me': ME, ':fence': FENCE },
      names: ['owner', 'fence'],
      set: { ...set, closedBy: ME },
      remove: [...remove, 'owner'],
    });
  }

  /** A write of a run that took no lease: it counts while no run has begun since the item was read. */
  looking(name: string, write: Write): DynamoUpdateItem {
    return this.#update(name, {
      ...write,
      condition: 'attribute_not_exists(#fence) OR #fence = :fence',
      values: { ':fence': numberValue('$string($lease.fence)') },
      names: ['fence'],
    });
  }

  /**
   * A pause or its end: it needs no lease, and counts for whatever automation would start next. DynamoDB itself counts these writes, so their numbers
   * are in their order. The count begins at the clock, so it goes on where somebody has deleted the item.
   */
  pausing(name: string, { assign = {}, ...write }: Write): DynamoUpdateItem {
    return this.#update(name, {
      ...write,
      values: { ':clock': numberValue('$string($millis())'), ':one': DynamoAttributeValue.fromNumber(1) },
      names: ['pauses'],
      sums: ['#pauses = if_not_exists(#pauses, :clock) + :one'],
      assign: { ...assign, pause: PAUSE },
    });
  }

  /** Every attribute has an alias, since some names are reserved words. */
  #update(
    name: string,
    {
      comment,
      key = '$request.tunnel',
      condition,
      values,
      names,
      set = {},
      sums = [],
      remove = [],
      assign = {},
    }: Write & {
      readonly key?: string;
      readonly condition?: string;
      readonly values: NonNullable<DynamoUpdateItemJsonataProps['expressionAttributeValues']>;
      readonly names: readonly string[];
      /** Settings that DynamoDB works out. */
      readonly sums?: readonly string[];
    },
  ): DynamoUpdateItem {
    const attributes = [...new Set([...names, ...Object.keys(set), ...remove])];
    const settings = [...Object.keys(set).map((attribute) => `#${attribute} = :${attribute}Value`), ...sums];
    const removals = remove.map((attribute) => `#${attribute}`);
    const allValues = {
      ...values,
      ...Object.fromEntries(Object.entries(set).map(([attribute, value]) => [`:${attribute}Value`, value])),
    };
    return retry(
      DynamoUpdateItem.jsonata(this.scope, name, {
        comment,
        table: this.table,
        key: { tunnel: textValue(key) },
        updateExpression: [
          ...(settings.length > 0 ? [`SET ${settings.join(', ')}`] : []),
          ...(removals.length > 0 ? [`REMOVE ${removals.join(', ')}`] : []),
        ].join(' '),
        ...(condition === undefined ? {} : { conditionExpression: condition }),
        expressionAttributeNames: Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute])),
        ...(Object.keys(allValues).length > 0 ? { expressionAttributeValues: allValues } : {}),
        returnValues: DynamoReturnValues.ALL_NEW,
        assign,
        outputs: {},
        taskTimeout: Timeout.duration(SERVICE_CALL),
      }),
      'DYNAMODB',
    );
  }
}
