import { hostOf, networkOf, toAddress, toNumber } from '../hosts/address';
import { floats, wordOf } from '../hosts/bigip/objects';
import type { BigIp } from '../hosts/bigip/unit';
import type { State } from '../hosts/world';
import { nodePlans, type BigIpPlan, type SitePlan } from './network/plan';

/** The client's last number on the network of BIG-IP's outside. */
const CLIENT = 9;

/** A BIG-IP as it is cabled: what was on its VLANs before anybody thought of a tunnel; its management address stands for its outside as well. */
function planOf({ management, saved }: BigIp): BigIpPlan {
  const selfs = Object.values(saved['net self']).filter(
    (self) => saved['net vlan'][wordOf(self, 'vlan')] && !floats(self),
  );
  return { name: management, addresses: selfs.map((self) => wordOf(self, 'address')), outside: `${management}/24` };
}

/** The network of all hosts that the lab has, with the workers that their nodes know of, and a client in front of the BIG-IPs. */
export function sitePlan({ nodes, bigips }: State): SitePlan {
  const settings = Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, node.settings]));
  const [first = '10.3.88.66'] = Object.keys(bigips);
  const client = toAddress(toNumber(hostOf(networkOf(`${first}/24`))) + CLIENT);
  return { nodes: nodePlans(settings), bigips: Object.values(bigips).map(planOf), client: `${client}/24` };
}
