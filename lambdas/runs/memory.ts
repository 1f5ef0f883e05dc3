import { GetItemCommand, paginateScan, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Memory, readMemory } from '../../lib/tunnel/run/memory';
import { type PairItem, readPairItem } from '../../lib/tunnel/run/pair';

/**
 * Reads a tunnel's item.
 * @param consistent false: the answer may be a second old and costs half as much. That is enough to start a run, which reads again.
 */
export async function memoryOf(
  table: DynamoDBClient,
  name: string,
  tunnel: string,
  consistent: boolean,
): Promise<Memory> {
  return readMemory(await itemOf(table, name, tunnel, consistent));
}

/** Reads a pair's item. @param key of `pairKeys` */
export async function pairItemOf(
  table: DynamoDBClient,
  name: string,
  key: string,
  consistent: boolean,
): Promise<PairItem> {
  return readPairItem(await itemOf(table, name, key, consistent));
}

async function itemOf(table: DynamoDBClient, name: string, key: string, consistent: boolean) {
  const { Item } = await table.send(
    new GetItemCommand({ TableName: name, Key: { tunnel: { S: key } }, ConsistentRead: consistent }),
  );
  return Item;
}

/** The names of all tunnels whose item still has a lease or the record `before`. A pair's item has neither. */
export async function unfinished(client: DynamoDBClient, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  const query = {
    TableName: name,
    FilterExpression: 'attribute_exists(#owner) OR attribute_exists(#before)',
    ExpressionAttributeNames: { '#owner': 'owner', '#before': 'before' },
    ProjectionExpression: 'tunnel',
  };
  for await (const { Items = [] } of paginateScan({ client }, query))
    found.push(...Items.flatMap(({ tunnel }) => tunnel?.S ?? []));
  return found;
}
