import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type IChainable, Timeout, Wait, WaitTime } from 'aws-cdk-lib/aws-stepfunctions';
import {
  CallAwsService,
  DynamoGetItem,
  DynamoReturnValues,
  DynamoUpdateItem,
} from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { DYNAMODB, OWNER_LOOKUP, retry } from '../retry-policies';
import { SERVICE_CALL } from '../time-outs';
import type { EndStates } from './ends';
import { AUTOMATIC, ME, caught, failure, fenceAfter, found, jsonata, recordsOf } from './expressions';
import { awaitInstance } from './booting';
import { pausing } from './pausing';
import { ATTEMPTS, HELD_BACK, seenIn } from './memory';
import { numberValue, textValue } from './values';
import { type Workshop, decide, decision, rules } from './states';

/** How often a run tries for the lease before it gives way. */
const RACES = 5;

/** Step Functions may not know an execution yet that began a moment ago: until then "does not exist" means "runs". */
const YOUNG_MILLISECONDS = 60_000;

/** Why a tunnel that is not declared cannot be torn down either. */
const NOWHERE_DECLARED = `'request: tunnel: "' & $request.tunnel & '": is not declared, and the table does not know it as applied: there is nothing to tear down or to repair'`;

/**
 * Reads the tunnel's item and takes its lease: at once when it is free, over from its owner when that no longer runs.
 *
 * Who only looks (plan, verify) takes none. Who was started by an event or a schedule gives way at once.
 *
 * @param look - where a run goes that takes no lease
 * @param held - where a run goes that has taken it
 */
export function takeLease(shop: Workshop, ends: EndStates, look: IChainable, held: IChainable): DynamoGetItem {
  const read = readTunnel(shop);
  const take = writeLease(shop);
  const wait = Wait.jsonata(shop.scope, 'Lost a race', {
    comment: 'Another run wrote in between. Waits a little longer each time, and reads again.',
    time: WaitTime.seconds(jsonata('$attempt * 2')),
  });
  const lookUp = lookUpOwner(shop);
  const { pause, resume } = pausing(shop, ends);
  const ownerRuns = decision(shop, 'Does the owner run?', 'A lease whose owner no longer runs is taken over.');
  const free = decide(
    shop,
    'Is the tunnel free?',
    'Who only looks, pauses or resumes needs no lease. Who was started by an event gives way to a person, a pause and another run. Of what is neither declared nor applied nothing is known.',
    [
      {
        when: "$type($request.spec) = 'null'",
        goTo: ends.InvalidRequest,
        assign: failure(found('InvalidRequest', NOWHERE_DECLARED, 'Is the tunnel free?')),
      },
      { when: "$request.action = 'pause'", goTo: pause },
      { when: "$request.action = 'resume'", goTo: resume },
      { when: "$request.action in ['plan', 'verify']", goTo: look },
      { when: `${HELD_BACK} != ''`, goTo: ends.Skipped, assign: { skipped: jsonata(HELD_BACK) } },
      { when: "$type($request.awaits) = 'string' and $not($connected)", goTo: awaitInstance(shop, read) },
      {
        when: `$attempt > ${RACES}`,
        goTo: ends.TunnelBusy,
        assign: failure(found('TunnelBusy', `'other runs won ${RACES} races for the lease'`, 'Is the tunnel free?')),
      },
      { when: `$seen.owner = '' or $seen.owner = ${ME}`, goTo: take },
    ],
    lookUp,
  );

  const stillRuns =
    "($states.input.status in ['RUNNING', 'PENDING_REDRIVE'] " +
    `or ($states.input.status = 'UNKNOWN' and $millis() - $seen.fence < ${YOUNG_MILLISECONDS}))`;
  rules(
    ownerRuns,
    [
      {
        when: `${stillRuns} and ${AUTOMATIC}`,
        goTo: ends.Skipped,
        assign: { skipped: jsonata("'the lease is held by ' & $seen.owner") },
      },
      {
        when: stillRuns,
        goTo: ends.TunnelBusy,
        assign: failure(found('TunnelBusy', "'the lease is held by ' & $seen.owner", 'Does the owner run?')),
      },
    ],
    take,
  );

  read.addCatch(ends.NotStarted, { assign: failure(caught('Read tunnel')), outputs: {} }).next(free);
  lookUp
    .addCatch(ownerRuns, { errors: ['Sfn.ExecutionDoesNotExistException'], outputs: { status: 'UNKNOWN' } })
    .addCatch(ends.NotStarted, { assign: failure(caught('Look up owner')), outputs: {} })
    .next(ownerRuns);
  take
    .addCatch(wait, { errors: ['DynamoDB.ConditionalCheckFailedException'], outputs: {} })
    .addCatch(ends.NotStarted, { assign: failure(caught('Take lease')), outputs: {} })
    .next(held);
  wait.next(read);
  return read;
}

