import { contains } from '../address';
import type { Flow } from './flows';
import type { Node } from './node';

/** A packet on its way through br0. `proto`: ip or arp (then `source` and `destination` are the protocol addresses). */
export interface Traced {
  readonly port: string;
  readonly proto: 'ip' | 'arp';
  source: string;
  destination: string;
  /** Where it came from over VXLAN. */
  readonly tunnelSource?: string;
  /** A destination MAC that a flow has written. */
  mac?: string;
  tracked?: boolean;
  registers?: Record<string, string>;
}
/** The port a packet leaves by, and the packet as it leaves. */
export interface Sent {
  readonly port: string;
  readonly packet: Traced;
}

function matches(flow: Flow, packet: Traced): boolean {
  const fields: Record<string, (wanted: string) => boolean> = {
    proto: (wanted) => wanted === packet.proto,
    in_port: (wanted) => wanted === packet.port,
    nw_src: (wanted) => contains(wanted, packet.source),
    nw_dst: (wanted) => contains(wanted, packet.destination),
    arp_spa: (wanted) => contains(wanted, packet.source),
    arp_tpa: (wanted) => contains(wanted, packet.destination),
    arp_sha: () => true,
    tun_src: (wanted) => wanted === packet.tunnelSource,
    ct_state: (wanted) => wanted === '-trk' && !packet.tracked, // +rpl never: these conversations need no help from conntrack in br0
    reg0: (wanted) => wanted === (packet.registers?.['REG0'] ?? '0'),
    reg1: (wanted) => wanted === (packet.registers?.['REG1'] ?? '0'),
  };
  return Object.entries(flow.match).every(([field, wanted]) => fields[field]?.(wanted) ?? false);
}

/** Sends one packet through br0's tables; undefined where it is dropped. Between flows of equal priority the first one wins. */
export function trace(node: Node, packet: Traced, table = 0, depth = 0): Sent | undefined {
  const candidates = node.flows.filter((flow) => flow.table === table && matches(flow, packet));
  const flow = candidates.sort((a, b) => b.priority - a.priority)[0];
  for (const action of depth < 40 ? (flow?.actions ?? []) : []) {
    const [, value = '', target = ''] = /^\w+:([^-]*)(?:->(.*))?$/.exec(action) ?? [];
    const [, next] = /(?:goto_table:|resubmit\(,|table=)(\d+)/.exec(action) ?? [];
    if (action.startsWith('ct(')) packet.tracked = true;
    if (next) return trace(node, packet, Number(next), depth + 1);
    if (target === 'ip_src') packet.source = value;
    if (target === 'ip_dst') packet.destination = value;
    if (target === 'eth_dst') packet.mac = value;
    if (action.startsWith('load:'))
      packet.registers = { ...packet.registers, [/REG\d/.exec(target)?.[0] ?? '']: value };
    if (action.startsWith('output:'))
      return { port: value.startsWith('NXM') ? Number(packet.registers?.['REG2']).toString() : value, packet };
  }
  return undefined;
}
