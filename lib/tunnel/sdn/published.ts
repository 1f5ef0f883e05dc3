import type { Flow } from './openflow';

/** The published procedure's cookie. */
const COOKIE = '0x999';

/** `ovs-ofctl add-flow` without a priority. */
const DEFAULT_PRIORITY = 32768;

/** RAMP_SDN_IP as the published procedure takes it: the first three octets of tun0's address, and 254. */
export function publishedAddress(gateway: string): string {
  return `${gateway.split('.').slice(0, 3).join('.')}.254`;
}

/**
 * True for one of the seven flows of the published procedure, or of the script f5rampnodekb (OS-45), which name one of these addresses: our tunnel
 * address or its RAMP_SDN_IP. Both give most of them no priority, which the SDN never does since 3.2, and the cookie 0x999 or none. The script's
 * other three have the SDN's own priorities: 200 for ARP out of tun0, 300 for the two in table 5, the general routing of 3.2 to 3.4.
 */
export function isPublishedFlow({ table, cookie, priority, match, actions }: Flow, ends: readonly string[]): boolean {
  if (![COOKIE, '0x0'].includes(cookie)) return false;
  const words = `${match},${actions}`.split(/[,=:]/);
  const names = ends.some((address) => words.includes(address));
  if (priority === DEFAULT_PRIORITY) return names;
  if (table === 0 && priority === 200) return ends.some((address) => match.startsWith(`arp,arp_spa=${address},`));
  return (
    table === 5 &&
    priority === 300 &&
    ends.some((address) => [`arp,arp_tpa=${address}`, `ip,nw_dst=${address}`].includes(match)) &&
    actions.startsWith('output:')
  );
}
