import type { Unit } from '../../../lab/hosts/bigip/unit';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { pair, single, type KernelSite } from './site';

const [unit] = pair.bigip;

/** The same tunnel from a pair of BIG-IPs: F5_IP floats between two units on the network of the ramp nodes. */
const fromBoth = (spec: Tunnel): Tunnel => ({
  ...spec,
  bigip: [
    { ...unit!, address: '10.20.30.11', inner: '10.3.92.218' },
    { ...unit!, management: '10.3.88.68', address: '10.20.30.12', inner: '10.3.92.219' },
  ],
  bigipPair: { floating: unit!.address, deviceGroup: 'edge-dg', network: 'l2' },
  objects: { ...spec.objects, unitSelf: 'SDN_unit' },
});

/** To a pair of ramp nodes, and to the first of them alone. */
export const both = fromBoth(pair);
export const toOne = fromBoth(single);
export const [ONE, TWO] = both.bigip.map(({ management }) => management) as [string, string];
/** The own address of each unit inside the tunnel, by its management address. */
export const INNER: Readonly<Record<string, string>> = { [ONE]: '10.3.92.218', [TWO]: '10.3.92.219' };

/** The management address of the unit that is active, and of the other one. */
export function roles({ hosts: { state } }: KernelSite): readonly [active: string, standby: string] {
  const isActive = (host: string): boolean => (state.bigips[host] as Unit).device.failover === 'ACTIVE';
  return isActive(ONE) ? [ONE, TWO] : [TWO, ONE];
}
