import { GetParametersByPathCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { devicesOf } from '../../lib/tunnel/plan/devices';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';

/** Every declared tunnel, and the names of the parameters that hold something else. */
export interface Declarations {
  readonly tunnels: readonly Declared[];
  readonly unreadable: readonly string[];
}

/**
 * Reads all declarations from Parameter Store. The deployment checked them and filled in the defaults, so nothing is checked here. A parameter
 * that somebody changed by hand and that holds no declaration is named in `unreadable`; a run of its tunnel says what is wrong.
 * @param prefix `/edge-ramp/tunnels/`
 */
export async function storedDeclarations(client: SSMClient, prefix: string): Promise<Declarations> {
  const tunnels: Declared[] = [];
  const unreadable: string[] = [];
  let page: string | undefined;
  do {
    const answer = await client.send(
      new GetParametersByPathCommand({ Path: prefix.replace(/\/$/, ''), ...(page ? { NextToken: page } : {}) }),
    );
    for (const { Name, Value } of answer.Parameters ?? []) {
      const tunnel = parsed(Value);
      if (tunnel === undefined || `${prefix}${tunnel.name}` !== Name) unreadable.push(Name ?? '(no name)');
      else tunnels.push(tunnel);
    }
    page = answer.NextToken;
  } while (page);
  return { tunnels, unreadable };
}

function parsed(text: string | undefined): Declared | undefined {
  try {
    const value = JSON.parse(text ?? '') as Declared;
    devicesOf(value, null); // throws where what it takes for granted is missing
    return typeof value.watch === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}
