import type { Cluster } from './cluster';

/** A command line taken apart, options by their long names, and what it is about. `absent`: hosts that are off. */
export interface Line {
  readonly cluster: Cluster;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  /** What stands behind `--`. */
  readonly command: readonly string[];
  readonly absent: readonly string[];
}
