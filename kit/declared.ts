import { parseDeclaration } from '../lib/tunnel/declaration/parse';
import type { Tunnel } from '../lib/tunnel/declaration/tunnel';

/** kit/transcript.sh's inner address of the BIG-IP, and the network that it routes there: documentation's own (RFC 5737). */
export const FAR = '198.51.100.1';
export const ROUTE = '203.0.113.0/24';

/** A declaration of which only what a transcript shows counts, and what is given here. */
export function declared(more: Readonly<Record<string, unknown>>): Tunnel {
  const unit = { management: '192.0.2.1', bastion: 'i-00000000000000000', user: 'kit', secret: 'kit' };
  return parseDeclaration(
    {
      kind: 'ramp',
      name: 'kit',
      bigip: [{ ...unit, hostKey: `ssh-ed25519 ${'A'.repeat(68)}`, address: '192.0.2.2' }],
      ramp: { nodes: [{ instance: 'i-00000000000000001', address: '192.0.2.11', interface: 'eth0' }] },
      tunnel: { bigip: `${FAR}/24`, node: '198.51.100.2', interface: 'kit0' },
      clusterNetworks: [ROUTE],
      virtualServers: ['kit'],
      ...more,
    },
    'the transcript',
  ) as Tunnel;
}
