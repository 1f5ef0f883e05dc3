import type * as z from 'zod';
import type { tunnelSchema } from './spec';

/** A declared tunnel, defaults filled in. */
export type Tunnel = z.output<typeof tunnelSchema>;
export type BigIpUnit = Tunnel['bigip'][number];
export type RampNode = Tunnel['ramp']['nodes'][number];

/** The only BIG-IP, until pairs of them are supported. */
export function bigipUnit(tunnel: Tunnel): BigIpUnit {
  return tunnel.bigip[0]!;
}

/** The only ramp node, until pairs of them are supported. */
export function rampNode(tunnel: Tunnel): RampNode {
  return tunnel.ramp.nodes[0]!;
}

/** TUNNEL_IP1 without its prefix length. */
export function tunnelAddress(tunnel: Tunnel): string {
  return tunnel.tunnel.bigip.split('/')[0]!;
}

/** The marker by which an object is known as this tunnel's: BIG-IP's description, iptables' comment, the claim's content. */
export function marker(tunnel: Pick<Tunnel, 'name'>): string {
  return `edge-ramp:${tunnel.name}`;
}
