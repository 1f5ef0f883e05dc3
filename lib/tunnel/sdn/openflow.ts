import { excerpt } from '../device/answer';
import { NotUnderstood } from '../errors/errors';

/** An OpenFlow rule, its match and actions in one canonical spelling, so that what was sent and what is dumped compare as text. */
export interface Flow {
  readonly table: number;
  readonly priority: number;
  readonly cookie: string;
  /** Protocol first, then fields by name: `ip,in_port=2,nw_dst=10.128.0.0/14`. */
  readonly match: string;
  readonly actions: string;
}

/** Open vSwitch rewrites actions when it prints them (OS-18). */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^set_field:([0-9.]+)->ip_src$/, 'mod_nw_src:$1'],
  [/^set_field:([0-9.]+)->ip_dst$/, 'mod_nw_dst:$1'],
  [/^set_field:([0-9a-f:]+)->eth_dst$/, 'mod_dl_dst:$1'],
  [/^set_field:([0-9a-f:]+)->eth_src$/, 'mod_dl_src:$1'],
];

const DEFAULT_PRIORITY = 32768;
const STATISTICS = /^(?:duration|n_packets|n_bytes|idle_age|hard_age|send_flow_rem|reset_counts|importance)(?:=|$)/;

/**
 * Reads one line of `dump-flows`.
 * @param port OpenFlow port of tun0; ovs-ofctl may print names instead of ports, of which the SDN gives vxlan0 the first
 * @throws NotUnderstood
 */
export function parseFlow(line: string, port: string): Flow {
  const parts = /^(.*?)(?:^|[\s,])actions=(.*)$/.exec(line.trim());
  if (!parts) throw new NotUnderstood('answer-unknown', `a flow without actions: ${excerpt(line)}`);
  const fields = new Map<string, string>();
  for (const word of parts[1]!.split(/[\s,]+/).filter((text) => text !== '' && !STATISTICS.test(text))) {
    const [name, value] = word.split(/=(.*)/, 2) as [string, string | undefined];
    fields.set(name, name === 'in_port' ? portNumber(value ?? '', port) : (value ?? ''));
  }
  const take = (name: string, otherwise: string): string => {
    const value = fields.get(name) ?? otherwise;
    fields.delete(name);
    return value;
  };
  const flow = {
    table: Number(take('table', '0')),
    priority: Number(take('priority', String(DEFAULT_PRIORITY))),
    cookie: take('cookie', '0x0'),
  };
  if (!Number.isInteger(flow.table) || !Number.isInteger(flow.priority))
    throw new NotUnderstood('answer-unknown', `a flow with a strange table or priority: ${excerpt(line)}`);
  const words = [...fields].map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const match = words.sort((a, b) => Number(a.includes('=')) - Number(b.includes('=')) || (a < b ? -1 : 1)).join(',');
  const actions = splitActions(parts[2]!).map((action) =>
    SPELLINGS.reduce(
      (text, [pattern, spelling]) => text.replace(pattern, spelling),
      action.replace(/^output:(\S+)$/, (_, name: string) => `output:${portNumber(name, port)}`),
    ),
  );
  return { ...flow, match, actions: actions.join(',') };
}

function portNumber(text: string, tun0: string): string {
  const name = text.replaceAll('"', '');
  return name === 'tun0' ? tun0 : name === 'vxlan0' ? '1' : text;
}

/** Commas inside parentheses belong to the action. */
function splitActions(text: string): readonly string[] {
  return text.replace(/\s/g, '').match(/(?:[^,(]|\([^)]*\))+/g) ?? [];
}

/** The object name of a flow: its table, its priority and what it matches. */
export function flowObject({ table, priority, match }: Flow): string {
  return `flow table=${table},priority=${priority},${match}`;
}

/** The value of a flow: whose it is and what it does. */
export function flowValue({ cookie, actions }: Flow): string {
  return `cookie=${cookie} actions=${actions}`;
}
