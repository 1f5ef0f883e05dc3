import { hostOf } from '../../hosts/address';
import type { BigIpPlan, NodePlan } from './plan';

/** The bridges in the machine's own namespace, without an uplink: the shared LAN, the clients' network, and that of the routers in place of OVN. */
type Side = 'lan' | 'ext' | 'ovn';
export const BRIDGES = ['lan', 'ext', 'ovn'].flatMap((side) => [`link add ${side} type bridge`, `link set ${side} up`]);

const hex = (address: string): readonly string[] =>
  hostOf(address)
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'));

/** A cable's end at a bridge, named after the address at its other end. */
export const portOf = (side: Side, address: string): string => `${side}${hex(address).join('')}`;

/** The MAC follows from the address: a node that comes back has its own again, as a real one has. */
const cable = (side: Side, host: string, device: string, address: string): readonly string[] => [
  `link add ${portOf(side, address)} type veth peer name ${device} address 02:00:${hex(address).join(':')} netns ${host}`,
  `link set ${portOf(side, address)} master ${side} up`,
];

// Each: the lines for `ip -batch` that make a host's namespace and lay its cables.
export const clientCable = (name: string, address: string): readonly string[] => [
  `netns add ${name}`,
  ...cable('ext', name, 'eth0', address),
];
export const nodeCable = ({
  name,
  interface: device,
  address,
  ovn,
}: Pick<NodePlan, 'name' | 'interface' | 'address' | 'ovn'>): readonly string[] => [
  `netns add ${name}`,
  ...cable('lan', name, device, address),
  ...(ovn ? [`netns add ${name}-ovn`, ...cable('ovn', `${name}-ovn`, 'transit', ovn.transit)] : []),
];
export const bigipCables = ({ name, addresses, outside }: BigIpPlan): readonly string[] => [
  `netns add ${name}`,
  ...cable('lan', name, 'eth0', addresses[0] ?? outside),
  ...cable('ext', name, 'ext', outside),
];
