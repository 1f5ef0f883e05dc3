import { paginateGetParametersByPath, type SSMClient } from '@aws-sdk/client-ssm';
import { devicesOf } from '../../lib/tunnel/plan/devices';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import type { Log } from '../log';

/** Every declared tunnel, and the names of the parameters without a declaration. */
export interface Declarations {
  readonly tunnels: readonly Declared[];
  readonly unreadable: readonly string[];
}

/**
 * Reads all declarations from Parameter Store. The deployment checked them and filled in the defaults, so nothing is checked here. `unreadable`
 * names parameters that somebody changed by hand; a run of such a tunnel says what is wrong.
 * @param prefix `/edge-ramp/tunnels/`
 */
export async function storedDeclarations(client: SSMClient, prefix: string): Promise<Declarations> {
  const tunnels: Declared[] = [];
  const unreadable: string[] = [];
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: prefix.replace(/\/$/, '') }))
    for (const { Name, Value } of Parameters) {
      const tunnel = parsed(Value);
      if (tunnel === undefined || `${prefix}${tunnel.name}` !== Name) unreadable.push(Name ?? '(no name)');
      else tunnels.push(tunnel);
    }
  return { tunnels, unreadable };
}

/** Logs which parameters hold no declaration. */
export function warnOfUnreadable(unreadable: Declarations['unreadable'], log: Log): void {
  if (unreadable.length > 0)
    log.warn(`not readable as declarations: ${unreadable.join(', ')}; deploy again`, { unreadable });
}

function parsed(text: string | undefined): Declared | undefined {
  try {
    const value = JSON.parse(text ?? '') as Declared;
    devicesOf(value, null); // throws when a field is missing that every declaration has
    return typeof value.watch === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}
