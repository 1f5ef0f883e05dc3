import { deploymentNames, type DeploymentNames } from '../../lib/tunnel/deployment-names';
import { Problem, explained } from './problem';

/** How AWS is reached. What is undefined comes from where every AWS tool takes it: environment, configuration files, instance. */
export interface Reach {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** What the deployment is called, where it is not the only one (`cdk deploy --context stack=NAME`). */
  readonly stack?: string | undefined;
  /** An endpoint that speaks for all services, in place of AWS_ENDPOINT_URL. */
  readonly endpoint?: string | undefined;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What every client of the SDK is made from. */
interface Configuration {
  region?: string;
  profile?: string;
  endpoint?: string;
  credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
  readonly requestHandler: { readonly connectionTimeout: number; readonly requestTimeout: number };
}
type ClientClass<C> = new (configuration: Configuration) => C;

/** A look at a run that goes on for minutes shall not end with one lost answer. */
const ATTEMPTS = 5;

/** Without these the SDK waits for ever where a firewall swallows what is sent. Milliseconds. */
const TIME_OUTS = { connectionTimeout: 5_000, requestTimeout: 30_000 };

/** The clients of the SDK, one a service, made when they are first asked for. This file loads none of them. */
export class Aws {
  private readonly clients = new Map<unknown, { destroy(): void }>();

  /** The fixed names of the deployment that is meant. */
  readonly names: DeploymentNames;

  constructor(readonly reach: Reach) {
    this.names = deploymentNames(reach.stack);
  }

  /** The client of a service, by its class. */
  client<C extends { destroy(): void }>(service: ClientClass<C>): C {
    const { region, profile, endpoint, credentials } = this.reach;
    const known = this.clients.get(service) as C | undefined;
    const client =
      known ??
      new service({
        maxAttempts: ATTEMPTS,
        requestHandler: TIME_OUTS,
        ...(region === undefined ? {} : { region }),
        ...(profile === undefined ? {} : { profile }),
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(credentials === undefined ? {} : { credentials }),
      });
    this.clients.set(service, client);
    return client;
  }

  /**
   * Waits for an answer, and turns what AWS says instead into one sentence.
   * @param action as IAM calls it: `ssm:GetParameter`
   * @param expected names of errors that the caller answers itself
   * @throws Problem; the SDK's own error where it is expected
   */
  async ask<T>(action: string, answer: Promise<T>, expected: readonly string[] = []): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof Problem || (error instanceof Error && expected.includes(error.name))) throw error;
      throw explained(error, action);
    }
  }

  close(): void {
    for (const client of this.clients.values()) client.destroy();
  }
}
