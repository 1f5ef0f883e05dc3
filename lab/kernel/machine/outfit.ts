import { TOOLS } from './tools';

/** What a machine is to have for one plugin of the cluster network. */
export interface Outfit {
  /** The programs, by the Debian package that has them. */
  readonly tools: Readonly<Record<string, readonly string[]>>;
  /** Kernel modules of a guest, beside those that every guest has. */
  readonly modules: readonly string[];
  /** Files of a guest, which keep their paths. */
  readonly files: readonly string[];
  /** Lines for bash that say what this kernel lacks: `lacks NAME COMMAND...` (probe.ts). */
  readonly probes: string;
  /** The program that is `iptables`: RHEL 7 has the kernel's old tables, RHCOS those of nftables. */
  readonly iptables: 'xtables-legacy-multi' | 'xtables-nft-multi';
  /** A guest's, in QEMU's words. */
  readonly memory: string;
}

/** Hosts with OpenShift SDN. */
export const SDN: Outfit = {
  tools: TOOLS,
  modules: [],
  files: [],
  probes: '',
  iptables: 'xtables-legacy-multi',
  memory: '768M',
};
