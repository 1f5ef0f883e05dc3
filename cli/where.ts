/** What the state machine can be asked to do. */
export type Action = 'plan' | 'apply' | 'verify' | 'teardown' | 'pause' | 'resume';

/** Whether an action may change devices. */
export function changes(action: string): boolean {
  return action === 'apply' || action === 'teardown';
}

/** What the hosts of this machine are: models, or namespaces with real interfaces. */
export const HOSTS_KINDS = ['simulated', 'kernel'] as const;
export type HostsKind = (typeof HOSTS_KINDS)[number];

/** Which hosts of this machine. */
export interface Here {
  /** The folder that keeps them; undefined: the user's own. */
  readonly state?: string;
  /** undefined: as they are in the folder, else simulated. */
  readonly hosts?: HostsKind;
}

/** Which deployment on AWS. What is undefined comes from where every AWS tool takes it: environment, configuration files, instance. */
export interface OnAws {
  readonly region?: string | undefined;
  readonly profile?: string;
  /** The deployment's name, where it is not the only one (`cdk deploy --context stack=NAME`). */
  readonly stack?: string | undefined;
}

/** Where a command is carried out: with `local` on this machine, else on AWS. Only the options of that place are set. */
export interface Where extends Here, OnAws {
  readonly local?: boolean;
}

/** The command line that does something in the same place. */
export function again(
  command: Action | 'status' | 'history' | 'preflight' | 'event' | 'repair' | 'stop',
  tunnel: string,
  where: Where,
  ...options: readonly string[]
): string {
  const place = (['state', 'hosts', 'region', 'profile', 'stack'] as const).flatMap((name) => {
    const value = where[name];
    return value === undefined ? [] : [`--${name} ${/^[\w./-]+$/.test(value) ? value : `'${value}'`}`];
  });
  const words = ['npx edge-ramp', command, tunnel, ...(where.local === true ? ['--local'] : []), ...place, ...options];
  return words.filter((word) => word !== '').join(' ');
}
