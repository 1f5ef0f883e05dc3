import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite = require('dynalite');
import { ServiceError } from './endpoint';
import { REGION, type Resource } from './template';

type Json = Record<string, unknown>;

/** DynamoDB on 127.0.0.1, kept in a folder so that the tables outlive the process. */
export class Tables {
  private constructor(private readonly server: Server) {}

  /** Opens the store in `directory` and creates what the template declares and is not there yet. */
  static async open(directory: string, declared: readonly Resource[]): Promise<Tables> {
    const server = dynalite({ path: directory, createTableMs: 0 });
    server.keepAliveTimeout = 0; // as in endpoint.ts
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const tables = new Tables(server);
    await tables.create(declared);
    return tables;
  }

  async create(declared: readonly Resource[]): Promise<void> {
    const { TableNames: existing } = (await this.call('ListTables', {})) as { TableNames: string[] };
    for (const table of declared.filter(({ name }) => !existing.includes(name))) {
      const shape = [
        'KeySchema',
        'AttributeDefinitions',
        'BillingMode',
        'GlobalSecondaryIndexes',
        'ProvisionedThroughput',
      ];
      const members = shape
        .map((member) => [member, table.get(member)] as const)
        .filter(([, value]) => value !== undefined);
      await this.call('CreateTable', { TableName: table.name, ...Object.fromEntries(members) });
      while ((await this.status(table.name)) !== 'ACTIVE') await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  private async status(name: string): Promise<unknown> {
    const { Table: table } = (await this.call('DescribeTable', { TableName: name })) as { Table: Json };
    return table.TableStatus;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** One call of the DynamoDB API. @throws ServiceError */
  async call(operation: string, input: Json): Promise<Json> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
        // dynalite wants a signature and does not check it
        authorization: `AWS4-HMAC-SHA256 Credential=lab/0/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as Json;
    if (response.ok) return body;
    throw new ServiceError(String(body.__type).replace(/^.*#/, ''), (body.message ?? body.Message ?? '') as string);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** An item as plain JavaScript. Numbers beyond 2^53 lose digits; sets become lists. */
export function plain(item: Json): Json {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value as Json)]));
}

function plainValue(value: Json): unknown {
  const [[type, content] = ['', undefined]] = Object.entries(value);
  if (type === 'N') return Number(content);
  if (type === 'NULL') return null;
  if (type === 'M') return plain(content as Json);
  if (type === 'L') return (content as Json[]).map(plainValue);
  if (type === 'NS') return (content as string[]).map(Number);
  return content;
}
