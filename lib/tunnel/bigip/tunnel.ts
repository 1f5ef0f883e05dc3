import { property } from '../device/words';
import type { ObjectKind } from '../device/kind';
import { bigipAddress, rampAddress, type Tunnel } from '../declaration/tunnel';
import type { BigIpFacts } from './facts';
import { namedKind, type Named } from './own';

const ends = (tunnel: Tunnel): string => `local-address ${bigipAddress(tunnel)} remote-address ${rampAddress(tunnel)}`;

export const ownTunnel: Named = {
  kind: 'tunnel',
  tmshClass: 'net tunnels tunnel',
  shown: ['profile', 'traffic-group', 'local-address', 'remote-address', 'description'],
  // F5's procedure for two units sets one, and nobody can change it (BIP-50).
  keeps: 'traffic-group',
  names: ({ objects }) => [objects.tunnel],
  value: (tunnel) => `profile ipip ${ends(tunnel)}`,
  isPublished: (tunnel, value) => property(value, 'profile') === 'ipip' && value.includes(` ${ends(tunnel)} `),
};

/** BIG-IP's end of the tunnel. */
export const tunnel: ObjectKind<BigIpFacts> = {
  ...namedKind(ownTunnel),
  // Neither can be modified (BIP-7, BIP-50).
  replaces: (from, to) => ['profile', 'traffic-group'].some((name) => property(from, name) !== property(to, name)),
};
