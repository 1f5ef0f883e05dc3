import { readDeclarations } from '../../../lib/tunnel/declaration/read';
import { EXAMPLE, merge } from './site';
import { TEXT, fileMessage } from './declared-messages';

describe('several declared tunnels', () => {
  const second = (changes: Record<string, unknown> = {}): string =>
    JSON.stringify(
      merge(
        {
          ...EXAMPLE,
          name: 'edge-b',
          bigip: [{ ...EXAMPLE.bigip[0], management: '10.4.88.66', address: '10.4.89.66' }],
          ramp: { nodes: [{ ...EXAMPLE.ramp.nodes[0], instance: 'i-0bbbbbbbbbbbbbbbb', address: '10.4.89.89' }] },
        },
        changes,
      ),
    );
  const sameBigIp = { bigip: [{ ...EXAMPLE.bigip[0], address: '10.4.89.66' }] };
  const sameNode = { ramp: { nodes: [{ ...EXAMPLE.ramp.nodes[0], address: '10.4.89.89' }] } };
  const both = (text: string): string => fileMessage(['tunnels/edge-a.yaml', TEXT], ['tunnels/edge-b.yaml', text]);

  test('on other hosts may be alike in everything else', () =>
    expect(
      readDeclarations([
        { path: 'edge-b.yaml', text: second() },
        { path: 'edge-a.yaml', text: TEXT },
      ]).map(({ name }) => name),
    ).toEqual(['edge-a', 'edge-b']));

  test.each([
    [
      'tunnel on BIG-IP',
      sameBigIp,
      'objects.tunnel: "SDN": is taken by tunnel edge-a (tunnel SDN on BIG-IP 10.3.88.66)',
    ],
    ['self IP', sameBigIp, 'objects.self: "SDN": is taken by tunnel edge-a'],
    ['SNAT pool', sameBigIp, 'objects.snatPool: "SDN_snatpool": is taken by tunnel edge-a'],
    [
      'address inside the tunnel',
      sameBigIp,
      'tunnel.bigip: "10.3.91.216/24": is taken by tunnel edge-a (address 10.3.91.216 on BIG-IP',
    ],
    ['route', sameBigIp, 'clusterNetworks.0: "10.128.0.0/14": is taken by tunnel edge-a (the route to 10.128.0.0/14'],
    ['virtual server', sameBigIp, 'virtualServers.0: "ose-vserver": is taken by tunnel edge-a'],
    [
      'virtual server by another spelling',
      { ...sameBigIp, virtualServers: ['/Common/ose-vserver'] },
      'virtualServers.0: "/Common/ose-vserver": is taken',
    ],
    [
      'interface of a node',
      sameNode,
      'tunnel.interface: "tun1": is taken by tunnel edge-a (interface tun1 on node i-0a4e90de0a4e90de0)',
    ],
    [
      'far end on a node',
      sameNode,
      'tunnel.bigip: "10.3.91.216/24": is taken by tunnel edge-a (the far end 10.3.91.216 on node',
    ],
    ['cookie on a node', sameNode, 'cookie: "0x999": is taken by tunnel edge-a (cookie 0x999 on node'],
    [
      'pair of outer addresses',
      {
        bigip: [{ ...EXAMPLE.bigip[0], management: '10.4.88.66' }],
        ramp: { nodes: [{ ...EXAMPLE.ramp.nodes[0], instance: 'i-0bbbbbbbbbbbbbbbb' }] },
      },
      'ramp.nodes: "10.3.89.89": is taken by tunnel edge-a (a tunnel between 10.3.89.66 and 10.3.89.89)',
    ],
  ])('may not share one %s', (_what, changes, expected) => {
    expect(both(second(changes))).toContain(`tunnels/edge-b.yaml: ${expected}`);
  });

  test.each([
    [
      'prefix inside the tunnel',
      { tunnel: { bigip: '10.3.91.218/25', node: '10.3.91.219' } },
      'tunnel.bigip: "10.3.91.218/25": must not overlap tunnel.bigip 10.3.91.216/24 of tunnel edge-a on the same BIG-IP: it has one route to an address',
    ],
    [
      'part of a cluster network',
      { clusterNetworks: ['10.130.0.0/16'] },
      'clusterNetworks.0: "10.130.0.0/16": must not overlap clusterNetworks.0 10.128.0.0/14 of tunnel edge-a',
    ],
    [
      'way to the ramp node',
      { ramp: { nodes: [{ ...EXAMPLE.ramp.nodes[0], instance: 'i-0bbbbbbbbbbbbbbbb', address: '10.130.9.9' }] } },
      'ramp.nodes.0.address: "10.130.9.9": must not overlap clusterNetworks.0 10.128.0.0/14 of tunnel edge-a on the same BIG-IP: it would send the packets of this tunnel into that one',
    ],
    [
      "way to the other's ramp node",
      { clusterNetworks: ['10.3.89.0/24'] },
      'clusterNetworks.0: "10.3.89.0/24": must not overlap bigip.0.address 10.3.89.66 of tunnel edge-a on the same BIG-IP: it would send the packets of that tunnel into this one',
    ],
    [
      'lock',
      { bigip: [{ ...EXAMPLE.bigip[0], address: '10.4.89.66', bastion: 'i-0bbbbbbbbbbbbbbbb' }] },
      'bigip.0.bastion: "i-0bbbbbbbbbbbbbbbb": must be i-0ba5710a0ba5710a0, as in tunnel edge-a: two bastions of one BIG-IP would not lock each other out',
    ],
  ])('on one BIG-IP may not be in the way of one another: %s', (_what, changes, expected) => {
    const apart = {
      ...sameBigIp,
      tunnel: { bigip: '10.4.91.216/24', node: '10.4.91.217' },
      objects: { tunnel: 'SDN2', self: 'SDN2', snatPool: 'SDN2_snatpool' },
      clusterNetworks: ['10.132.0.0/14'],
      virtualServers: ['others'],
      probe: undefined,
    };
    expect(() =>
      readDeclarations([
        { path: 'edge-a.yaml', text: TEXT },
        { path: 'edge-b.yaml', text: second(apart) },
      ]),
    ).not.toThrow();
    expect(both(second({ ...apart, ...changes }))).toContain(`tunnels/edge-b.yaml: ${expected}`);
  });

  test('reach a node of one cluster in one way, and may have nodes of one name in two clusters', () => {
    const node = 'worker-0.example.com';
    const byOc = (admin: string): Record<string, unknown> => ({
      cluster: { admin, kubeconfig: '/etc/origin/master/admin.kubeconfig' },
      ramp: { nodes: [{ reach: 'oc', node, address: '10.4.89.89' }] },
    });
    const first = JSON.stringify({
      ...EXAMPLE,
      cluster: { admin: 'i-0adadadadadadadad', kubeconfig: '/etc/origin/master/admin.kubeconfig' },
      ramp: { nodes: [{ ...EXAMPLE.ramp.nodes[0], node }] },
    });
    expect(
      fileMessage(['tunnels/edge-a.yaml', first], ['tunnels/edge-b.yaml', second(byOc('i-0adadadadadadadad'))]),
    ).toContain('ramp.nodes.0.reach: "oc": must be ssm, as in tunnel edge-a, which has the same node');
    const other = JSON.stringify(
      merge(EXAMPLE, {
        ...byOc('i-0acacacacacacacac'),
        ramp: { nodes: [{ reach: 'oc', node, address: '10.3.89.89' }] },
      }),
    );
    expect(() =>
      readDeclarations([
        { path: 'edge-a.yaml', text: other },
        { path: 'edge-b.yaml', text: second(byOc('i-0adadadadadadadad')) },
      ]),
    ).not.toThrow();
  });

  test('may not have one name', () =>
    expect(fileMessage(['tunnels/edge-a.yaml', TEXT], ['more/edge-a.yaml', second({ name: 'edge-a' })])).toContain(
      'more/edge-a.yaml: name: "edge-a": is taken by tunnel edge-a',
    ));

  test('are checked together with all their mistakes: those of every file are listed', () => {
    const said = fileMessage(
      ['tunnels/edge-a.yaml', TEXT.replace('10.3.91.217', '10.3.92.217')],
      ['tunnels/edge-b.yaml', second({ snat: 'x' })],
    );
    expect(said).toContain('tunnels/edge-a.yaml: tunnel.node');
    expect(said).toContain('tunnels/edge-b.yaml: snat');
  });

  test('bear the names of their files', () =>
    expect(fileMessage(['tunnels/edge-z.yaml', TEXT])).toBe(
      'tunnels/edge-z.yaml: name: "edge-a": must be the file\'s name, edge-z',
    ));

  test('may be none at all', () => expect(readDeclarations([])).toEqual([]));
});
