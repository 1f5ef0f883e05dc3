import type { Action, Where } from './command';

/** The command line that does something in the same place. */
export function again(
  command: Action | 'status' | 'history' | 'preflight' | 'event',
  tunnel: string,
  where: Where,
  options = '',
): string {
  return ['npx edge-ramp', command, tunnel, ...placeOptions(where), options].filter((word) => word !== '').join(' ');
}

function placeOptions(where: Where): readonly string[] {
  const option = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name} ${/^[\w./-]+$/.test(value) ? value : `'${value}'`}`];
  if (where.local) return ['--local', ...option('state', where.state), ...option('hosts', where.hosts)];
  return [...option('region', where.region), ...option('profile', where.profile), ...option('stack', where.stack)];
}
