import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the machine's hosts are made of and what may be run on them, by the Debian package that has it. */
export const TOOLS: Readonly<Record<string, readonly string[]>> = {
  bash: ['bash'],
  coreutils:
    `basename cat chmod chown cksum comm cp cut date dd df dirname du echo env expr false head id install join link ln ls md5sum mkdir
    mkfifo mktemp mv nohup nproc od paste printf pwd readlink realpath rm rmdir seq sha256sum sleep sort split stat sync tac tail tee
    test timeout touch tr true truncate tsort uname uniq wc`.split(/\s+/),
  curl: ['curl'],
  diffutils: ['cmp', 'diff'],
  findutils: ['find', 'xargs'],
  fping: ['fping'],
  grep: ['grep'],
  haproxy: ['haproxy'],
  hostname: ['hostname'],
  iproute2: ['bridge', 'ip', 'ss', 'tc'],
  iptables: ['xtables-legacy-multi'],
  'iputils-ping': ['ping'],
  keepalived: ['keepalived'],
  mawk: ['mawk'],
  mount: ['mount', 'umount'],
  'openvswitch-switch': [
    'ovs-appctl',
    'ovs-dpctl',
    'ovs-ofctl',
    'ovs-vsctl',
    'ovs-vswitchd',
    'ovsdb-client',
    'ovsdb-server',
    'ovsdb-tool',
  ],
  'perl-base': ['perl'],
  procps: ['free', 'kill', 'pgrep', 'pkill', 'ps', 'sysctl', 'uptime'],
  sed: ['sed'],
  tcpdump: ['tcpdump'],
  'util-linux': ['dmesg', 'flock', 'getopt', 'nsenter', 'setpriv', 'setsid', 'unshare'],
};
/** Taken along where they are installed. */
const OPTIONAL = ['arping', 'conntrack', 'ethtool'];

const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where a program is; also in the folders that only root has on its PATH. */
export function find(program: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, program)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The programs that there are, by name; the optional ones as far as they are installed. */
export const toolsHere = (tools: Readonly<Record<string, readonly string[]>>): string[] =>
  [...Object.values(tools).flat(), ...OPTIONAL].filter((tool) => find(tool));

/** The Debian packages without which something is missing. */
export const packagesMissing = (tools: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(tools).flatMap(([name, programs]) => (programs.every((program) => find(program)) ? [] : [name]));
