import { readDeclarations } from '../../../lib/tunnel/declaration/read';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { pair, single } from './cluster-site';
import { EXAMPLE, merge } from './site';
import { FIRST, SECOND } from './pair-nodes';

/** What is wrong with a pair of which some fields are others; nothing: it is declared without mistake. */
function mistakes(changes: Readonly<Record<string, unknown>>, base: Tunnel = pair()): string {
  try {
    readDeclarations([{ path: `${base.name}.yaml`, text: JSON.stringify(merge(base, changes)) }]);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** The same of two tunnels. */
function together(one: Tunnel, two: Tunnel): string {
  try {
    readDeclarations([one, two].map((each) => ({ path: `${each.name}.yaml`, text: JSON.stringify(each) })));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the declaration of a pair', () => {
  const nodes = (changes: object): Readonly<Record<string, unknown>> => ({
    ramp: { nodes: pair().ramp.nodes.map((node, i) => (i === 1 ? { ...node, ...changes } : node)) },
  });

  test('of the published addresses has no mistake', () => expect(mistakes({})).toBe(''));

  test.each([
    ['no virtual IP', { ramp: { vip: undefined } }, 'ramp.vip:', 'is missing: a pair of ramp nodes needs a virtual IP'],
    ['no network', { ramp: { network: undefined } }, 'ramp.network:', 'l2 or vpc'],
    ['a VPC', { ramp: { network: 'vpc' } }, 'ramp.network: "vpc"', 'carries no VRRP multicast'],
    ['no cluster', { cluster: undefined }, 'cluster:', 'moved by ipfailover in the cluster'],
    ['no ipfailover', { ipfailover: undefined }, 'ipfailover:', 'at least its vrrpIdOffset'],
    [
      'an offset beyond VRRP',
      { ipfailover: { vrrpIdOffset: 255 } },
      'ipfailover.vrrpIdOffset: 255',
      'must be 0 to 254',
    ],
    ['cordoned nodes', { ramp: { schedulable: false } }, 'ramp.schedulable: false', 'Pods of ipfailover run on them'],
    ['a node without its name', nodes({ node: undefined }), 'ramp.nodes.1.node:', 'oc get nodes'],
    ['a node twice', nodes({ instance: FIRST }), 'ramp.nodes.1.instance:', 'is listed twice'],
    ['a name twice', nodes({ node: 'ramp-1.example.com' }), 'ramp.nodes.1.node:', 'is listed twice'],
    ['an address that a node has', { ramp: { vip: '10.20.30.2' } }, 'ramp.vip: "10.20.30.2"', 'one address, one role'],
    ['a virtual IP in the tunnel', { ramp: { vip: '10.3.91.9' } }, 'ramp.vip: "10.3.91.9"', 'must lie outside'],
    ['two interfaces', nodes({ interface: 'eth1' }), 'ramp.nodes.1.interface: "eth1"', 'one interface for all'],
    ['a node that runs oc', { cluster: { admin: SECOND } }, 'cluster.admin:', 'must not be ramp.nodes.1 too'],
    [
      'a login that is no path',
      { cluster: { kubeconfig: 'x; rm' } },
      'cluster.kubeconfig:',
      'must be an absolute path',
    ],
    ['a label with a prefix', { ipfailover: { label: 'a/b' } }, 'ipfailover.label: "a/b"', 'without a prefix'],
    [
      'a label whose claim Kubernetes would not take',
      { name: 'a'.repeat(32), ipfailover: { label: 'k'.repeat(25) } },
      'ipfailover.label:',
      'longer than the 63 characters',
    ],
    [
      'three nodes',
      { ramp: { nodes: [...pair().ramp.nodes, { instance: 'mi-00000009', address: '10.20.30.9', node: 'x' }] } },
      'ramp.nodes:',
      '1 to 2 ramp nodes',
    ],
  ])('with %s is refused', (_what, changes, where, rule) => {
    const said = mistakes(changes);
    expect(said).toContain(where);
    expect(said).toContain(rule);
  });

  test.each([
    ['a virtual IP', { ramp: { vip: '10.3.89.100' } }, 'ramp.vip:', 'is for a pair of ramp nodes'],
    ['ipfailover', { ipfailover: { vrrpIdOffset: 1 } }, 'ipfailover:', 'is for a pair of ramp nodes'],
    [
      'schedulable: false and no cluster',
      { ramp: { schedulable: false } },
      'cluster:',
      'schedulable: false is done in the cluster',
    ],
  ])('one node with %s is refused', (_what, changes, where, rule) => {
    const said = mistakes(changes, EXAMPLE);
    expect(said).toContain(where);
    expect(said).toContain(rule);
  });

  const other = (changes: object): Tunnel =>
    merge(pair(), {
      name: 'edge-q',
      bigip: [{ ...EXAMPLE.bigip[0]!, management: '10.3.88.99', address: '10.20.30.11' }],
      tunnel: { bigip: '10.3.95.216/24', node: '10.3.95.217', interface: 'tun2' },
      cookie: '0x998',
      ramp: { vip: '10.20.30.8' },
      ipfailover: { name: 'second', vrrpIdOffset: 20 },
      ...changes,
    }) as unknown as Tunnel;

  test('may share nodes, label and account with another', () => expect(together(pair(), other({}))).toBe(''));

  test.each([
    ['VRRP id', { ipfailover: { name: 'second', vrrpIdOffset: 10 } }, 'VRRP id 11 on node'],
    ['virtual IP', { ramp: { vip: '10.20.30.4' } }, 'the virtual IP 10.20.30.4'],
    [
      'ipfailover object',
      { ipfailover: { name: 'f5ipfailover', vrrpIdOffset: 20 } },
      'ipfailover f5ipfailover in the cluster',
    ],
    [
      'label, on other nodes',
      {
        ramp: {
          vip: '10.20.30.8',
          nodes: [
            pair().ramp.nodes[0],
            { ...pair().ramp.nodes[1], instance: 'mi-00000009', node: 'x', address: '10.20.30.7' },
          ],
        },
      },
      'its ipfailover would start on these',
    ],
  ])('may not share its %s', (_what, changes, rule) => expect(together(pair(), other(changes))).toContain(rule));

  test('may not be on a node that another tunnel cordons', () =>
    expect(
      together(
        pair(),
        single(false, {
          name: 'edge-q',
          cookie: '0x998',
          tunnel: { bigip: '10.3.95.216/24', node: '10.3.95.217', interface: 'tun2' },
        }),
      ),
    ).toContain('ramp.schedulable: false: must be true, as in tunnel edge-p'));
});
