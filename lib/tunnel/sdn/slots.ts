import type { Flow } from './openflow';
import type { Sdn } from './tun0';

/**
 * What stands for tun0's port and MAC address in what a keeper is given: each bridge that the SDN makes has others. The keeper names them, too
 * (documents/keeper.sh).
 */
export const SLOTS = { port: '[port]', mac: '[mac]' } as const;

/** A flow of the SDN's as a keeper knows it again: `cookie=0x0,table=0,priority=200,ip,in_port=[port],actions=goto_table:30`. */
export function landmarkText({ table, priority, cookie, match, actions }: Flow, { port }: Sdn): string {
  const slotted = (text: string): string =>
    text.replace(new RegExp(`\\b(in_port=|output:)${port}(?![0-9])`, 'g'), `$1${SLOTS.port}`);
  const fields = [`cookie=${cookie}`, `table=${table}`, `priority=${priority}`, ...(match === '' ? [] : [match])];
  return `${slotted(fields.join(','))},actions=${asOpenFlow13(slotted(actions))}`;
}

/** In the words of OpenFlow 1.3, which `ovs-ofctl diff-flows` compares: `set_field` for `mod_nw_src` (OS-18, OS-48). */
export function asOpenFlow13(actions: string): string {
  return actions
    .replace(/\bmod_nw_(src|dst):([0-9.]+)/g, 'set_field:$2->ip_$1')
    .replace(/\bmod_dl_(src|dst):(\[mac\]|[0-9a-f:]{17})/g, 'set_field:$2->eth_$1');
}
