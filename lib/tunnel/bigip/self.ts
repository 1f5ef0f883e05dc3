import { property } from '../device/words';
import type { ObjectKind } from '../device/kind';
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
  needs: (object, state) => [`tunnel ${property(state[object], 'vlan')}`],
  // The address cannot be modified (BIP-7); from one traffic group to another no incremental sync takes it (BIP-46).
  replaces: (from, to) => ['address', 'traffic-group'].some((name) => property(from, name) !== property(to, name)),
};
