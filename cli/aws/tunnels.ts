import { unmarshall } from '@aws-sdk/util-dynamodb';
import { readMemory, type Memory } from '../../lib/tunnel/run/memory';
import type { Execution } from '../../lib/tunnel/run/automation';
import { isPairKey } from '../../lib/tunnel/run/pair';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { everyOne, type Aws } from './aws';
import { describe } from './executions';
import { parameter, type Deployment } from './deployment';
import { Problem } from './problem';

/** A tunnel as it is declared, and as its item remembers it. */
export interface Known {
  readonly name: string;
  /** undefined: it is not declared (any more). */
  readonly declared: Declared | undefined;
  readonly memory: Memory;
  /** The run that holds the lease, undefined: nobody does, or Step Functions does not know it. */
  readonly owner: (Execution & { readonly began: Date | null }) | undefined;
}

/** Every tunnel that is declared or that the table knows, by name. The table has one item a tunnel, and a small one a pair of BIG-IPs: a scan reads hardly more than it gives. */
export async function everyTunnel(aws: Aws, { table }: Deployment): Promise<readonly Known[]> {
  const { tunnels } = aws.names;
  const [parameters, items] = await Promise.all([
    everyOne(aws.ssm.paginateGetParametersByPath({ Path: tunnels }), (page) => page.Parameters),
    everyOne(aws.dynamodb.paginateScan({ TableName: table, ConsistentRead: true }), (page) => page.Items),
  ]);
  const texts = new Map(parameters.map(({ Name: name = '', Value: text = '' }) => [name.slice(tunnels.length), text]));
  const byName = new Map(items.map((item) => unmarshall(item)).map((item) => [String(item['tunnel']), item]));
  const inTable = [...byName.keys()].filter((key) => !isPairKey(key));
  const names = [...new Set([...texts.keys(), ...inTable])].sort();
  return Promise.all(names.map((name) => known(aws, name, read(aws, texts.get(name), name), byName.get(name))));
}

/** One tunnel. @returns undefined when it is neither declared nor in the table */
export async function oneTunnel(aws: Aws, deployment: Deployment, name: string): Promise<Known | undefined> {
  const [declared, item] = await Promise.all([declaredTunnel(aws, name), itemOf(aws, deployment, name)]);
  return declared === undefined && item === undefined ? undefined : known(aws, name, declared, item);
}

async function known(
  aws: Aws,
  name: string,
  declared: Declared | undefined,
  item: Readonly<Record<string, unknown>> | undefined,
): Promise<Known> {
  const memory = readMemory(item);
  const found = memory.owner === null ? undefined : await describe(aws, memory.owner);
  const owner = found && {
    arn: memory.owner!,
    status: found.status ?? 'UNKNOWN',
    error: found.error ?? null,
    input: found.input ?? null,
    began: found.startDate ?? null,
    ended: found.stopDate ?? null,
  };
  return { name, declared, memory, owner };
}

/** A tunnel as it is declared in a deployment, defaults filled in. @returns undefined when it is not declared there */
export async function declaredTunnel(aws: Aws, tunnel: string): Promise<Declared | undefined> {
  return read(aws, await parameter(aws, `${aws.names.tunnels}${tunnel}`), tunnel);
}

function read({ names }: Aws, text: string | undefined, tunnel: string): Declared | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Declared);
  } catch (error) {
    const message = `The parameter ${names.tunnels}${tunnel} is no declaration: deploy again (npx cdk deploy).`;
    throw new Problem('other', message, { cause: error });
  }
}

/** A tunnel's item in the table, as plain JavaScript. */
export type Item = Readonly<Record<string, unknown>>;

/** A tunnel's item, as it is now. @returns undefined when the table does not know the tunnel */
export async function itemOf(aws: Aws, { table }: Deployment, tunnel: string): Promise<Item | undefined> {
  const key = { tunnel: { S: tunnel } };
  const { Item: found } = await aws.dynamodb.getItem({ TableName: table, Key: key, ConsistentRead: true });
  return found && unmarshall(found);
}
