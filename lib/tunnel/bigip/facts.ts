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
  /** Only where two units are declared. */
  readonly pair?: PairFacts;
}

/** Whether a BIG-IP stands alone (BIP-27). `unknown`: it did not say so in words that are understood; `said` is what it said. */
export type Group =
  | { readonly kind: 'none' }
  | { readonly kind: 'member'; readonly failover: string; readonly sync: string }
  | { readonly kind: 'unknown'; readonly said: string };

/** One unit of a declared pair, as it sees itself and its device group. Names in /Common have no folder: `traffic-group-1`. */
export interface PairFacts {
  readonly role: FailoverRole;
  readonly sync: GroupSync;
  /** The tunnels that have changed shared objects here since the last sync, as far as edge-ramp knows. */
  readonly pendingOf: readonly string[];
  /** Other device groups that are not in sync, `datasync-global-dg (Changes Pending)`: hidden housekeeping, for remarks. */
  readonly othersPending: readonly string[];
  /** The devices that it calls disconnected. */
  readonly disconnected: readonly string[];
  /** Its own name as a device: the one with `self-device true`. */
  readonly device: string;
  /** All devices of its trust domain by name, itself among them. `version`: major.minor.maintenance. */
  readonly devices: Readonly<Record<string, { readonly management: string; readonly version: string }>>;
  /** The declared device group; undefined: there is none of that name. */
  readonly deviceGroup:
    | {
        /** `sync-failover`, `sync-only`. */
        readonly type: string;
        readonly members: readonly string[];
        readonly autoSync: boolean;
        readonly saveOnAutoSync: boolean;
      }
    | undefined;
  /** Whether its tunnels are synchronised (`sys db iptunnel.configsync`); undefined: it did not say so in words that are understood. */
  readonly tunnelsShared: boolean | undefined;
  /** What objects in /Common are in unless told otherwise; undefined: it did not say. */
  readonly common: { readonly deviceGroup: string | undefined; readonly trafficGroup: string | undefined };
  /** Its self IPs at F5_IP; one is right. */
  readonly floating: readonly FoundSelf[];
  /** Its self IPs at the unit's own `address`; one is right. */
  readonly outer: readonly FoundSelf[];
  /** Its self IPs at the unit's `inner` address, under whatever names; none, or the one that edge-ramp made or adopts. */
  readonly inner: readonly FoundSelf[];
  /** The traffic group of each object of ours that stands, of the SNAT pool's translation, and of the virtual address of each declared virtual server: `tunnel SDN`, `virtual v`. */
  readonly trafficGroups: State;
  /** The tunnels of ours with a secondary-address: `tunnel SDN` to that address. */
  readonly secondary: State;
}

/** Its failover state, and what it printed. */
export interface FailoverRole {
  readonly is: 'ACTIVE' | 'STANDBY' | 'OFFLINE' | 'FORCED OFFLINE' | 'unknown';
  /** At most 200 characters, for sentences. */
  readonly said: string;
}

/** The sync status of the declared device group, by its own line: the Status above is the worst of all groups, and colours vary. */
export interface GroupSync {
  /**
   * `pending`: one device has changes that the other lacks. `conflict`: both have. `syncing`: a sync is under way, or not all got the last one.
   * `unknown`: it has no line for the group, or one that is not understood.
   */
  readonly is:
    'in sync' | 'pending' | 'conflict' | 'syncing' | 'failed' | 'awaiting initial' | 'disconnected' | 'unknown';
  /** BIG-IP's own words on the group, at most 200 characters, for sentences. */
  readonly said: string;
  /** The device that BIG-IP recommends as source, where it names one and no other. */
  readonly source?: string;
}

/** A self IP that is found by its address. */
export interface FoundSelf {
  readonly name: string;
  /** With its prefix length: `10.20.30.1/24`. */
  readonly address: string;
  readonly vlan: string;
  readonly trafficGroup: string;
}
