import { contains, parseCidr } from '../declaration/address';
import { bigipAddress, bigipNamed, unitSelf, type Tunnel } from '../declaration/tunnel';
import type { State } from '../device/operation';
import { readable } from '../device/words';
import { Refused } from '../errors/errors';
import type { BigIpFacts, PairFacts } from './facts';
import { title } from './own';
import { isShared } from './pair-work';

/** What a run saw of one unit of a pair. */
export interface UnitLook {
  /** Its management address. */
  readonly name: string;
  readonly facts: BigIpFacts;
  readonly state: State;
}

/** The same, with what only a unit of a pair is asked. */
export interface Unit extends UnitLook {
  readonly pair: PairFacts;
}

/** @throws Refused */
export function refuseSwitches(units: readonly Unit[]): void {
  const [first, other] = units;
  if (first && other && first.pair.tunnelsShared !== other.pair.tunnelsShared)
    throw new Refused(
      'pair-differs',
      `${title(first.pair.tunnelsShared ? first : other)} synchronises its tunnels, ${title(first.pair.tunnelsShared ? other : first)} does not (sys db iptunnel.configsync): set it alike on both; it decides for all tunnels of a unit, so look at them first`,
    );
}

/** What edge-ramp makes lies in /Common, and is synchronised with it. @throws Refused */
export function refuseFolder(spec: Tunnel, unit: Unit): void {
  const { deviceGroup } = spec.bigipPair!;
  const { common } = unit.pair;
  if (common.deviceGroup !== deviceGroup)
    throw new Refused(
      'pair-device-group',
      `${title(unit)} has /Common in device group ${common.deviceGroup ?? 'none'}, and what edge-ramp makes there would not be synchronised in ${deviceGroup}: declare the group of /Common (bigipPair.deviceGroup)`,
    );
}

/** F5_IP moves with the traffic group of /Common, and the unit has an address of its own beside it. @throws Refused */
export function refuseAddresses(spec: Tunnel, unit: Unit): void {
  const { floating, outer, common } = unit.pair;
  const own = bigipNamed(spec, unit.name)!.address;
  const refuse = (what: string): never => {
    throw new Refused('pair-addresses', `${title(unit)} ${what}`);
  };
  const [shared] = floating;
  if (shared === undefined || floating.length > 1)
    return refuse(
      `has ${shared === undefined ? 'no self IP' : 'more than one self IP'} at ${bigipAddress(spec)} (bigipPair.floating): declare the floating self IP that both units have, or create it and synchronise`,
    );
  if (shared.trafficGroup !== common.trafficGroup)
    refuse(
      `has self IP ${shared.name} at ${bigipAddress(spec)} in ${shared.trafficGroup}, and /Common in ${common.trafficGroup}: F5_IP must float with the traffic group of /Common; declare a self IP that does (bigipPair.floating)`,
    );
  const [single] = outer;
  const network = parseCidr(single?.address ?? '');
  if (
    single === undefined ||
    outer.length > 1 ||
    network === undefined ||
    single.trafficGroup !== 'traffic-group-local-only'
  )
    return refuse(
      `has no self IP of its own at ${own}${single === undefined ? '' : ` (${single.name} is in ${single.trafficGroup})`}: declare the one that it has in the network of ${bigipAddress(spec)} (bigip[].address)`,
    );
  if (single.vlan !== shared.vlan || !contains(network, bigipAddress(spec)))
    refuse(
      `has ${single.address} on VLAN ${single.vlan} as its own address, and ${shared.address} on VLAN ${shared.vlan} as the floating one: both must be in one network`,
    );
}

/** The unit's address inside the tunnel is there once. @throws Refused */
export function refuseInner(spec: Tunnel, unit: Unit): void {
  const isKnown = (name: string): boolean =>
    name === unitSelf(spec) || [`self ${name}`, `unit-self ${name}`].some((each) => unit.state[each] !== undefined);
  const twin = unit.pair.inner.find(({ name }) => !isKnown(name));
  if (twin)
    throw new Refused(
      'object-twin',
      `${title(unit)} already has a self IP ${twin.name} at ${twin.address}, its inner address: declare that name (objects.unitSelf) to have it adopted, or remove it, which cuts what uses it`,
    );
}

/**
 * What fails over apart from the rest leaves traffic on one unit and the tunnel on the other. A self IP in the tunnel that does not float is left
 * to the plan, which makes it anew: so a single unit's is that becomes one of a pair. @throws Refused
 */
export function refuseTrafficGroups(spec: Tunnel, unit: Unit): void {
  const { trafficGroups, common } = unit.pair;
  const elsewhere = Object.entries(trafficGroups).find(
    ([object, group]) =>
      group !== common.trafficGroup && !(/^(?:tunnel|self) /.test(object) && group === 'traffic-group-local-only'),
  );
  if (elsewhere)
    throw new Refused(
      'pair-traffic-groups',
      `${title(unit)} has ${elsewhere[0]} in traffic group ${elsewhere[1]}, and F5_IP (${bigipAddress(spec)}) in ${common.trafficGroup}: they can be active on different units. Move it to ${common.trafficGroup}, which may cut its connections, or take it out of the declaration`,
    );
}

/** Pings and monitors would leave from that address, and the ramp node answers none but F5_IP. @throws Refused */
export function refuseSecondary(unit: Unit): void {
  const [tunnel] = Object.entries(unit.pair.secondary);
  if (tunnel)
    throw new Refused(
      'pair-secondary-address',
      `${title(unit)} has ${tunnel[0]} with secondary-address ${tunnel[1]}, from which its own packets would leave, and the ramp node does not know it: declare another name (objects.tunnel), or remove the tunnel, which cuts what uses it`,
    );
}

/** In Sync is said of the last synchronisation, not of the objects. @throws Refused */
export function refuseDifferences(spec: Tunnel, units: readonly Unit[]): void {
  const [first, other] = units;
  if (!first || !other || units.some(({ pair }) => pair.sync.is !== 'in sync')) return;
  const objects = new Set(units.flatMap(({ state }) => Object.keys(state)));
  for (const object of [...objects].filter((each) => comesBySync(units, each))) {
    const [here, there] = [first.state[object], other.state[object]];
    if (here === there) continue;
    const say = (value: string | undefined): string => (value === undefined ? 'none' : readable(value));
    throw new Refused(
      'pair-differs',
      `the units differ in ${object} although device group ${spec.bigipPair!.deviceGroup} is in sync: ${title(first)} has ${say(here)}, ${title(other)} has ${say(there)}. Make it alike on both by hand, or synchronise from the right one, which overwrites the other's and cuts traffic that needs it`,
    );
  }
}

/** A self IP that floats on neither unit, as a BIG-IP that stood alone has it, stays on its unit. */
function comesBySync(units: readonly Unit[], object: string): boolean {
  const floats = ({ pair }: Unit): boolean =>
    (pair.trafficGroups[object] ?? 'traffic-group-local-only') !== 'traffic-group-local-only';
  return units.every(({ pair }) => isShared(pair, object)) && (units.some(floats) || !object.startsWith('self '));
}
