import { bigipNamed, isBigIpPair, unitSelf as nameOf } from '../declaration/tunnel';
import type { ObjectKind } from '../device/kind';
import { property } from '../device/words';
import type { BigIpFacts } from './facts';
import { namedKind, type Named } from './own';

export const ownUnitSelf: Named = {
  kind: 'unit-self',
  tmshClass: 'net self',
  shown: ['address', 'traffic-group', 'vlan', 'allow-service', 'description'],
  names: (tunnel) => (isBigIpPair(tunnel) ? [nameOf(tunnel)] : []),
  value(tunnel, unit) {
    const [, length] = tunnel.tunnel.bigip.split('/');
    return `address ${bigipNamed(tunnel, unit)!.inner}/${length} vlan ${tunnel.objects.tunnel} allow-service all`;
  },
  isPublished: ({ bigip, tunnel, objects }, value) =>
    property(value, 'vlan') === objects.tunnel &&
    bigip.some(({ inner }) => property(value, 'address') === `${inner}/${tunnel.bigip.split('/')[1]}`),
};

/** Each unit's own address inside the tunnel. Without one in its network a unit takes no floating self IP, and gives none up (BIP-36). */
export const ownSelfOfUnit: ObjectKind<BigIpFacts> = {
  ...namedKind(ownUnitSelf),
  needs: (object, state) => [`tunnel ${property(state[object], 'vlan')}`],
  replaces: (from, to) => property(from, 'address') !== property(to, 'address'),
};
