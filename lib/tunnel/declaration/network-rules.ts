import { contains, isAddress, overlaps } from './address';
import { networkOf } from './addresses';
import type { Mistake } from './mistake';
import type { Declared } from './tunnel';

/**
 * The cluster networks of a declaration do not overlap, and the probed Pod lies in one of them.
 * @param found mistakes by other rules: where a cluster network is one of them, nobody knows in which the Pod lies
 */
export function networkMistakes(
  { clusterNetworks, probe }: Declared,
  found: readonly Mistake[] = [],
): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const networks = clusterNetworks.map(networkOf);
  networks.forEach((network, i) => {
    const other = networks.findIndex((earlier, j) => j < i && network && earlier && overlaps(network, earlier));
    if (other >= 0)
      mistakes.push({
        path: ['clusterNetworks', i],
        value: clusterNetworks[i],
        message: `must not overlap clusterNetworks.${other}, ${clusterNetworks[other]}`,
      });
  });
  if (
    probe !== undefined &&
    isAddress(probe) &&
    networks.length > 0 &&
    networks.every((network) => network && !contains(network, probe)) &&
    !found.some(({ path }) => path[0] === 'clusterNetworks')
  )
    mistakes.push({
      path: ['probe'],
      value: probe,
      message: `must be a Pod: an address in one of clusterNetworks (${clusterNetworks.join(', ')})`,
    });
  return mistakes;
}
