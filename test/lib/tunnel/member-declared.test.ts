import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020';
import { parse } from 'yaml';
import { readDeclarations } from '../../../lib/tunnel/declaration/read';
import { InvalidRequest } from '../../../lib/tunnel/errors/errors';
import { declarationSchema } from '../../../lib/tunnel/declaration/json-schema';
import { parseDeclaration } from '../../../lib/tunnel/declaration/parse';
import { MEMBER, MEMBER_FILE } from './member-site';
import { withoutPlaces } from './declared-messages';
import { EXAMPLE, merge } from './site';

function message(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidRequest);
    return withoutPlaces((error as Error).message);
  }
  throw new Error('was accepted');
}

const without = (field: string): object =>
  Object.fromEntries(Object.entries(MEMBER).filter(([name]) => name !== field));

describe('a declared balancer', () => {
  test('is an example, kept away from events and schedules', () =>
    expect(MEMBER).toEqual({
      kind: 'member',
      name: 'edge-lb',
      example: true,
      watch: 5,
      balancer: { instance: 'mi-0ba1a9ce0ba1a9ce0', node: 'balancer.example.com' },
      cluster: { admin: 'mi-0c1a55e20c1a55e20', kubeconfig: '/etc/origin/master/admin.kubeconfig' },
      clusterNetworks: ['10.128.0.0/14'],
      probe: '10.130.0.7',
    }));

  test('validates in an editor, and is the same when it is read back from its parameter', () => {
    const accepts = new Ajv({ strict: false }).compile(declarationSchema());
    const text = readFileSync(MEMBER_FILE, 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./tunnel.schema.json');
    expect(accepts(parse(text))).toBe(true);
    for (const field of ['balancer', 'cluster', 'clusterNetworks', 'probe'])
      expect(accepts(without(field))).toBe(false);
    expect(parseDeclaration(JSON.parse(JSON.stringify(MEMBER)), 'parameter')).toEqual(MEMBER);
  });

  test.each([
    ['balancer', 'balancer: is missing'],
    ['cluster', 'cluster: is missing'],
    ['clusterNetworks', 'clusterNetworks: is missing'],
    ['probe', 'probe: is missing'],
  ])('needs %s', (field, rule) =>
    expect(message(() => parseDeclaration(without(field), 'edge-lb.yaml'))).toContain(`edge-lb.yaml: ${rule}`),
  );

  test.each([
    ['a tunnel', { tunnel: EXAMPLE.tunnel }, 'tunnel: is not a known key'],
    ['a BIG-IP', { bigip: EXAMPLE.bigip }, 'bigip: is not a known key'],
    ['ramp nodes', { ramp: EXAMPLE.ramp }, 'ramp: is not a known key'],
    ['virtual servers', { virtualServers: ['a'] }, 'virtualServers: is not a known key'],
    ['an address of its own', { balancer: { address: '10.3.89.5' } }, 'balancer.address: is not a known key'],
    [
      'no instance',
      { balancer: { instance: 'balancer' } },
      'balancer.instance: "balancer": must be the id of an instance',
    ],
    [
      'a node like no node',
      { balancer: { node: 'Balancer' } },
      'balancer.node: "Balancer": must be the name of a node',
    ],
    [
      'a login outside',
      { cluster: { kubeconfig: 'config' } },
      'cluster.kubeconfig: "config": must be an absolute path',
    ],
    ['a probe like no address', { probe: '10.130.0' }, 'probe: "10.130.0": must be an IPv4 address'],
    [
      'a probe elsewhere',
      { probe: '10.3.89.5' },
      'probe: "10.3.89.5": must be a Pod: an address in one of clusterNetworks (10.128.0.0/14)',
    ],
    ['a network with host bits', { clusterNetworks: ['10.128.0.1/14'] }, 'clusterNetworks.0: "10.128.0.1/14"'],
    [
      'networks that overlap',
      { clusterNetworks: ['10.128.0.0/14', '10.130.0.0/16'] },
      'clusterNetworks.1: "10.130.0.0/16": must not overlap clusterNetworks.0, 10.128.0.0/14',
    ],
    [
      'the balancer as the host of oc',
      { cluster: { admin: MEMBER.balancer.instance } },
      'cluster.admin: "mi-0ba1a9ce0ba1a9ce0": must not be balancer.instance too',
    ],
    ['another kind', { kind: 'balancer' }, 'kind'],
  ])('has not %s', (_what, changes, rule) =>
    expect(message(() => parseDeclaration(merge(MEMBER, changes), 'edge-lb.yaml'))).toContain(`edge-lb.yaml: ${rule}`),
  );
});

describe('beside others', () => {
  const OTHER = { instance: 'mi-0bbbbbbbbbbbbbbbb', node: 'other.example.com' };
  const ramp = (node: object): object =>
    merge(EXAMPLE, { ramp: { nodes: [{ ...EXAMPLE.ramp.nodes[0], ...node }] }, cluster: MEMBER.cluster });
  const second = (changes: Readonly<Record<string, unknown>>): object => merge(MEMBER, { name: 'edge-m', ...changes });
  const together = (...documents: readonly object[]) =>
    readDeclarations(
      documents.map((document) => ({
        path: `${(document as { name: string }).name}.yaml`,
        text: JSON.stringify(document),
      })),
    );

  test('in the same cluster, with the same networks, may stand a ramp and another balancer', () =>
    expect(
      together(MEMBER, second({ balancer: OTHER }), ramp({ node: 'ramp.example.com' })).map(({ name }) => name),
    ).toEqual(['edge-a', 'edge-lb', 'edge-m']));

  test('in another cluster a node may have the same name', () =>
    expect(() =>
      together(
        MEMBER,
        second({
          balancer: { ...MEMBER.balancer, instance: OTHER.instance },
          cluster: { admin: 'mi-0aaaaaaaaaaaaaaaa' },
        }),
      ),
    ).not.toThrow());

  const elsewhere = { cluster: { ...MEMBER.cluster, admin: 'mi-0aaaaaaaaaaaaaaaa' } };
  test.each([
    [
      'two balancers on one instance, whatever the cluster',
      [MEMBER, second({ ...elsewhere, balancer: { node: OTHER.node } })],
      'edge-m.yaml: balancer.instance: "mi-0ba1a9ce0ba1a9ce0": must not be the balancer of tunnel edge-lb',
    ],
    [
      'two balancers on one node',
      [MEMBER, second({ balancer: { instance: OTHER.instance } })],
      'edge-m.yaml: balancer.node: "balancer.example.com": must not be the balancer of tunnel edge-lb',
    ],
    [
      'a balancer on the instance of a ramp node',
      [ramp({ instance: MEMBER.balancer.instance, node: OTHER.node }), MEMBER],
      'edge-lb.yaml: balancer.instance: "mi-0ba1a9ce0ba1a9ce0": must not be a ramp node of tunnel edge-a',
    ],
    [
      'a balancer on the node of a ramp',
      [ramp({ node: MEMBER.balancer.node }), MEMBER],
      'edge-lb.yaml: balancer.node: "balancer.example.com": must not be a ramp node of tunnel edge-a',
    ],
    [
      'a ramp node on the instance of a balancer',
      [MEMBER, ramp({ instance: MEMBER.balancer.instance, node: OTHER.node })],
      'edge-a.yaml: ramp.nodes.0.instance: "mi-0ba1a9ce0ba1a9ce0": must not be the balancer of tunnel edge-lb',
    ],
    [
      'a ramp node without a cluster on the instance of a balancer',
      [MEMBER, merge(EXAMPLE, { ramp: { nodes: [{ ...EXAMPLE.ramp.nodes[0], instance: MEMBER.balancer.instance }] } })],
      'edge-a.yaml: ramp.nodes.0.instance: "mi-0ba1a9ce0ba1a9ce0": must not be the balancer of tunnel edge-lb',
    ],
    [
      'a ramp node on the node of a balancer',
      [MEMBER, ramp({ node: MEMBER.balancer.node })],
      'edge-a.yaml: ramp.nodes.0.node: "balancer.example.com": must not be the balancer of tunnel edge-lb',
    ],
    [
      'one name',
      [ramp({ node: 'r' }), { ...MEMBER, name: 'edge-a' }],
      'edge-a.yaml: name: "edge-a": is taken by tunnel edge-a',
    ],
  ])('there are not %s', (_what, documents, rule) => expect(message(() => together(...documents))).toContain(rule));
});
