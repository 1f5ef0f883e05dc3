import { GetParameterCommand, GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Declared } from '../../lib/tunnel/tunnel';
import type { Aws } from './aws';
import { Problem } from './problem';

/** A tunnel as it is declared in a deployment, defaults filled in. @returns undefined when it is not declared there */
export async function declaredTunnel(aws: Aws, tunnel: string): Promise<Declared | undefined> {
  try {
    const command = new GetParameterCommand({ Name: `${aws.names.tunnels}${tunnel}` });
    const { Parameter: found } = await aws.ask('ssm:GetParameter', aws.client(SSMClient).send(command), [
      'ParameterNotFound',
    ]);
    return read(aws, found?.Value, tunnel);
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
    throw error;
  }
}

/** Every tunnel that a deployment declares, by name. */
export async function declaredTunnels(aws: Aws): Promise<ReadonlyMap<string, Declared>> {
  const tunnels = new Map<string, Declared>();
  let next: string | undefined;
  do {
    const command = new GetParametersByPathCommand({ Path: aws.names.tunnels, NextToken: next });
    const page = await aws.ask('ssm:GetParametersByPath', aws.client(SSMClient).send(command));
    for (const { Name: name, Value: value } of page.Parameters ?? []) {
      const tunnel = name!.slice(aws.names.tunnels.length);
      tunnels.set(tunnel, read(aws, value, tunnel));
    }
    next = page.NextToken;
  } while (next !== undefined);
  return tunnels;
}

function read({ names }: Aws, text: string | undefined, tunnel: string): Declared {
  try {
    return JSON.parse(text ?? '') as Declared;
  } catch (error) {
    throw new Problem(
      'other',
      `The parameter ${names.tunnels}${tunnel} is no declaration: deploy again (npx cdk deploy).`,
      {
        cause: error,
      },
    );
  }
}