/** A declaration that is gone: as it was last applied, else as the last run began with it that left something. */
const lastDeclared = (item: string): string => {
  const begun = `$parse(${item}.before.S).declared[-1]`;
  return (
    `$exists(${item}.applied.S) ? $parse(${item}.applied.S) : ` +
    `$exists(${item}.before.S) ? ($exists(${begun}.name) ? ${begun} : null) : null`
  );
};

function readTunnel(shop: Workshop): DynamoGetItem {
  const item = '$states.result.Item';
  return retry(
    DynamoGetItem.jsonata(shop.scope, 'Read tunnel', {
      comment:
        "Reads the tunnel's lease and records. What is not declared any more is torn down as it was last applied.",
      table: shop.table,
      key: { tunnel: textValue('$request.tunnel') },
      consistentRead: true,
      assign: {
        attempt: jsonata('$attempt + 1'),
        seen: jsonata(seenIn(item)),
        records: jsonata(recordsOf(item)),
        // At each read: who wrote in between may have applied or torn down.
        request: jsonata(
          `$request.declared = false ? $merge([$request, { 'spec': ${lastDeclared(item)} }]) : $request`,
        ),
      },
      outputs: {},
      taskTimeout: Timeout.duration(SERVICE_CALL),
    }),
    DYNAMODB,
  );
}

/** Becomes the owner, if owner and fence are still as read. The records are taken from the answer, never from the read. */
function writeLease(shop: Workshop): DynamoUpdateItem {
  return retry(
    DynamoUpdateItem.jsonata(shop.scope, 'Take lease', {
      comment: 'Becomes the owner, if nobody else did since the item was read.',
      table: shop.table,
      key: { tunnel: textValue('$request.tunnel') },
      updateExpression: 'SET #owner = :me, #fence = :fence, #attempts = :attempts',
      conditionExpression:
        '(attribute_not_exists(#owner) OR #owner = :seenOwner) AND (attribute_not_exists(#fence) OR #fence = :seenFence)',
      expressionAttributeNames: { '#owner': 'owner', '#fence': 'fence', '#attempts': 'attempts' },
      expressionAttributeValues: {
        ':me': textValue(ME),
        ':fence': numberValue(fenceAfter('$seen.fence')),
        ':attempts': numberValue(ATTEMPTS),
        ':seenOwner': textValue("$seen.owner = '' ? 'nobody' : $seen.owner"),
        ':seenFence': numberValue('$string($seen.fence)'),
      },
      returnValues: DynamoReturnValues.ALL_NEW,
      assign: {
        fence: jsonata('$number($states.result.Attributes.fence.N)'),
        // Whoever closed in between may have left another memory than was read.
        seen: jsonata(seenIn('$states.result.Attributes')),
        records: jsonata(recordsOf('$states.result.Attributes')),
      },
      outputs: {},
      taskTimeout: Timeout.duration(SERVICE_CALL),
    }),
    DYNAMODB,
  );
}

function lookUpOwner(shop: Workshop): CallAwsService {
  const executions = Stack.of(shop.scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${shop.machineName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return retry(
    CallAwsService.jsonata(shop.scope, 'Look up owner', {
      comment: 'Asks whether the run that holds the lease still runs.',
      service: 'sfn',
      action: 'describeExecution',
      parameters: { ExecutionArn: jsonata('$seen.owner') },
      iamAction: 'states:DescribeExecution',
      iamResources: [executions],
      outputs: { status: jsonata('$states.result.Status') },
      taskTimeout: Timeout.duration(SERVICE_CALL),
    }),
    OWNER_LOOKUP,
  );
}
