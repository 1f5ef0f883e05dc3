import type { Hosts } from './host';

const none = (): never => {
  throw new Error('The hosts of this lab were not opened.');
};

/**
 * Hosts that stay as they were left: for who asks only what executions wrote down.
 * @public loaded when it is asked for
 */
export const unopenedHosts: Hosts = {
  host: () => undefined,
  names: () => [],
  journal: () => [],
  dump: none,
  hung: () => new Promise(() => undefined),
  run: none,
  act: none,
  save: () => undefined,
  close: () => Promise.resolve(),
};
