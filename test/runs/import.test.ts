import type { Fault } from '../../lab/hosts/host';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { imported as importedFrom, waysTo } from './support/imported';
import { BIGIP, NODE, byOc, discard, endOf, example, site, type Site } from './support/site';

/** What somebody typed on BIG-IP, under names of their own. */
const ON_BIGIP = [
  'create net tunnels tunnel to-pods { description "Pods, ask Ann" local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }',
  'create net self to-pods-self { address 10.3.91.216/24 allow-service all vlan to-pods }',
  'create net route 10.128.0.0/14 interface to-pods',
  'create ltm snatpool to-pods-pool members add { 10.3.91.216 }',
  'modify ltm virtual ose-vserver source-address-translation { type snat pool to-pods-pool }',
];

/** And on the ramp node. */
const ON_NODE = [
  'ip tunnel add ramp0 mode ipip remote 10.3.89.66 dev eth0',
  'ip addr add 10.3.91.217 dev ramp0',
  'ip link set ramp0 up',
  'ip route add 10.3.91.216 dev ramp0',
];

const { management, bastion, user, hostKey } = example.bigip[0]!;
const WAYS = waysTo({ ...example, virtualServers: [] });
const NAMES = Object.entries({
  '--object-tunnel': 'to-pods',
  '--object-self': 'to-pods-self',
  '--object-snat-pool': 'to-pods-pool',
  '--tunnel-interface': 'ramp0',
}).flat();

let made: Site;
beforeAll(async () => {
  made = await site({ world: { typed: { [BIGIP]: ON_BIGIP, [NODE]: ON_NODE } } });
  await made.close();
});
afterAll(() => discard(made));

const imported = (state: string, ...args: readonly string[]) => importedFrom(example, state, args);

test('a tunnel that somebody built is declared from what its devices tell; it is planned, adopted, has an empty plan then, and is torn down', async () => {
  const { code, out, err, text, read } = await imported(made.state, ...WAYS, ...NAMES);
  expect([code, err]).toEqual([0, '']);
  const spec = read();
  expect(spec).toMatchObject({
    example: true,
    bigip: [{ address: '10.3.89.66', hostKey, secret: 'edge-ramp/edge-a/ssh-key' }],
    ramp: { nodes: [{ instance: NODE, address: '10.3.89.89', interface: 'eth0' }] },
    tunnel: { bigip: '10.3.91.216/24', node: '10.3.91.217', interface: 'ramp0' },
    objects: { tunnel: 'to-pods', self: 'to-pods-self', snatPool: 'to-pods-pool' },
    clusterNetworks: ['10.128.0.0/14'],
    virtualServers: ['ose-vserver'],
  });
  expect(text).not.toContain('edge-ramp does not know this');
  expect(text).toContain(
    'virtualServers: [ose-vserver] # all of /Common that use the SNAT pool; no other folder was looked at\n',
  );
  // Nothing that stands is made or taken away: what is missing has a line, and so has edge-ramp's mark.
  expect(out).toContain("None of them cuts live traffic. 4 of them only mark as edge-ramp's what stands.");
  expect(out).not.toMatch(/[+-] (?:tunnel|self|snatpool|route|virtual)/);

  const here = await site({ from: made.state, spec });
  try {
    const before = here.dump();
    const plan = await here.run({ action: 'plan' });
    expect(endOf(plan)).toBe('Planned');
    const { changes } = plan.output as { changes: { text: string }[] };
    for (const each of changes) expect(out.replace(/\s+/g, ' ')).toContain(each.text.replace(/\s+/g, ' '));
    expect(here.dump()).toBe(before);
    expect(endOf(await here.run())).toBe('Applied');
    expect((await here.run({ action: 'plan' })).output).toMatchObject({ endState: 'Planned', changes: [] });
    expect(endOf(await here.run())).toBe('Unchanged');
    expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
    expect(here.dump()).not.toMatch(/to-pods|ramp0|10\.3\.91\.21/);
  } finally {
    await discard(here);
  }
});

test('of a tunnel that edge-ramp built, and whose records are lost, the plan is empty', async () => {
  const built = await site();
  expect(endOf(await built.run())).toBe('Applied');
  await built.close();
  const servers = example.virtualServers.join(',');
  const { code, out, read } = await imported(built.state, ...WAYS, '--virtual-server', servers);
  await discard(built);
  expect([code, read().objects]).toEqual([0, example.objects]);
  expect(out).toContain('An apply would change nothing.');
  expect(out.replace(/\s+/g, ' ')).toContain(
    'Next: npx edge-ramp validate, npx cdk synth --quiet, npx edge-ramp plan edge-a --local (docs/adopting.md).',
  );
});

test('what no device tells is marked in the file, and validate names it until somebody fills it in', async () => {
  const { code, out, text, read } = await imported(made.state, ...WAYS);
  expect(code).toBe(2);
  expect(text).toContain('address: # edge-ramp does not know this: BIG-IP has no tunnel SDN\n');
  expect(text).toContain('clusterNetworks: # edge-ramp does not know this: BIG-IP has no route by the tunnel SDN\n');
  expect(text).toContain(
    'virtualServers: # edge-ramp does not know this: no virtual server of /Common uses the SNAT pool SDN_snatpool; are there some in other folders? [] if not\n',
  );
  expect(out).toContain('bigip.0.address: is empty: a value must follow the colon');
  expect(() => read()).toThrow(/tunnel\.node: is empty/);
});

