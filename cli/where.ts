/** What the state machine can be asked to do. */
export type Action = 'plan' | 'apply' | 'verify' | 'teardown' | 'pause' | 'resume';

/** What the hosts of this machine are: models, or namespaces with real interfaces. */
export const HOSTS_KINDS = ['simulated', 'kernel'] as const;
export type HostsKind = (typeof HOSTS_KINDS)[number];

/** Which hosts of this machine: kept in a folder (undefined: the user's own), of a kind (undefined: as they are there, else simulated). */
export interface Here {
  readonly state: string | undefined;
  readonly hosts: HostsKind | undefined;
}

/** Where a command is carried out: on this machine, or on AWS. */
export type Where =
  | ({ readonly local: true } & Here)
  | {
      readonly local: false;
      readonly region: string | undefined;
      readonly profile: string | undefined;
      /** What the deployment is called; undefined: it has no name of its own. */
      readonly stack: string | undefined;
    };

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
