import { expectRefusal, withBigIp, withFields, withNode } from './declared-messages';
import { EXAMPLE, tunnel } from './site';

describe('a rule of one field: message with path, value and rule', () => {
  const ADDRESS = 'must be an IPv4 address in canonical form: four numbers 0 to 255 without leading zeros';
  const NETWORK = 'must be an IPv4 network in canonical form: ADDRESS/LENGTH with no host bits set';
  test.each([
    [
      'an address with a leading zero',
      withBigIp({ address: '010.3.89.66' }),
      'bigip.0.address: "010.3.89.66"',
      ADDRESS,
    ],
    ['IPv6 in disguise', withBigIp({ address: '::ffff:10.3.89.66' }), 'bigip.0.address: "::ffff:10.3.89.66"', ADDRESS],
    ['an octet too large', withBigIp({ management: '10.3.88.256' }), 'bigip.0.management: "10.3.88.256"', ADDRESS],
    ['three octets', withNode({ address: '10.3.89' }), 'ramp.nodes.0.address: "10.3.89"', ADDRESS],
    ['a number for an address', withNode({ address: 167_991_641 }), 'ramp.nodes.0.address: 167991641', ADDRESS],
    [
      'a name for an address',
      withFields({ tunnel: { node: 'ramp.example.com' } }),
      'tunnel.node: "ramp.example.com"',
      ADDRESS,
    ],
    [
      'an address with a newline behind it',
      withFields({ tunnel: { node: '10.3.91.217\n' } }),
      'tunnel.node: "10.3.91.217\\n"',
      ADDRESS,
    ],
    [
      'an address with a prefix where none belongs',
      withFields({ probe: '10.130.0.7/32' }),
      'probe: "10.130.0.7/32"',
      ADDRESS,
    ],
    ['full-width digits', withFields({ probe: '１０.130.0.7' }), 'probe: "１０.130.0.7"', ADDRESS],
    [
      'a network with host bits',
      withFields({ clusterNetworks: ['10.128.0.1/14'] }),
      'clusterNetworks.0: "10.128.0.1/14"',
      NETWORK,
    ],
    [
      'a network without a length',
      withFields({ clusterNetworks: ['10.128.0.0'] }),
      'clusterNetworks.0: "10.128.0.0"',
      NETWORK,
    ],
    [
      'a length too large',
      withFields({ clusterNetworks: ['10.128.0.0/33'] }),
      'clusterNetworks.0: "10.128.0.0/33"',
      NETWORK,
    ],
    [
      'a length with a leading zero',
      withFields({ clusterNetworks: ['10.0.0.0/08'] }),
      'clusterNetworks.0: "10.0.0.0/08"',
      NETWORK,
    ],
    ['a dotted mask', withFields({ clusterNetworks: ['10.128.0.0/255.252.0.0'] }), 'clusterNetworks.0:', NETWORK],
    ['no cluster network', withFields({ clusterNetworks: [] }), 'clusterNetworks: []', 'one to four networks'],
    [
      'five cluster networks',
      withFields({ clusterNetworks: [1, 2, 3, 4, 5].map((n) => `10.${n}.0.0/16`) }),
      'clusterNetworks:',
      'one to four networks',
    ],
    [
      'the network itself as an address',
      withFields({ tunnel: { bigip: '10.3.91.0/24' } }),
      'tunnel.bigip: "10.3.91.0/24"',
      'must be a host address',
    ],
    [
      'a broadcast address',
      withFields({ tunnel: { bigip: '10.3.91.255/24' } }),
      'tunnel.bigip: "10.3.91.255/24"',
      'must be a host address',
    ],
    [
      'a prefix without room for two',
      withFields({ tunnel: { bigip: '10.3.91.216/31' } }),
      'tunnel.bigip: "10.3.91.216/31"',
      '30 at most',
    ],
  ])('%s', (_what, document, where, rule) => expectRefusal(document, where, rule));
});

