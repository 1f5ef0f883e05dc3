import { bigipUnit, marker, tunnelAddress, vipMark, type RampNode, type Tunnel } from '../tunnel';
import { flowObject, flowValue, parseFlow, type Flow } from './flow';
import type { Pipeline, Sdn } from './pipeline';

/** Our flows beat the SDN's own, of which 4.6 and later have one at priority 1000 (OS-8). */
const PRIORITY = 2000;

/** The published procedure's cookie. */
export const PUBLISHED_COOKIE = '0x999';

/** What every tunnel needs on its ramp node, whatever its SNAT: object to canonical value, which is the device's own argument text. */
export function tunnelObjects(spec: Tunnel, node: RampNode): Readonly<Record<string, string>> {
  const { tunnel, ramp } = spec;
  return {
    [`input ${bigipUnit(spec).address}`]: 'ahead',
    // Behind a virtual IP replies would leave from the node's own address, and BIG-IP drop them, without `local` (OS-14).
    [`tunnel ${tunnel.interface}`]: `remote ${bigipUnit(spec).address} local ${ramp.vip ?? 'any'} dev ${node.interface}`,
    [`link ${tunnel.interface}`]: 'up',
    [`address ${tunnel.interface} ${tunnel.node}`]: '/32',
    [`route ${tunnelAddress(spec)}`]: `dev ${tunnel.interface}`,
  };
}

/** `snat: gateway`: one rule, no reserved address, no flows. */
export function gatewayObjects(spec: Tunnel, sdn: Sdn): Readonly<Record<string, string>> {
  return { [`nat ${tunnelAddress(spec)}`]: `to ${sdn.gateway}` };
}

/** `snat: flows`: an address of the node's own subnet, claimed from the CNI, on tun0, and the four flows. */
export function flowObjects(
  spec: Tunnel,
  sdn: Sdn,
  pipeline: Pipeline,
  address: string,
): Readonly<Record<string, string>> {
  return {
    [`claim ${address}`]: marker(spec),
    [`address tun0 ${address}`]: '/32',
    ...Object.fromEntries(snatFlows(spec, sdn, pipeline, address).map((flow) => [flowObject(flow), flowValue(flow)])),
  };
}

/**
 * The corrected set of flows (OS-7, OS-15): to the Pods under RAMP_SDN_IP and back, ARP both ways. The last one rewrites
 * the destination MAC too: Pods keep a rebuilt tun0's old MAC for up to 47 s.
 */
function snatFlows(spec: Tunnel, { port, mac }: Sdn, { entry, routing }: Pipeline, address: string): readonly Flow[] {
  const source = tunnelAddress(spec);
  const text = [
    ...spec.clusterNetworks.flatMap((cluster) => [
      `table=0,priority=${PRIORITY},in_port=${port},ip,nw_src=${source},nw_dst=${cluster},actions=load:0->NXM_NX_REG0[],mod_nw_src:${address},goto_table:${entry}`,
      `table=0,priority=${PRIORITY},in_port=${port},arp,arp_spa=${address},arp_tpa=${cluster},actions=goto_table:${entry}`,
    ]),
    `table=${routing},priority=${PRIORITY},arp,arp_tpa=${address},actions=output:${port}`,
    `table=${routing},priority=${PRIORITY},ip,nw_dst=${address},actions=mod_dl_dst:${mac},mod_nw_dst:${source},output:${port}`,
  ];
  return text.map((line) => parseFlow(`cookie=${spec.cookie},${line}`, port));
}

/**
 * What of a pair's node is looked at every 2 s, for the check of the virtual IP (ADR 0013): the mark it makes when something is missing, and
 * what that is judged by; with `snat: gateway` the address that the rule translates to stands for RAMP_SDN_IP, and no cookie.
 */
export function reportObject(spec: Tunnel, address: string): Readonly<Record<string, string>> {
  if (spec.ipfailover === undefined) return {};
  const judged = `interface ${spec.tunnel.interface} source ${tunnelAddress(spec)} cookie ${spec.snat === 'flows' ? spec.cookie : '-'} address ${address}`;
  return { [`report ${spec.name}`]: `mark ${vipMark(spec.ipfailover)} ${judged}` };
}

/** RAMP_SDN_IP as the published procedure takes it: the first three octets of tun0's address, and 254. */
export function publishedAddress(gateway: string): string {
  return `${gateway.split('.').slice(0, 3).join('.')}.254`;
}

/** `ovs-ofctl add-flow` without a priority. */
const DEFAULT_PRIORITY = 32768;

/**
 * True for one of the seven flows of the published procedure, or of the script f5rampnodekb (OS-45), which name one of these addresses: our tunnel
 * address or its RAMP_SDN_IP. Both give most of them no priority, which the SDN never does since 3.2, and the cookie 0x999 or none. The script's
 * other three have the SDN's own priorities: 200 for ARP out of tun0, 300 for the two in table 5, the general routing of 3.2 to 3.4.
 */
export function isPublishedFlow({ table, cookie, priority, match, actions }: Flow, ends: readonly string[]): boolean {
  if (![PUBLISHED_COOKIE, '0x0'].includes(cookie)) return false;
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
