import { pair } from './cluster-site';

/** The instances of the pair's ramp nodes. */
export const [FIRST, SECOND] = pair().ramp.nodes.map(({ instance }) => instance) as [string, string];
