import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';

/** A DynamoDB on 127.0.0.1 that speaks the real protocol, with one table of tunnels. */
export interface TestTable {
  /** Calls an action with the arguments of a state. Throws the service's error, by its name. */
  call(action: 'UpdateItem' | 'GetItem', args: object): Promise<any>;
  close(): Promise<void>;
}

export async function testTable(): Promise<TestTable> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const call = async (action: string, args: object) => {
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${action}`,
        'x-amz-date': '20260101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=a/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=b',
        connection: 'close',
      },
      body: JSON.stringify({ ...args, TableName: 'tunnels' }),
    });
    const body = (await response.json()) as Record<string, string>;
    if (!response.ok) throw new Error(`${body['__type']!.split('#')[1]}: ${body['message'] ?? body['Message']}`);
    return body as Record<string, any>;
  };
  await call('CreateTable', {
    AttributeDefinitions: [{ AttributeName: 'tunnel', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'tunnel', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  // Until it is there in whole, every other call is told that there is no such table.
  while ((await call('DescribeTable', {}))['Table'].TableStatus !== 'ACTIVE')
    await new Promise((resolve) => setTimeout(resolve, 1));
  return { call, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
