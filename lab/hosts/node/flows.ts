import { contains, networkOf } from '../address';
import { Refusal } from '../answer';

/** One OpenFlow 1.3 flow, its match and actions spelt as `ovs-ofctl dump-flows` prints them. */
export interface Flow {
  readonly table: number;
  readonly priority: number;
  readonly cookie: string;
  readonly match: Readonly<Record<string, string>>;
  readonly actions: readonly string[];
}
/** What a dump or a deletion asks for; an absent part matches everything. */
export interface FlowFilter {
  readonly table?: number;
  readonly priority: number;
  readonly cookie?: string;
  readonly match: Readonly<Record<string, string>>;
}
export type Ports = Readonly<Record<string, string>>;

const DEFAULT_PRIORITY = 32768;
const PROTOCOLS = new Set(['ip', 'arp', 'tcp', 'udp', 'icmp']);
/** The order in which Open vSwitch prints a match; `proto` stands for the bare protocol word. */
const FIELDS = 'ct_state proto reg0 reg1 tun_src in_port nw_src arp_spa nw_dst arp_tpa arp_sha tp_src tp_dst'.split(
  ' ',
);
const REWRITES: [RegExp, string][] = [
  [/^mod_nw_(src|dst):(.*)$/, 'set_field:$2->ip_$1'],
  [/^mod_dl_(src|dst):(.*)$/, 'set_field:$2->eth_$1'],
];
const ACTIONS = /^(drop|(output|goto_table|load|move|set_field|note):.+|(resubmit|ct)\(.*\))$/;

const number = (text: string): string => (Number(text) === 0 ? '0' : `0x${Number(text).toString(16)}`);
const cookieText = (text: string): string => `0x${BigInt(text).toString(16)}`;
const address = (text: string): string => networkOf(text).replace(/\/32$/, '');

function fieldValue(field: string, value: string, ports: Ports): string {
  if (/^(nw_|arp_[st]pa|tun_src)/.test(field)) return address(value);
  if (field === 'in_port') return ports[value] ?? value;
  return field.startsWith('reg') ? number(value) : value;
}

function actionText(action: string, ports: Ports, where: string): string {
  const rewritten = REWRITES.reduce((text, [from, to]) => text.replace(from, to), action)
    .replace(/^output:(\w+)$/, (_, port: string) => `output:${ports[port] ?? port}`)
    .replace(/^load:(\w+)->/, (_, value: string) => `load:${number(value)}->`)
    .replace(/^note:.*$/, (note) => note.padEnd('note:00.00.00.00.00.00'.length, '.00'));
  if (!ACTIONS.test(rewritten)) throw new Refusal('flowAction', where, action.split(/[:(]/)[0] ?? '');
  return rewritten;
}

/** Splits at commas outside parentheses. */
const splitActions = (text: string): string[] => text.match(/[^,(\s]+(\([^)]*\))?/g) ?? [];

type Words = Record<string, string>;
function parseMatch(text: string, ports: Ports, where: string): { words: Words; match: Words } {
  const [words, found]: [Words, Words] = [{}, {}];
  const arp = /\barp\b/.test(text);
  for (const part of text.split(/[,\s]+/).filter(Boolean)) {
    const [key = '', value = ''] = part.split('=');
    const short = key.replace(/^(tcp|udp)_/, 'tp_').replace(/^ip_/, 'nw_');
    const field = arp ? short.replace('nw_src', 'arp_spa').replace('nw_dst', 'arp_tpa') : short;
    if (['table', 'priority', 'cookie'].includes(key)) words[key] = value;
    else if (PROTOCOLS.has(key)) found['proto'] = key;
    else if (FIELDS.includes(field) && value) found[field] = fieldValue(field, value, ports);
    else throw new Refusal('flowKeyword', where, key);
  }
  return { words, match: Object.fromEntries(FIELDS.flatMap((field) => (found[field] ? [[field, found[field]]] : []))) };
}

/** Reads a flow to add. `where` ("-:2: ") goes in front of what a refusal says. */
export function parseFlow(text: string, ports: Ports, where = ''): Flow {
  const [before = '', actions] = text.split(/,?\s*\bactions=/);
  const { words, match } = parseMatch(before, ports, where);
  if (!actions) throw new Refusal('flowNoAction', where);
  const table = Number(words['table'] ?? 0);
  const parsed = splitActions(actions).map((action) => actionText(action, ports, where));
  if (parsed.some((action) => action.startsWith('goto_table:') && Number(action.slice(11)) <= table))
    throw new Refusal('flowTable', where);
  const priority = Number(words['priority'] ?? DEFAULT_PRIORITY);
  return { table, priority, cookie: cookieText(words['cookie'] ?? '0'), match, actions: parsed };
}

/** Reads what a dump or a deletion asks for; a cookie needs a mask here. */
export function parseFilter(text: string, ports: Ports, where = ''): FlowFilter {
  const { words, match } = parseMatch(text, ports, where);
  const [cookie, mask] = (words['cookie'] ?? '').split('/');
  if (cookie && mask !== '-1') throw new Refusal('flowCookie', where, cookie);
  const table = words['table'];
  return {
    priority: Number(words['priority'] ?? DEFAULT_PRIORITY),
    match,
    ...(table === undefined ? {} : { table: Number(table) }),
    ...(cookie ? { cookie: cookieText(cookie) } : {}),
  };
}

/** Priority and match as printed, ending in a blank where there is any. */
export function flowText({ priority, match }: Pick<Flow, 'priority' | 'match'>): string {
  const fields = Object.entries(match).map(([field, value]) => (field === 'proto' ? value : `${field}=${value}`));
  const parts = [...(priority === DEFAULT_PRIORITY ? [] : [`priority=${priority}`]), ...fields];
  return parts.length ? `${parts.join(',')} ` : '';
}

/** Whether a flow's field is the filter's or lies within it. */
function within(field: string, wanted: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (/^(nw_|arp_[st]pa)/.test(field)) return contains(wanted, value);
  return value === wanted || (field === 'proto' && wanted === 'ip' && value !== 'arp');
}

const here = (filter: FlowFilter, flow: Flow): boolean =>
  (filter.table ?? flow.table) === flow.table && (filter.cookie ?? flow.cookie) === flow.cookie;

/** Loose matching: the flow is at least as specific as the filter. */
export const covers = (filter: FlowFilter, flow: Flow): boolean =>
  here(filter, flow) &&
  Object.entries(filter.match).every(([field, wanted]) => within(field, wanted, flow.match[field]));

/** Strict matching: the same table, priority and match. */
export const identical = (filter: FlowFilter, flow: Flow): boolean =>
  here({ ...filter, table: filter.table ?? 0 }, flow) && flowText(filter) === flowText(flow);

/** The flows with one more; a flow with the same table, priority and match is replaced. */
export const withFlow = (flows: readonly Flow[], flow: Flow): Flow[] => [
  ...flows.filter(({ table, priority, match }) => !identical({ table, priority, match }, flow)),
  flow,
];
