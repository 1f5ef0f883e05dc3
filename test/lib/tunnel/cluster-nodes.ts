import type { FakeCluster } from './cluster-scripts';
import { NODES, freshCluster } from './cluster-site';

export const [ONE, TWO, THREE] = NODES as [string, string, string];

/** The tunnel of `pair`, as the scripts are told it. */
export const EDGE_P = { tunnel: 'edge-p' };

/** The nodes of a fresh cluster, some of them with the pair's label and what claims it. */
export function labelled(nodes = NODES.slice(0, 2), claims: Record<string, string> = {}): FakeCluster['nodes'] {
  const { nodes: all } = freshCluster();
  for (const name of nodes) {
    all[name]!.labels['f5rampnode'] = 'true';
    Object.assign(all[name]!.annotations, claims);
  }
  return all;
}
