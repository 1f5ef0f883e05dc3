import { contains, overlaps, parseCidr } from './address';
import type { Mistake } from './mistake';
import type { Declared } from './tunnel';

/** The cluster networks of a declaration do not overlap, and the probed Pod lies in one of them. */
export function networkMistakes({ clusterNetworks, probe }: Declared): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  clusterNetworks.forEach((cidr, i) => {
    const network = parseCidr(cidr);
    if (!network) return;
    const other = clusterNetworks.findIndex((earlier, j) => j < i && overlaps(network, parseCidr(earlier) ?? network));
    if (other >= 0)
      mistakes.push({
        path: ['clusterNetworks', i],
        value: cidr,
        message: `must not overlap clusterNetworks.${other}, ${clusterNetworks[other]}`,
      });
  });
  if (
    probe !== undefined &&
    !clusterNetworks.some((cidr) => contains(parseCidr(cidr) ?? { first: 1, last: 0, length: 0 }, probe))
  )
    mistakes.push({
      path: ['probe'],
      value: probe,
      message: `must be a Pod: an address in one of ${clusterNetworks.join(', ')}`,
    });
  return mistakes;
}
