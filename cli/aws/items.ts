import { DynamoDBClient, GetItemCommand, ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Aws } from './aws';
import type { Deployment } from './deployment';

/** A tunnel's item in the table, as plain JavaScript. */
export type Item = Readonly<Record<string, unknown>>;

/** A tunnel's item, as it is now. @returns undefined when the table does not know the tunnel */
export async function itemOf(aws: Aws, { table }: Deployment, tunnel: string): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName: table, Key: { tunnel: { S: tunnel } }, ConsistentRead: true });
  const { Item: found } = await aws.ask('dynamodb:GetItem', aws.client(DynamoDBClient).send(command));
  return found === undefined ? undefined : plain(found);
}

/** Every item. The table has one a tunnel: a scan reads no more than it gives. */
export async function everyItem(aws: Aws, { table }: Deployment): Promise<readonly Item[]> {
  const items: Item[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const command = new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: from });
    const page = await aws.ask('dynamodb:Scan', aws.client(DynamoDBClient).send(command));
    items.push(...(page.Items ?? []).map(plain));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}

/** Attributes as plain JavaScript. edge-ramp writes texts, numbers and booleans; what else stands there is left out. */
function plain(attributes: Record<string, AttributeValue>): Item {
  const item: Record<string, unknown> = {};
  for (const [name, { S: text, N: number, BOOL: truth }] of Object.entries(attributes)) {
    const value = text ?? (number === undefined ? truth : Number(number));
    if (value !== undefined) item[name] = value;
  }
  return item;
}
