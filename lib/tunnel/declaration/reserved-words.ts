/**
 * Names that a tool reads as a keyword, or that something else has already. No declared object may have one: `list ltm virtual all` lists every
 * virtual server, and `modify ltm virtual all` changes every one.
 */

/**
 * tmsh's. Options of `list` and `show`, and what stands before a list of values, are those of F5's tmsh reference
 * (clouddocs.f5.com/cli/tmsh-reference, ltm policy: DISPLAY, CREATE/MODIFY); the kinds of source address translation are those of ltm virtual;
 * the commands are tmsh's own.
 */
export const TMSH = words(
  'all none default current-module glob regex recursive one-line partition detail options raw field-fmt',
  'all-properties non-default-properties exa gig kil meg peta tera yotta zetta',
  'add delete modify replace-all-with automap snat lsn',
  'cd cp create edit exit generate help install list load mv publish pwd quit reboot reset-stats restart run save show',
  'shutdown start stop submit tmsh transaction',
);

/** iproute2's, where the name of an interface may stand: ip-link(8), ip-address(8), ip-route(8), ip-tunnel(8). */
const IPROUTE2 = words(
  'dev up down type group master nomaster vrf name label scope to via mode remote local ttl any all default none help',
  'permanent dynamic primary secondary',
);

/** Interfaces of the kernel: `lo`, and what each tunnel module makes when it is loaded, one for all packets that no other tunnel takes. */
const KERNEL = ['lo', 'tunl0', 'gre0', 'gretap0', 'erspan0', 'ip_vti0', 'ip6_vti0', 'sit0', 'ip6tnl0', 'ip6gre0'];

/** Interfaces of Open vSwitch: its datapath, and for each kind of tunnel one with the port in its name (`vxlan_sys_4789`). */
const OPEN_VSWITCH = /^(?:ovs-system|ovs-netdev|(?:vxlan|genev|gre|lisp|stt)_sys(?:_[0-9]+)?)$/;

/** Interfaces of the SDN in its releases, and docker's bridge. */
const SDN = ['br0', 'tun0', 'vxlan0', 'lbr0', 'vovsbr', 'vlinuxbr', 'docker0'];

/** Interfaces of OVN-Kubernetes; br-ex has a node's address, and may be declared for it. */
const OVN_KUBERNETES = /^(?:br-int|br-local|ovn-k8s-.*)$/;

/** Service accounts that every project has, and those of project default that run the router and the registry (OpenShift 3). */
export const SERVICE_ACCOUNTS = ['default', 'builder', 'deployer', 'router', 'registry'];

/** True when tmsh would read a part of this name, or of its folder, as a keyword. */
export function isTmshWord(name: string): boolean {
  return name.split('/').some((part) => TMSH.includes(part));
}

/** The names that no interface may have, as far as they can be listed. */
export const TAKEN_INTERFACES = [...IPROUTE2, ...KERNEL, ...SDN];

/** Why no interface may have this name, in words that fit behind "must not be NAME: "; undefined: it may. */
export function interfaceTaken(name: string): string | undefined {
  if (IPROUTE2.includes(name)) return 'ip reads it as a keyword';
  if (KERNEL.includes(name)) return 'the kernel has it';
  if (OPEN_VSWITCH.test(name)) return 'Open vSwitch has it';
  if (OVN_KUBERNETES.test(name)) return 'OVN-Kubernetes has it';
  return SDN.includes(name) ? 'the SDN has it' : undefined;
}

/** True when other Pods run as this service account: they would get the permissions of ipfailover. */
export function isSharedAccount(name: string): boolean {
  return SERVICE_ACCOUNTS.includes(name);
}

function words(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(' '));
}
