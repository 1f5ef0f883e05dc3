import { chainLines, stockChains, type Chains } from '../../hosts/node/iptables';
import type { Plugin } from '../../hosts/node/pipeline';

/** A node's iptables rules, in three parts. */
export interface Firewall {
  /** What stands before the SDN starts, for `iptables-restore`. */
  readonly stock: string;
  /** The SDN's own chains, for `iptables-restore --noflush`. */
  readonly chains: string;
  /** The jumps to them, a line each: `TABLE|CHAIN|RULE`; they stand in front. */
  readonly jumps: string;
}

type Table = 'filter' | 'nat';
const TABLES: readonly Table[] = ['filter', 'nat'];
const SDN = /^OPENSHIFT-/;
const COMMENT = '-m comment --comment "masquerade pod-to-service and pod-to-external traffic"';

/** ovs-networkpolicy leaves what goes to other Pods alone, in a second chain; with the other plugins br0 never hands that to iptables. */
function masquerade(plugin: Plugin, networks: readonly string[]): Record<string, readonly string[]> {
  const from = (target: string): readonly string[] =>
    networks.map((network) => `-A OPENSHIFT-MASQUERADE -s ${network} ${COMMENT} -j ${target}`);
  if (plugin !== 'networkpolicy') return { 'OPENSHIFT-MASQUERADE': from('MASQUERADE') };
  return {
    'OPENSHIFT-MASQUERADE': from('OPENSHIFT-MASQUERADE-2'),
    'OPENSHIFT-MASQUERADE-2': [
      ...networks.map(
        (network) =>
          `-A OPENSHIFT-MASQUERADE-2 -d ${network} -m comment --comment "masquerade pod-to-external traffic" -j RETURN`,
      ),
      '-A OPENSHIFT-MASQUERADE-2 -j MASQUERADE',
    ],
  };
}

const rulesOf = (chains: Chains, name: string): readonly string[] =>
  chainLines(chains, name).filter((line) => line.startsWith('-A'));

const restore = (table: Table, chains: readonly (readonly [string, string])[], rules: readonly string[]): string =>
  [`*${table}`, ...chains.map(([name, policy]) => `:${name} ${policy} [0:0]`), ...rules, 'COMMIT\n'].join('\n');

/** The simulated node's stock rules as three texts, and the SDN's masquerading as each plugin has it. */
export function firewallOf(plugin: Plugin, networks: readonly string[]): Firewall {
  const stock = stockChains(networks);
  const jump = (line: string): boolean => / -j OPENSHIFT-/.test(line);
  const others = (table: Table): readonly string[] => Object.keys(stock[table]).filter((name) => !SDN.test(name));
  const ours = {
    filter: Object.fromEntries(
      Object.keys(stock.filter).flatMap((name) => (SDN.test(name) ? [[name, rulesOf(stock.filter, name)]] : [])),
    ),
    nat: masquerade(plugin, networks),
  };
  return {
    stock: TABLES.map((table) =>
      restore(
        table,
        others(table).map((name) => [name, stock[table][name]!.policy ?? '-']),
        others(table).flatMap((name) => rulesOf(stock[table], name).filter((line) => !jump(line))),
      ),
    ).join(''),
    chains: TABLES.map((table) =>
      restore(
        table,
        Object.keys(ours[table]).map((name) => [name, '-']),
        Object.values<readonly string[]>(ours[table]).flat(),
      ),
    ).join(''),
    jumps: TABLES.flatMap((table) =>
      others(table)
        .flatMap((name) => rulesOf(stock[table], name))
        .filter(jump)
        .map((line) => line.replace(/^-A (\S+) (.*)$/, `${table}|$1|$2\n`)),
    ).join(''),
  };
}
