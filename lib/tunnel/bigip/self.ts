import { property } from '../device/words';
import type { ObjectKind } from '../device/kind';
import type { BigIpFacts } from './facts';
import { namedKind, type Named } from './own';

export const ownSelf: Named = {
  kind: 'self',
  tmshClass: 'net self',
  shown: ['address', 'vlan', 'allow-service', 'description'],
  name: ({ objects }) => objects.self,
  value: ({ tunnel, objects }) => `address ${tunnel.bigip} vlan ${objects.tunnel} allow-service all`,
  isPublished: ({ tunnel, objects }, value) => value.startsWith(`address ${tunnel.bigip} vlan ${objects.tunnel} `),
};

/** BIG-IP's own address inside the tunnel. */
export const self: ObjectKind<BigIpFacts> = {
  ...namedKind(ownSelf),
  needs: (object, state) => [`tunnel ${property(state[object], 'vlan')}`],
  // The address cannot be modified (BIP-7).
  replaces: (from, to) => property(from, 'address') !== property(to, 'address'),
};