describe('a rule between fields: message with path, value and rule', () => {
  test.each([
    [
      'TUNNEL_IP2 outside the prefix',
      withFields({ tunnel: { node: '10.3.92.1' } }),
      'tunnel.node: "10.3.92.1"',
      "must lie in the tunnel's prefix 10.3.91.216/24",
    ],
    [
      'TUNNEL_IP2 as broadcast address',
      withFields({ tunnel: { node: '10.3.91.255' } }),
      'tunnel.node: "10.3.91.255"',
      'must be a host of 10.3.91.216/24',
    ],
    [
      'F5_IP in the tunnel',
      withBigIp({ address: '10.3.91.66' }),
      'bigip.0.address: "10.3.91.66"',
      "must lie outside the tunnel's prefix 10.3.91.216/24",
    ],
    [
      'management in the tunnel',
      withBigIp({ management: '10.3.91.66' }),
      'bigip.0.management: "10.3.91.66"',
      "must lie outside the tunnel's prefix",
    ],
    [
      'RAMP_IP in the tunnel',
      withNode({ address: '10.3.91.89' }),
      'ramp.nodes.0.address: "10.3.91.89"',
      "must lie outside the tunnel's prefix",
    ],
    [
      'F5_IP in the cluster network',
      withBigIp({ address: '10.129.9.9' }),
      'bigip.0.address: "10.129.9.9"',
      'must lie outside the cluster network 10.128.0.0/14',
    ],
    [
      'RAMP_IP in the cluster network',
      withNode({ address: '10.129.9.9' }),
      'ramp.nodes.0.address: "10.129.9.9"',
      'must lie outside the cluster network',
    ],
    [
      'a cluster network over the tunnel',
      withFields({ clusterNetworks: ['10.3.91.0/25'] }),
      'clusterNetworks.0: "10.3.91.0/25"',
      "must not overlap the tunnel's prefix",
    ],
    [
      'cluster networks over each other',
      withFields({ clusterNetworks: ['10.128.0.0/14', '10.130.0.0/16'] }),
      'clusterNetworks.1: "10.130.0.0/16"',
      'must not overlap clusterNetworks.0, 10.128.0.0/14',
    ],
    [
      'a probe that is no Pod',
      withFields({ probe: '10.3.89.1' }),
      'probe: "10.3.89.1"',
      'must be a Pod: an address in one of clusterNetworks (10.128.0.0/14)',
    ],
    [
      'F5_IP and RAMP_IP the same',
      withNode({ address: '10.3.89.66' }),
      'ramp.nodes.0.address: "10.3.89.66"',
      'must not be the address of bigip.0.address too: one address, one role',
    ],
    [
      'both ends in the tunnel the same',
      withFields({ tunnel: { node: '10.3.91.216' } }),
      'tunnel.node: "10.3.91.216"',
      'must not be the address of tunnel.bigip too',
    ],
    [
      "the node's address as BIG-IP's management",
      withBigIp({ management: '10.3.89.89' }),
      'ramp.nodes.0.address: "10.3.89.89"',
      'must not be the address of bigip.0.management too',
    ],
  ])('%s', (_what, document, where, rule) => expectRefusal(document, where, rule));

  test('BIG-IP may be managed at the address where the tunnel ends', () =>
    expect(() => tunnel({ bigip: [{ ...EXAMPLE.bigip[0], management: '10.3.89.66' }] })).not.toThrow());
});

describe('what no host can have is no address', () => {
  test.each([
    ['0.0.0.0', 'an address without a host (0.0.0.0/8)'],
    ['127.0.0.1', 'a loopback address (127.0.0.0/8)'],
    ['169.254.10.1', 'a link-local address (169.254.0.0/16)'],
    ['224.0.0.18', 'a multicast address (224.0.0.0/4)'],
    ['255.255.255.255', 'a reserved address (240.0.0.0/4)'],
  ])('%s', (address, what) => {
    const rule = `must be the address of a host, not ${what}`;
    expectRefusal(withBigIp({ address }), `bigip.0.address: "${address}"`, rule);
    expectRefusal(withBigIp({ management: address }), `bigip.0.management: "${address}"`, rule);
    expectRefusal(withNode({ address }), `ramp.nodes.0.address: "${address}"`, rule);
    expectRefusal(withFields({ tunnel: { node: address } }), `tunnel.node: "${address}"`, rule);
    expectRefusal(withFields({ probe: address }), `probe: "${address}"`, rule);
    if (!address.startsWith('255') && address !== '0.0.0.0')
      expectRefusal(withFields({ tunnel: { bigip: `${address}/24` } }), `tunnel.bigip: "${address}/24"`, rule);
  });

  test.each(['0.0.0.0/0', '127.0.0.0/16', '224.0.0.0/8', '169.254.0.0/16', '0.0.0.0/4'])(
    '%s is no cluster network',
    (cidr) =>
      expectRefusal(
        withFields({ clusterNetworks: [cidr] }),
        `clusterNetworks.0: "${cidr}"`,
        'must be a network of hosts, without ',
      ),
  );
});
