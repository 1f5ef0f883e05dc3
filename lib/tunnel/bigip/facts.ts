import type { State } from '../device/operation';

/** What edge-ramp knows of a BIG-IP but does not change. */
export interface BigIpFacts {
  /** The routes on it to a cluster network, by a tunnel of ours, and some of those within a cluster network: name to canonical value. */
  readonly routes: State;
  /** How many further routes there are within each cluster network. */
  readonly bypasses: Readonly<Record<string, number>>;
  /** Digest of the objects that the saved configuration holds, as far as edge-ramp knows. */
  readonly saved: string;
  readonly group: Group;
  /** Tunnels between our two ends and self IPs with our address, under names that neither declaration has: `tunnel NAME`. */
  readonly twins: readonly string[];
}

/** Whether a BIG-IP stands alone (BIP-27). `unknown`: it did not say so in words that are understood; `said` is what it said. */
export type Group =
  | { readonly kind: 'none' }
  | { readonly kind: 'member'; readonly failover: string; readonly sync: string }
  | { readonly kind: 'unknown'; readonly said: string };
