import { GetItemCommand, ScanCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Memory, readMemory } from '../../lib/tunnel/run/memory';

/**
 * What the table remembers of a tunnel.
 * @param consistent false: the answer may be a second old and costs half as much; enough to start a run, which reads again
 */
export async function memoryOf(
  table: DynamoDBClient,
  name: string,
  tunnel: string,
  consistent: boolean,
): Promise<Memory> {
  const { Item } = await table.send(
    new GetItemCommand({ TableName: name, Key: { tunnel: { S: tunnel } }, ConsistentRead: consistent }),
  );
  return readMemory(Item);
}

/** The names of all tunnels whose item still has a lease or the record `before`. */
export async function unfinished(table: DynamoDBClient, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.send(
      new ScanCommand({
        TableName: name,
        FilterExpression: 'attribute_exists(#owner) OR attribute_exists(#before)',
        ExpressionAttributeNames: { '#owner': 'owner', '#before': 'before' },
        ProjectionExpression: 'tunnel',
        ...(from ? { ExclusiveStartKey: from } : {}),
      }),
    );
    found.push(...Items.flatMap(({ tunnel }) => tunnel?.S ?? []));
    from = LastEvaluatedKey;
  } while (from);
  return found;
}
