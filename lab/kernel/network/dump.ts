interface Link {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly address?: string;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Readonly<Record<string, string | number | undefined>>;
  };
  readonly addr_info?: readonly { family: string; local?: string; prefixlen: number; valid_life_time: number }[];
}

const FOREVER = 2 ** 32 - 1;
/** Of these alone the kernel invents no MAC, or (tun0) a new one says that it is a new device. */
const TELLING = /^(eth|ens|ext|tun)/;

function linkText({
  ifname,
  flags,
  mtu,
  address,
  master,
  linkinfo: { info_kind: kind = '', info_data: data = {} } = {},
}: Link): string {
  const end = (key: string): string => String(data[key] ?? '0.0.0.0').replace('0.0.0.0', 'any');
  const ends =
    kind === 'ipip'
      ? `remote ${end('remote')} local ${end('local')} dev ${data['link'] ?? 'any'} ttl ${data['ttl'] || 'inherit'}`
      : '';
  const mac = kind !== 'ipip' && TELLING.test(ifname) ? `mac ${address}` : '';
  const words = [
    'link',
    ifname,
    flags.includes('UP') ? 'up' : 'down',
    kind,
    `mtu ${mtu}`,
    master ? `master ${master}` : '',
    ends,
    mac,
  ];
  return words.filter(Boolean).join(' ');
}

const addressLines = ({ ifname, addr_info: addresses = [] }: Link): readonly string[] =>
  addresses
    .filter(({ family }) => family === 'inet')
    .map(
      ({ local, prefixlen, valid_life_time: life }) =>
        `address ${local}/${prefixlen} dev ${ifname}${life < FOREVER ? ' for a limited time' : ''}`,
    );

/** "0100007F:1F90", a socket's own end in /proc/net, as "127.0.0.1:8080". */
function socketText(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const parts = address.match(/../g) ?? [];
  return `${parts
    .map((part) => parseInt(part, 16))
    .reverse()
    .join('.')}:${parseInt(port, 16)}`;
}
/** Who listens. TCP's state 0A is LISTEN; every UDP socket is its own. */
const listening = (name: string, lines: readonly string[]): readonly string[] =>
  lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, end = '', , state]) => end.includes(':') && (name === 'udp' || state === '0A'))
    .map(([, end = '']) => `listening ${name} ${socketText(end)}`)
    .toSorted();

/** Chains by table and name, with their rules in the order in which they apply; without counters. A table without a rule is as good as none. */
function rules(lines: readonly string[]): readonly string[] {
  const tables = lines.join('\n').split(/^\*/m).slice(1).toSorted();
  return tables.flatMap((text) => {
    const [table = '', ...inside] = text.split('\n');
    const chains = inside.flatMap((line) => /^:(\S+ \S+)/.exec(line)?.[1] ?? []).toSorted();
    if (chains.every((chain) => chain.endsWith(' ACCEPT')) && !inside.some((line) => line.startsWith('-A'))) return [];
    return chains.flatMap((chain) => [
      `iptables ${table} ${chain.endsWith(' -') ? `-N ${chain.slice(0, -2)}` : `-P ${chain}`}`,
      ...inside
        .filter((line) => line.startsWith(`-A ${chain.split(' ')[0]} `))
        .map((line) => `iptables ${table} ${line}`),
    ]);
  });
}

/** A command that a node's service has under way, for which the machine's agent waits. */
const UNDER_WAY = /^\s*(ip|iptables|sysctl|ovs-ofctl|ovs-vsctl) /;

const SECTIONS: Readonly<Record<string, (lines: readonly string[]) => readonly string[]>> = {
  links: (lines) => {
    const links = JSON.parse(lines.join('')) as Link[];
    return [...links.map(linkText).toSorted(), ...links.flatMap(addressLines).toSorted()];
  },
  routes: (lines) =>
    lines
      .filter((line) => !/ table local /.test(line))
      .map((line) => `route ${line.trim()}`)
      .toSorted(),
  rules: (lines) => lines.map((line) => `rule ${line.replace(/\s+/g, ' ').trim()}`).toSorted(),
  iptables: rules,
  sysctl: (lines) => lines.map((line) => line.replace('/proc/sys/net/', 'sysctl ').replace(':', ' = ')).toSorted(),
  tcp: (lines) => listening('tcp', lines),
  udp: (lines) => listening('udp', lines),
  daemons: (lines) =>
    lines
      .filter((line) => !UNDER_WAY.test(line))
      .map((line) => `daemon ${line.trim().replace(/ -sf [\d ]+$/, '')}`)
      .toSorted(), // whom a haproxy has relieved
  files: (lines) => lines.map((line) => `file ${line.trim()}`),
  switch: (lines) => lines.map((line) => `switch ${line}`).toSorted(),
  flow: (lines) => lines.map((line) => `flow ${line.trim()}`).toSorted(),
};

/** What dump.sh printed as lines that stay the same while the host does: sorted, without counters, indexes and connections. */
export const dumpText = (printed: string): string =>
  printed
    .split(/^== /m)
    .slice(1)
    .flatMap((section) => {
      const [name = '', ...lines] = section.split('\n');
      return SECTIONS[name]!(lines.filter(Boolean));
    })
    .join('\n');
