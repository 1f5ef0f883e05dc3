import { NotUnderstood } from '../errors';
import type { NodeAddress } from './address';
import type { NodeAnswer } from '../node-answer';

/** A route by a tunnel as `ip route add` takes it: whoever made it may have given it a protocol, a source and a metric. */
const BY_TUNNEL = /^dev (\S+)((?: proto \S+)?)(?: scope link)?((?: src \S+)?(?: metric \S+)?)(?: linkdown)?$/;

/** The routes to BIG-IP's end of a tunnel. */
export interface RoutesFound {
  /** Of the one that counts; undefined: there is none, or it is the kernel's own and belongs to an address. */
  readonly value: string | undefined;
  /** Further ones by a tunnel device, which would go with it. */
  readonly further: readonly { readonly device: string; readonly words: string }[];
}

/**
 * Reads `ip -4 route show ADDRESS`. Of several routes the kernel takes, and shows, the one with the lowest metric first. The route that the kernel
 * makes for an address with a peer comes and goes with that address.
 *
 * @param on the addresses of the tunnel devices, by device
 * @throws NotUnderstood
 */
export function readRoutes(
  device: string,
  to: string,
  answer: NodeAnswer,
  on: Readonly<Record<string, readonly NodeAddress[]>>,
): RoutesFound {
  if (answer.code !== 0)
    throw new NotUnderstood('look-refused', `${device} would not show the route to ${to}: ${answer.printed}`);
  const own = ({ value, dev }: { value: string; dev?: string }): boolean =>
    value.includes(' proto kernel') && (on[dev ?? ''] ?? []).some(({ form }) => form.startsWith(`peer ${to}/32`));
  const [first, ...others] = answer.lines
    .filter((line) => line !== '')
    .map((line) => {
      const words = line.replace(/^\S+ /, '');
      const [, dev, proto, rest] = BY_TUNNEL.exec(words) ?? [];
      return dev === undefined ? { value: words } : { value: `dev ${dev}${proto}${rest}`, dev };
    })
    .filter((route) => !own(route));
  return {
    value: first?.value,
    further: others.flatMap(({ value, dev }) => (dev === undefined ? [] : [{ device: dev, words: value }])),
  };
}

/** The tunnel device by which a route of that value leads; undefined: it leads otherwise. */
export function deviceOf(value: string | undefined): string | undefined {
  return BY_TUNNEL.exec(value ?? '')?.[1];
}

/** Routes of different metrics stand side by side: one does not replace the other. */
export function standsBeside(from: string, to: string): boolean {
  const metric = (value: string): string | undefined => / metric (\S+)/.exec(value)?.[1];
  return metric(from) !== metric(to);
}
