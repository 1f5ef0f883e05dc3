import type { KernelSite } from './site';

/** Pings to each address. */
const SENT = 3;

/**
 * How many of three pings from a host's namespace each of these addresses answers. An emulated machine stands still for a moment now and then:
 * addresses that answered only some of them are asked once more.
 * @param source the address they come from; default: the kernel's choice
 */
export const echoes = (
  { hosts: { machine } }: KernelSite,
  from: string,
  to: readonly string[],
  source?: string,
): Promise<readonly number[]> => {
  const bound = source ? ['-I', source] : [];
  async function answered(address: string): Promise<number> {
    const { out } = await machine.run({
      host: from,
      command: ['ping', '-n', `-c${SENT}`, '-i0.2', '-W1', ...bound, address],
    });
    return Number(/(\d+) received/.exec(out)?.[1] ?? 0);
  }
  return Promise.all(
    to.map(async (address) => {
      const count = await answered(address);
      return count === 0 || count === SENT ? count : answered(address);
    }),
  );
};
