import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { EventBridge } from '@aws-sdk/client-eventbridge';
import type { SFN } from '@aws-sdk/client-sfn';
import type { SNS } from '@aws-sdk/client-sns';
import type { SSM } from '@aws-sdk/client-ssm';
import { deploymentNames, type DeploymentNames } from '../../lib/tunnel/run/deployment-names';
import type { OnAws } from '../where';
import { explained, withoutRegion } from './problem';

/** How AWS is reached: which deployment there, or what stands in its place. */
export interface Reach extends OnAws {
  /** An endpoint that speaks for all services, in place of AWS_ENDPOINT_URL. */
  readonly endpoint?: string | undefined;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A look at a run that goes on for minutes shall not end with one lost answer. */
const ATTEMPTS = 5;

/** Without these the SDK waits for ever where a firewall swallows what is sent. Milliseconds. */
const TIME_OUTS = { connectionTimeout: 5_000, requestTimeout: 30_000 };

/**
 * The clients of the SDK, one a service. Each is loaded when it is first used: together they take longer to load than all other code.
 * A call throws a Problem, whatever AWS or the SDK says.
 */
export class Aws {
  private readonly clients = new Map<string, { destroy(): void }>();

  /** The fixed names of the deployment that is meant. */
  readonly names: DeploymentNames;

  constructor(readonly reach: Reach) {
    this.names = deploymentNames(reach.stack);
  }

  get dynamodb(): DynamoDB {
    return this.client('dynamodb', 'DynamoDB', 'dynamodb');
  }

  get events(): EventBridge {
    return this.client('eventbridge', 'EventBridge', 'events');
  }

  get sfn(): SFN {
    return this.client('sfn', 'SFN', 'states');
  }

  get sns(): SNS {
    return this.client('sns', 'SNS', 'sns');
  }

  get ssm(): SSM {
    return this.client('ssm', 'SSM', 'ssm');
  }

  close(): void {
    for (const client of this.clients.values()) client.destroy();
  }

  /** @param name of the package, after `@aws-sdk/client-`; it exports the class `service`, whose actions IAM calls `prefix:…` */
  private client<C extends SFN | DynamoDB | EventBridge | SNS | SSM>(name: string, service: string, prefix: string): C {
    const known = this.clients.get(name) as C | undefined;
    if (known) return known;
    const { region, profile, endpoint, credentials } = this.reach;
    const { [service]: Client } = require(`@aws-sdk/client-${name}`) as Readonly<
      Record<string, new (settings: object) => C>
    >;
    const client = new Client!({
      maxAttempts: ATTEMPTS,
      requestHandler: TIME_OUTS,
      region,
      profile,
      endpoint,
      credentials,
    });
    const stack = client.middlewareStack as SFN['middlewareStack'];
    stack.add(
      (next, { commandName = '' }) =>
        async (request) => {
          await (client as SFN).config.region().catch((error: unknown) => {
            throw withoutRegion(error);
          });
          try {
            return await next(request);
          } catch (error) {
            throw explained(error, `${prefix}:${commandName.replace(/Command$/, '')}`);
          }
        },
      { step: 'initialize' },
    );
    this.clients.set(name, client);
    return client;
  }
}

/** What all pages of an answer have to say. */
export async function everyOne<P, T>(
  pages: AsyncIterable<P>,
  read: (page: P) => readonly T[] | undefined,
): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(...(read(page) ?? []));
  return found;
}
