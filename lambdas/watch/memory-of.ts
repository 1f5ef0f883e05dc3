import { GetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Memory, readMemory } from '../../lib/tunnel/memory';

/**
 * What the table remembers of a tunnel. It may be a second old: whoever starts a run on it is checked by that run, which reads consistently;
 * and such a read costs half as much.
 */
export async function memoryOf(table: DynamoDBClient, name: string, tunnel: string): Promise<Memory> {
  const { Item } = await table.send(new GetItemCommand({ TableName: name, Key: { tunnel: { S: tunnel } } }));
  return readMemory(Item);
}
