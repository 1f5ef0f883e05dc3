import { isMark } from './keeping';
import type { KernelSite } from './site';

/** The command lines that changed something on a host while this went on, `HOST LINE` each, in their order; the marks that keepers put left out. */
export async function written({ hosts }: KernelSite, meanwhile: () => Promise<unknown>): Promise<readonly string[]> {
  const before = hosts.journal().length;
  await meanwhile();
  return hosts
    .journal()
    .slice(before)
    .flatMap(({ host, line, writes }) => (writes && !isMark(line) ? [`${host} ${line}`] : []));
}
