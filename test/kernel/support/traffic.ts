import { CLIENT } from '../../../lab/kernel/network/network';
import { get } from './get';
import type { KernelSite } from './site';

/** The two virtual servers of the examples, as the lab's world places them. */
export const VIRTUALS = ['10.3.88.100:80', '10.3.88.101:443'] as const;

/** What a client got of a virtual server: the Pod that answered and the peer that it saw, or why nothing came within so many seconds. */
export async function ask(site: KernelSite, virtual: string, seconds = 5): Promise<string> {
  const { status, body, error } = await get(site.hosts.machine, CLIENT, `http://${virtual}/`, { seconds });
  return status === 200 ? body.trim() : `${status} ${error?.text ?? body.trim()}`;
}

/** A virtual server's next answers, one for each of its members, sorted by Pod. */
export async function answers(site: KernelSite, virtual: string, members: number): Promise<readonly string[]> {
  const all: string[] = [];
  for (let i = 0; i < members; i++) all.push(await ask(site, virtual));
  return all.sort();
}
