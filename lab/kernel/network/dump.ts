interface Link {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly address?: string;
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: Readonly<Record<string, unknown>> };
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
    .map(([, end = '']) => `listening ${name} ${socketText(end)}`);

/** Chains in the order of their names, with their rules in the order in which they apply; without counters. */
function rules(name: string, lines: readonly string[]): readonly string[] {
  const chains = lines.flatMap((line) => /^:(\S+ \S+)/.exec(line)?.[1] ?? []).toSorted();
  return chains.flatMap((chain) => [
    `${name} -P ${chain}`,
    ...lines.filter((line) => line.startsWith(`-A ${chain.split(' ')[0]} `)).map((line) => `${name} ${line}`),
  ]);
}

function sectionLines(name: string, lines: readonly string[]): readonly string[] {
  if (name === 'links') {
    const links = JSON.parse(lines.join('')) as Link[];
    return [...links.map(linkText).toSorted(), ...links.flatMap(addressLines).toSorted()];
  }
  if (name === 'routes')
    return lines
      .filter((line) => !/ table local /.test(line))
      .map((line) => `route ${line.trim()}`)
      .toSorted();
  if (name.startsWith('iptables')) return rules(name, lines);
  if (name === 'tcp' || name === 'udp') return listening(name, lines).toSorted();
  if (name === 'sysctl')
    return lines.map((line) => line.replace('/proc/sys/net/', 'sysctl ').replace(':', ' = ')).toSorted();
  const word = { rules: 'rule', daemons: 'daemon', files: 'file' }[name] ?? name;
  const text = lines.map((line) => `${word} ${line.trim()}`);
  return name === 'files' ? text : text.toSorted();
}

/** What dump.sh printed as lines that stay the same while the host does: sorted, without counters, indexes and connections. */
export const dumpText = (printed: string): string =>
  printed
    .split(/^== /m)
    .slice(1)
    .flatMap((section) => {
      const [name = '', ...lines] = section.split('\n');
      return sectionLines(name, lines.filter(Boolean));
    })
    .join('\n');
