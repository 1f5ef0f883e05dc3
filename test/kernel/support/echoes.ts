import type { KernelSite } from './site';

/** How many of three pings from a host's namespace each of these addresses answers. @param source the address they come from; default: the kernel's choice */
export const echoes = (
  { hosts: { machine } }: KernelSite,
  from: string,
  to: readonly string[],
  source?: string,
): Promise<readonly number[]> =>
  Promise.all(
    to.map(async (address) => {
      const bound = source ? ['-I', source] : [];
      const { out } = await machine.run({
        host: from,
        command: ['ping', '-n', '-c3', '-i0.2', '-W1', ...bound, address],
      });
      return Number(/(\d+) received/.exec(out)?.[1] ?? 0);
    }),
  );
