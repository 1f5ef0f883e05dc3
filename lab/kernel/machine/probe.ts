import { spawnSync } from 'node:child_process';
import { installedKernel, type Kernel } from './image';
import type { Outfit } from './outfit';
import { find, packagesMissing } from './tools';

/** What there is to choose from. */
export interface Look {
  /** Whether programs and the agent's numbers of system calls are those of Linux on x86_64. */
  readonly linuxOnX86: boolean;
  readonly root: boolean;
  /** What this kernel cannot do of what the hosts need, by the names of modules; known only to root. */
  readonly lacks: readonly string[];
  /** Debian packages that are not there: of the hosts' own programs, and of what a guest takes besides. */
  readonly missing: readonly string[];
  readonly missingForGuest: readonly string[];
  /** The kernel a guest would have. */
  readonly kernel: Kernel | undefined;
  /** EDGE_RAMP_KERNEL */
  readonly forced: string | undefined;
}

/** Each in one throwaway network namespace. A module that is installed is loaded for it, and stays loaded: the kernel does that by itself, but for Open vSwitch. */
const PROBES = `
  lacks() { "\${@:2}" >/dev/null 2>&1 || echo "$1"; }
  lacks veth ip link add probe0 type veth peer name probe1
  lacks bridge ip link add probe2 type bridge
  lacks dummy ip link add probe3 type dummy
  lacks vxlan ip link add probe4 type vxlan id 1 dstport 4789
  lacks ipip ip tunnel add probe5 mode ipip remote 192.0.2.1 local 192.0.2.2
  lacks iptable_nat xtables-legacy-multi iptables -t nat -A POSTROUTING -m comment --comment probe -j MASQUERADE
  lacks xt_conntrack xtables-legacy-multi iptables -A INPUT -m conntrack --ctstate INVALID -j DROP
  modprobe -q -a openvswitch vport_vxlan
  lacks openvswitch ovs-dpctl add-dp probe6
  ovs-dpctl del-dp probe6 2>/dev/null`;

export function look(outfit: Outfit): Look {
  const root = process.getuid?.() === 0;
  return {
    linuxOnX86: process.platform === 'linux' && process.arch === 'x64',
    root,
    lacks: root ? lacks(outfit) : [],
    missing: packagesMissing(outfit.tools),
    missingForGuest: packagesMissing({ 'qemu-system-x86': ['qemu-system-x86_64'], cpio: ['cpio'], kmod: ['modprobe'] }),
    kernel: installedKernel(),
    forced: process.env['EDGE_RAMP_KERNEL'] || undefined,
  };
}

function lacks({ probes }: Outfit): string[] {
  const unshare = find('unshare');
  if (!unshare) return [];
  const { status, stdout } = spawnSync(
    unshare,
    ['--net', '--mount', 'bash', '-c', `PATH=$PATH:/usr/sbin:/sbin; ${PROBES}\n${probes}\ntrue`],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 ? stdout.split('\n').filter(Boolean) : ['network namespaces'];
}
