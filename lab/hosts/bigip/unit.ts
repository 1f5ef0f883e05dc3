import { floats, type Configuration } from './objects';

/** How a BIG-IP stands in a device group of which this world has no other unit. */
export interface DeviceGroup {
  readonly failover: 'ACTIVE' | 'STANDBY';
  readonly sync: string;
}

/** Connections through one translation address. Once no virtual server uses it any more, so many of them end every second (default: none). */
export interface Connections {
  readonly count: number;
  readonly endPerSecond?: number;
  /** When somebody first looked after the last virtual server had left. */
  since?: number;
}

/** All that one BIG-IP unit holds; plain data, saved as JSON. */
export interface BigIp {
  readonly management: string;
  readonly user: string;
  /** Login shell of that user. */
  shell: 'tmsh' | 'bash';
  /** Its own host key, "ssh-ed25519 AAAA...". */
  hostKey: string;
  /** Public keys it lets in. */
  authorised: string[];
  /** Hosts that reach it by SSH. */
  bastions: string[];
  reachable: boolean;
  /** How long a call of tmsh takes, in the device's own seconds; default: no time. */
  seconds?: number;
  /** Virtual servers that are not available. */
  offline: string[];
  /** The device group that it is a member of without its peers; none: it stands alone. `sync` as `show cm sync-status` has it. */
  group?: DeviceGroup;
  /** What it is as a unit of a pair; none: it is of no pair. */
  device?: Device;
  /** Addresses of virtual servers and SNAT pools that are in another traffic group than the one they are born in. */
  trafficGroups?: Record<string, string>;
  /** Current connections by translation address; none given: none. */
  connections?: Record<string, Connections>;
  running: Configuration;
  saved: Configuration;
}

export type Failover = 'ACTIVE' | 'STANDBY' | 'FORCED OFFLINE' | 'OFFLINE';

/** What a unit of a pair is beside its configuration. */
export interface Device {
  readonly name: string;
  version: string;
  failover: Failover;
  /** `sys db iptunnel.configsync`: with `enable` tunnels are shared, with `disable` each unit has its own. */
  tunnels: 'enable' | 'disable';
  /** The commit of its running configuration. */
  commit: Commit;
  /** The commit of its saved configuration. */
  saved: Commit;
}
export type Unit = BigIp & { device: Device };

/** A state of what the group shares: its number, the unit that made it, and when (the devices' own seconds). */
export interface Commit {
  readonly id: number;
  readonly origin: string;
  readonly time: number;
}

/** Whether a unit has the addresses that float: one that stands alone always has them. */
export const isActive = ({ device }: BigIp): boolean => device === undefined || device.failover === 'ACTIVE';

/** What of its configuration a unit stands for on the network: where it is not active, nothing that moves with a traffic group. */
export function inForce(bigip: BigIp): Configuration {
  if (isActive(bigip)) return bigip.running;
  const own = Object.entries(bigip.running['net self']).filter(([, self]) => !floats(self));
  return { ...bigip.running, 'net self': Object.fromEntries(own), 'ltm snatpool': {}, 'ltm virtual': {} };
}

/** It starts anew, with its saved configuration. */
export function bootUnit(bigip: BigIp): void {
  bigip.running = structuredClone(bigip.saved);
  if (bigip.device) bigip.device.commit = bigip.device.saved;
}

/** `save sys config`. */
export function saveUnit(bigip: BigIp): void {
  bigip.saved = structuredClone(bigip.running);
  if (bigip.device) bigip.device.saved = bigip.device.commit;
}
