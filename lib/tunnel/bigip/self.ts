import { property } from '../device/words';
import type { ObjectKind } from '../device/kind';
import type { State } from '../device/operation';
import { isBigIpPair } from '../declaration/tunnel';
import type { BigIpFacts } from './facts';
import { namedKind, type Named } from './own';

export const ownSelf: Named = {
  kind: 'self',
  tmshClass: 'net self',
  shown: ['address', 'traffic-group', 'vlan', 'allow-service', 'description'],
  names: ({ objects }) => [objects.self],
  value(tunnel) {
    const group = isBigIpPair(tunnel) ? ` traffic-group ${TRAFFIC_GROUP}` : '';
    return `address ${tunnel.tunnel.bigip}${group} vlan ${tunnel.objects.tunnel} allow-service all`;
  },
  isPublished: ({ tunnel, objects }, value) =>
    property(value, 'address') === tunnel.bigip && property(value, 'vlan') === objects.tunnel,
};

/** What a floating self IP moves with: the translation of a SNAT pool is born in this group, and has to move with it (BIP-45). */
const TRAFFIC_GROUP = 'traffic-group-1';

/** BIG-IP's own address inside the tunnel; that of a pair floats. */
export const self: ObjectKind<BigIpFacts> = {
  ...namedKind(ownSelf),
  needs: (object, state) => [`tunnel ${property(state[object], 'vlan')}`, ...siblings(state[object], state)],
  // The address cannot be modified (BIP-7); from one traffic group to another no incremental sync takes it (BIP-46).
  replaces: (from, to) => ['address', 'traffic-group'].some((name) => property(from, name) !== property(to, name)),
};

/** The unit's own self IP beside a floating one, which does not stand without it (BIP-36). */
function siblings(value: string | undefined, state: State): readonly string[] {
  const vlan = property(value, 'vlan');
  return property(value, 'traffic-group') === undefined
    ? []
    : Object.keys(state).filter((each) => each.startsWith('unit-self ') && property(state[each], 'vlan') === vlan);
}