test('a BIG-IP that does not list them leaves the virtual servers to whoever imports, and all else is found', async () => {
  const fault: Fault = { host: BIGIP, match: 'list ltm virtual all', nth: 1, effect: 'fail-before' };
  const { code, text } = await importedFrom(example, made.state, [...WAYS, ...NAMES], { faults: [fault] });
  expect(code).toBe(2);
  expect(text).toContain('address: 10.3.89.66 # F5_IP\n');
  expect(text).toContain(
    'which virtual servers use the SNAT pool to-pods-pool, as "list ltm virtual source-address-translation" shows',
  );
});

test.each([
  ['BIG-IP', WAYS.map((each) => (each === user ? 'nobody' : each)), new RegExp(`^edge-ramp: BIG-IP ${management}: `)],
  [
    'the bastion',
    WAYS.map((each) => (each === bastion ? 'i-0123456789abcdef0' : each)),
    /i-0123456789abcdef0 is not connected to Systems Manager/,
  ],
])('%s that cannot be asked is named, and nothing is written', async (_, args, says) => {
  const { code, refused, text } = await imported(made.state, ...args);
  expect([code, text]).toEqual([1, undefined]);
  expect(refused).toMatch(says);
});

describe('a node that oc reaches', () => {
  const [{ node, address }] = byOc.ramp.nodes as [Tunnel['ramp']['nodes'][number]];
  const { admin, kubeconfig } = byOc.cluster!;
  const onNode = (local: string): readonly string[] => [
    `ip tunnel add tun1 mode ipip remote 10.20.60.1 local ${local} dev br-ex`,
    'ip addr add 10.3.97.217/32 dev tun1',
    'ip link set tun1 up',
    'ip route add 10.3.97.216/32 dev tun1',
  ];
  const onBigIp = [
    'create net tunnels tunnel SDN { local-address 10.20.60.1 profile ipip remote-address 10.20.60.2 }',
    'create net self SDN { address 10.3.97.216/24 allow-service all vlan SDN }',
    'create net route 10.128.0.0/14 interface SDN',
    'create ltm snatpool SDN_snatpool members add { 10.3.97.216 }',
    ...byOc.virtualServers.map(
      (name) => `modify ltm virtual ${name} source-address-translation { type snat pool SDN_snatpool }`,
    ),
  ];
  let byHand: Site;
  beforeAll(async () => {
    byHand = await site({
      spec: byOc,
      world: { typed: { [byOc.bigip[0]!.management]: onBigIp, [node!]: onNode('any') } },
    });
    await byHand.close();
  });
  afterAll(() => discard(byHand));

  test('is called by its name, and asked from the admin host; what stands there is planned as a run plans it', async () => {
    const { code, err, said, read } = await importedFrom(byOc, byHand.state, waysTo(byOc));
    expect([code, err]).toEqual([0, '']);
    const spec = read();
    expect(spec).toMatchObject({
      ramp: { nodes: [{ reach: 'oc', node, address, interface: 'br-ex' }] },
      cluster: { admin, kubeconfig },
      tunnel: byOc.tunnel,
    });
    expect(spec.ramp.nodes[0]).not.toHaveProperty('instance');
    expect(said).not.toMatch(/[+-] (?:tunnel|self|snatpool|route|virtual|link|address)/);
    const here = await site({ from: byHand.state, spec });
    try {
      const { changes } = (await here.run({ action: 'plan' })).output as { changes: { text: string }[] };
      for (const { text } of changes) expect(said).toContain(text.replace(/\s+/g, ' '));
    } finally {
      await discard(here);
    }
  });

  test('whose tunnel edge-ramp built has an empty plan', async () => {
    const built = await site({ spec: byOc });
    expect(endOf(await built.run())).toBe('Applied');
    await built.close();
    const { code, said } = await importedFrom(byOc, built.state, waysTo(byOc));
    await discard(built);
    expect([code, said]).toEqual([0, expect.stringContaining('An apply would change nothing.')]);
  });

  test.each<[string, readonly string[], readonly Fault[], RegExp]>([
    [
      'that the cluster does not know',
      waysTo(byOc).map((each) => (each === node ? 'nobody.example.com' : each)),
      [],
      /^edge-ramp: ramp node nobody\.example\.com: the cluster has no node nobody\.example\.com/,
    ],
    [
      'whose debug Pod finds no image',
      waysTo(byOc),
      [{ host: admin, match: ' debug ', nth: 1, effect: 'no-image' }],
      /^edge-ramp: ramp node worker-0\.ocp\.example\.com: /,
    ],
    [
      'whose admin host has no agent',
      waysTo(byOc).map((each) => (each === admin ? 'mi-0123456789abcdef0' : each)),
      [],
      /mi-0123456789abcdef0 is not connected to Systems Manager/,
    ],
  ])('%s is named, and nothing is written', async (_, args, faults, says) => {
    const { code, refused, text } = await importedFrom(byOc, byHand.state, args, { faults });
    expect([code, text]).toEqual([1, undefined]);
    expect(refused).toMatch(says);
  });
});
