import { property } from '../device/words';
import type { ObjectKind } from '../device/kind';
import { bigipAddress, rampAddress, type Tunnel } from '../declaration/tunnel';
import type { BigIpFacts } from './facts';
import { namedKind, type Named } from './own';

const ends = (tunnel: Tunnel): string =>
  `profile ipip local-address ${bigipAddress(tunnel)} remote-address ${rampAddress(tunnel)}`;

export const ownTunnel: Named = {
  kind: 'tunnel',
  tmshClass: 'net tunnels tunnel',
  shown: ['profile', 'local-address', 'remote-address', 'description'],
  names: ({ objects }) => [objects.tunnel],
  value: ends,
  isPublished: (tunnel, value) => value.startsWith(`${ends(tunnel)} `),
};

/** BIG-IP's end of the tunnel. */
export const tunnel: ObjectKind<BigIpFacts> = {
  ...namedKind(ownTunnel),
  // The profile cannot be modified (BIP-7).
  replaces: (from, to) => property(from, 'profile') !== property(to, 'profile'),
};
