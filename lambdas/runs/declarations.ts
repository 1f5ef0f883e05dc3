import { GetParametersByPathCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { devicesOf } from '../../lib/tunnel/devices';
import type { Declared } from '../../lib/tunnel/tunnel';

/** Every declared tunnel, and the names of the parameters that hold something else. */
export interface Declarations {
  readonly tunnels: readonly Declared[];
  readonly unreadable: readonly string[];
}

/**
 * Reads all declarations, as the deployment wrote them: checked and with every default filled in, so that nothing is checked here. What
 * somebody spoiled by hand is named and keeps no other tunnel from being watched; a run of it says what is wrong.
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
