import type * as z from 'zod';
import type { tunnelSchema } from './spec';

/** A declared tunnel, defaults filled in. */
export type Tunnel = z.output<typeof tunnelSchema>;
export type BigIpUnit = Tunnel['bigip'][number];
export type RampNode = Tunnel['ramp']['nodes'][number];

export type IpFailover = NonNullable<Tunnel['ipfailover']>;

/** The only BIG-IP, until pairs of them are supported. */
export function bigipUnit(tunnel: Tunnel): BigIpUnit {
  return tunnel.bigip[0]!;
}

/** The ramp node of that instance id, in the first of these declarations that has it. */
export function rampNode(instance: string, ...declarations: readonly Tunnel[]): RampNode {
  return declarations.flatMap(({ ramp }) => ramp.nodes).find((node) => node.instance === instance)!;
}

/** RAMP_IP: where BIG-IP's tunnel ends, the virtual IP of a pair or the only node's own address. */
export function rampAddress({ ramp }: Tunnel): string {
  return ramp.vip ?? ramp.nodes[0]!.address;
}

/** True for two ramp nodes behind a virtual IP. */
export function isPair({ ramp }: Tunnel): boolean {
  return ramp.vip !== undefined;
}

/** The VRRP id of a pair's virtual IP: ipfailover counts the addresses from 1 and adds its offset (OS-31). */
export function vrrpId({ vrrpIdOffset }: IpFailover): number {
  return vrrpIdOffset + 1;
}

/** TUNNEL_IP1 without its prefix length. */
export function tunnelAddress(tunnel: Tunnel): string {
  return tunnel.tunnel.bigip.split('/')[0]!;
}

/** The marker by which an object is known as this tunnel's: BIG-IP's description, iptables' comment, the claim's content. */
export function marker(tunnel: Pick<Tunnel, 'name'>): string {
  return `edge-ramp:${tunnel.name}`;
}
