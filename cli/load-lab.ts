import type { Lab, LabOptions } from '../lab/index';

// The lab is loaded where a command runs on this machine, and through this file alone: it stays outside the file that bin/edge-ramp.js makes of the commands.

export function openLab(options: LabOptions): Promise<Lab> {
  return (require('../lab/index') as typeof import('../lab/index')).openLab(options);
}

/** Hosts with real interfaces. */
export function kernelHosts(): typeof import('../lab/kernel/hosts').kernelHosts {
  return (require('../lab/kernel/hosts') as typeof import('../lab/kernel/hosts')).kernelHosts;
}

/** Hosts that stay as they were left, for a lab that is only asked what it wrote down. */
export function unopenedHosts(): typeof import('../lab/hosts/unopened').unopenedHosts {
  return (require('../lab/hosts/unopened') as typeof import('../lab/hosts/unopened')).unopenedHosts;
}
