import type { Hosts, HostsOptions } from './host';

/** Placeholder until the room lab/hosts is merged. */
export async function simulatedHosts(_options: HostsOptions): Promise<Hosts> {
  throw new Error('lab/hosts is not built yet');
}
