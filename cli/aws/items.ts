import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Aws } from './aws';
import type { Deployment } from './deployment';

/** A tunnel's item in the table, as plain JavaScript. */
export type Item = Readonly<Record<string, unknown>>;

/** A tunnel's item, as it is now. @returns undefined when the table does not know the tunnel */
export async function itemOf(aws: Aws, { table }: Deployment, tunnel: string): Promise<Item | undefined> {
  const answer = aws.dynamodb.getItem({ TableName: table, Key: { tunnel: { S: tunnel } }, ConsistentRead: true });
  const { Item: found } = await aws.ask('dynamodb:GetItem', answer);
  return found && unmarshall(found);
}

/** Every item. The table has one a tunnel: a scan reads no more than it gives. */
export async function everyItem(aws: Aws, { table }: Deployment): Promise<readonly Item[]> {
  const pages = aws.dynamodb.paginateScan({ TableName: table, ConsistentRead: true });
  return aws.askAll('dynamodb:Scan', pages, (page) => page.Items?.map((item) => unmarshall(item)));
}
