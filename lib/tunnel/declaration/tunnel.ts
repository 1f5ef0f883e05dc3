import type * as z from 'zod';
import type { tunnelShape } from './shape';

/** A declaration, defaults filled in. */
export type Declared = z.output<typeof tunnelShape>;
/** A tunnel between BIG-IP and ramp nodes. */
export type Tunnel = Extract<Declared, { readonly kind: 'ramp' }>;
/** A balancer that is itself a node of the SDN: it has no tunnel, and takes no ordinary Pods. */
export type Member = Extract<Declared, { readonly kind: 'member' }>;
export type BigIpUnit = Tunnel['bigip'][number];
export type RampNode = Tunnel['ramp']['nodes'][number];

export type IpFailover = NonNullable<Tunnel['ipfailover']>;

/** F5_IP, where BIG-IP's end of the tunnel is: the floating address of a pair, or the only unit's own address. */
export function bigipAddress({ bigip, bigipPair }: Tunnel): string {
  return bigipPair?.floating ?? bigip[0]!.address;
}

/** True for two BIG-IP units with a floating address. */
export function isBigIpPair(declared: Declared): boolean {
  return declared.kind === 'ramp' && declared.bigipPair !== undefined;
}

/** The addresses inside the tunnel that the units of a pair have for themselves, beside TUNNEL_IP1; none of a single BIG-IP. */
export function innerAddresses({ bigip }: Tunnel): readonly string[] {
  return bigip.flatMap(({ inner }) => inner ?? []);
}

/** The unit with this management address; undefined: the tunnel has no such unit. */
export function bigipNamed({ bigip }: Tunnel, management: string): BigIpUnit | undefined {
  return bigip.find((unit) => unit.management === management);
}

/** The name of the self IP that has a unit's inner address. One unit has none; its declaration is recorded without a default. */
export function unitSelf({ objects }: Tunnel): string {
  return objects.unitSelf ?? 'SDN_unit';
}

/** All BIG-IPs of a declaration: a balancer inside the SDN has none. */
export function bigipUnits(declared: Declared): readonly BigIpUnit[] {
  return declared.kind === 'ramp' ? declared.bigip : [];
}

/** The nodes of the SDN in a declaration: the ramp's, or the balancer. */
export function sdnNodes(declared: Declared): readonly Pick<RampNode, 'instance' | 'node'>[] {
  return declared.kind === 'ramp' ? declared.ramp.nodes : [declared.balancer];
}

/** What plans and records call a ramp node: its instance; where commands reach it by oc, its name in the cluster. */
export function rampName({ reach, instance, node }: Pick<RampNode, 'reach' | 'instance' | 'node'>): string {
  return (reach === 'oc' ? node : instance)!;
}

/** The ramp node of this name, from the first declaration that has it. */
export function rampNode(name: string, ...declarations: readonly Tunnel[]): RampNode {
  return declarations.flatMap(({ ramp }) => ramp.nodes).find((node) => rampName(node) === name)!;
}

/** RAMP_IP, the end of BIG-IP's tunnel: the virtual IP of a pair, or the only node's own address. */
export function rampAddress({ ramp }: Tunnel): string {
  return ramp.vip ?? ramp.nodes[0]!.address;
}

/** True for two ramp nodes behind a virtual IP. */
export function isRampPair(declared: Declared): boolean {
  return declared.kind === 'ramp' && declared.ramp.vip !== undefined;
}

/** The VRRP id of a pair's virtual IP: ipfailover counts the addresses from 1 and adds its offset (OS-31). */
export function vrrpId({ vrrpIdOffset }: IpFailover): number {
  return vrrpIdOffset + 1;
}

/** TUNNEL_IP1 without its prefix length. */
export function tunnelAddress(tunnel: Tunnel): string {
  return tunnel.tunnel.bigip.split('/')[0]!;
}

/** BIG-IP's addresses inside the tunnel: TUNNEL_IP1, and the own ones of a pair's units. */
export function tunnelAddresses(tunnel: Tunnel): readonly string[] {
  return [tunnelAddress(tunnel), ...innerAddresses(tunnel)];
}

/** The marker of this tunnel's objects: BIG-IP's description, iptables' comment, the claim's content. */
export function marker(tunnel: Pick<Declared, 'name'>): string {
  return `edge-ramp:${tunnel.name}`;
}

/**
 * The address that a node has on `lo` while its path to the Pods is broken: because of it, the health check moves the virtual IP (ADR 0013).
 * 112 is VRRP's protocol number.
 */
export function vipMark(ipfailover: IpFailover): string {
  return `127.112.0.${vrrpId(ipfailover)}`;
}
