import { chainLines, type Chains } from '../../hosts/node/iptables';
import type { NodeSettings } from '../../hosts/node/settings';
import { stockChains } from '../../hosts/node/stock-chains';

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

const rulesOf = (chains: Chains, name: string): readonly string[] =>
  chainLines(chains, name).filter((line) => line.startsWith('-A'));

const restore = (table: Table, chains: readonly (readonly [string, string])[], rules: readonly string[]): string =>
  [`*${table}`, ...chains.map(([name, policy]) => `:${name} ${policy} [0:0]`), ...rules, 'COMMIT\n'].join('\n');

/** The simulated node's stock rules as three texts. */
export function firewallOf(settings: NodeSettings): Firewall {
  const stock = stockChains(settings);
  const jump = (line: string): boolean => / -j OPENSHIFT-/.test(line);
  const others = (table: Table): readonly string[] => Object.keys(stock[table]).filter((name) => !SDN.test(name));
  const ours = (table: Table): readonly (readonly [string, readonly string[]])[] =>
    Object.keys(stock[table]).flatMap((name) => (SDN.test(name) ? [[name, rulesOf(stock[table], name)] as const] : []));
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
        ours(table).map(([name]) => [name, '-']),
        ours(table).flatMap(([, rules]) => rules),
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
