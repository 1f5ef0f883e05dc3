import { parse } from 'yaml';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import type { WorldOptions } from '../../lab/hosts/world';
import { ONE, twoPairs, TWO, units } from './support/bigip-pair';
import { imported, waysTo } from './support/imported';
import { ADMIN, FIRST, SECOND, discard, endOf, pair, site, type Site } from './support/site';

const MINUTES = 60_000;

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

/** A closed site: its folder. */
async function left(spec: Tunnel, typed: WorldOptions['typed'] = {}): Promise<string> {
  here = await site({ spec, world: { ...(spec === pair ? { plugin: 'multitenant' } : {}), typed } });
  await here.close();
  return here.state;
}

/** A closed site on which edge-ramp built the tunnel. */
async function built(spec: Tunnel): Promise<string> {
  here = await site({ spec });
  expect(endOf(await here.run())).toBe('Applied');
  await here.close();
  return here.state;
}

/** What a run plans for the imported declaration on the same site is what the import said. */
async function expectPlanned(said: string, state: string, spec: Tunnel): Promise<void> {
  const other = await site({ from: state, spec });
  try {
    const { changes } = (await other.run({ action: 'plan' })).output as { changes: { text: string }[] };
    for (const { text } of changes) expect(said).toContain(text.replace(/\s+/g, ' '));
  } finally {
    await discard(other);
  }
}

const marked = (text: string | undefined): readonly string[] =>
  (text ?? '').split('\n').flatMap((line) => /^\s*-?\s*(\w+): # edge-ramp does not know this/.exec(line)?.[1] ?? []);

describe('a pair of ramp nodes', () => {
  const BIGIP = pair.bigip[0]!.management;
  const onBigIp = [
    'create net tunnels tunnel SDN { local-address 10.20.30.1 profile ipip remote-address 10.20.30.4 }',
    'create net self SDN { address 10.3.92.216/24 allow-service all vlan SDN }',
    'create net route 10.128.0.0/14 interface SDN',
    'create ltm snatpool SDN_snatpool members add { 10.3.92.216 }',
  ];
  const onNode = (inside = '10.3.92.217'): readonly string[] => [
    'ip tunnel add tun1 mode ipip remote 10.20.30.1 local 10.20.30.4 dev eth0',
    `ip addr add ${inside} dev tun1`,
    'ip link set tun1 up',
    'ip route add 10.3.92.216 dev tun1',
  ];
  const failover = (name: string, more = ''): readonly string[] => [
    'oc label node ramp-1.example.com ramps=true',
    'oc label node ramp-2.example.com ramps=true',
    'oc create serviceaccount keepers -n default',
    'oc adm policy add-scc-to-user privileged system:serviceaccount:default:keepers',
    `oc adm ipfailover ${name} -n default --virtual-ips=10.20.30.4 --interface=eth0 --watch-port=0 --replicas=2 --service-account=keepers --selector=ramps=true${more}`,
  ];

  test(
    'that edge-ramp built has an empty plan, also when its records are lost',
    async () => {
      const state = await built(pair);
      const { code, err, said, text, read } = await imported(pair, state, waysTo(pair));
      expect([code, err]).toEqual([0, '']);
      expect(said).toContain('An apply would change nothing.');
      expect(text).not.toContain('does not know this');
      const { probe: _, example: __, ...declared } = pair;
      expect(read()).toMatchObject(declared);
    },
    2 * MINUTES,
  );

  test(
    'that somebody built is declared with the names that its ipfailover object has, and planned as a run plans it',
    async () => {
      const state = await left(pair, {
        [BIGIP]: onBigIp,
        [FIRST]: onNode(),
        [SECOND]: onNode(),
        [ADMIN]: failover('moves', ' --vrrp-id-offset=30'),
      });
      const { code, err, said, text, read } = await imported(pair, state, waysTo(pair));
      expect([code, err]).toEqual([0, '']);
      expect(text).toContain('vip: 10.20.30.4 # RAMP_IP\n');
      const spec = read();
      expect(spec).toMatchObject({
        ramp: {
          network: 'l2',
          vip: '10.20.30.4',
          nodes: pair.ramp.nodes.map(({ instance, address, node }) => ({ instance, address, node, interface: 'eth0' })),
        },
        ipfailover: { name: 'moves', label: 'ramps', serviceAccount: 'keepers', vrrpIdOffset: 30 },
        tunnel: pair.tunnel,
      });
      await expectPlanned(said, state, spec);
    },
    2 * MINUTES,
  );

  test('of which the cluster has no ipfailover object has what that would tell marked', async () => {
    const state = await left(pair, { [BIGIP]: onBigIp, [FIRST]: onNode(), [SECOND]: onNode() });
    const { code, said, text, read } = await imported(pair, state, waysTo(pair));
    expect(code).toBe(2);
    expect(marked(text)).toEqual(['address', 'interface', 'address', 'interface', 'vrrpIdOffset']);
    expect(text).toContain(
      'does not know this: not one ipfailover object of project default has the virtual IP 10.20.30.4',
    );
    expect((parse(text!) as Tunnel).tunnel).toMatchObject(pair.tunnel);
    expect(said).toContain('ipfailover.vrrpIdOffset: is empty');
    expect(read).toThrow(/ramp\.nodes\.0\.address: is empty/);
  });

  test('with two ipfailover objects at its virtual IP has that marked, too: nobody knows which counts', async () => {
    const state = await left(pair, {
      [BIGIP]: onBigIp,
      [ADMIN]: [...failover('one'), failover('two', ' --vrrp-id-offset=9').at(-1)!],
    });
    const { text } = await imported(pair, state, waysTo(pair));
    expect(marked(text)).toContain('vrrpIdOffset');
  });

  test('of which one node has nothing yet is declared by the other one, and the plan makes the rest', async () => {
    const state = await left(pair, { [BIGIP]: onBigIp, [FIRST]: onNode(), [ADMIN]: failover('moves') });
    const { code, said, read } = await imported(pair, state, waysTo(pair));
    expect([code, read().tunnel.node]).toEqual([0, '10.3.92.217']);
    expect(said).toMatch(new RegExp(`ramp node ${SECOND} .*\\+ tunnel tun1`));
  });

  test('whose nodes disagree is refused by their names, and nothing is written', async () => {
    const state = await left(pair, {
      [BIGIP]: onBigIp,
      [FIRST]: onNode(),
      [SECOND]: onNode('10.3.92.218'),
      [ADMIN]: failover('moves'),
    });
    const { code, refused, text } = await imported(pair, state, waysTo(pair));
    expect([code, text]).toEqual([1, undefined]);
    expect(refused).toBe(
      `edge-ramp: the address of the tunnel's network on tun1 is 10.3.92.217 on ramp node ${FIRST} and 10.3.92.218 on ramp node ${SECOND}, so nothing was written. Both nodes of a pair have TUNNEL_IP2: make it alike on both by hand, which cuts what goes through the node that is changed, and import again `,
    );
  });

  test('whose cluster cannot be asked is named, and nothing is written', async () => {
    const state = await left(pair, { [BIGIP]: onBigIp });
    const args = waysTo(pair).map((each) => (each === pair.cluster!.kubeconfig ? '/no/such/login' : each));
    const { code, refused, text } = await imported(pair, state, args);
    expect([code, text]).toEqual([1, undefined]);
    expect(refused).toMatch(new RegExp(`^edge-ramp: cluster of ${ADMIN}`));
  });
});

describe('a pair of BIG-IPs', () => {
  const byHand: Tunnel = {
    ...units,
    objects: { tunnel: 'to-pods', self: 'to-pods-float', unitSelf: 'to-pods-own', snatPool: 'SDN_snatpool' },
  };
  const NAMES = ['--object-tunnel', 'to-pods', '--object-self', 'to-pods-float'];
  const onUnit = (management: string, remote = '10.20.40.2'): readonly string[] => [
    `create net tunnels tunnel to-pods { local-address 10.20.40.1 profile ipip remote-address ${remote} }`,
    `create net self to-pods-own { address ${units.bigip.find((unit) => unit.management === management)!.inner}/24 vlan to-pods allow-service all }`,
    'create net self to-pods-float { address 10.3.95.216/24 vlan to-pods traffic-group /Common/traffic-group-1 allow-service all }',
    'create net route 10.128.0.0/14 interface to-pods',
  ];

  const RAMP = units.ramp.nodes[0]!.instance!;
  const onRamp: readonly string[] = [
    'ip tunnel add tun1 mode ipip remote 10.20.40.1 dev eth0',
    'ip addr add 10.3.95.217 dev tun1',
    'ip link set tun1 up',
    'ip route add 10.3.95.216 dev tun1',
  ];

  test(
    'that edge-ramp built has an empty plan, also when its records are lost',
    async () => {
      const state = await built(units);
      const { code, err, said, text, read } = await imported(units, state, waysTo(units));
      expect([code, err]).toEqual([0, '']);
      expect(said).toContain('An apply would change nothing.');
      expect(text).not.toContain('does not know this');
      const { probe: _, example: __, bigip, ...declared } = units;
      expect(read()).toMatchObject(declared);
      expect(read().bigip).toEqual(bigip.map((unit) => ({ ...unit, secret: 'edge-ramp/edge-e/ssh-key' })));
    },
    2 * MINUTES,
  );

  test(
    'that somebody built is declared with what each unit has for itself, and planned as a run plans it',
    async () => {
      const state = await left(byHand, { [ONE]: onUnit(ONE), [TWO]: onUnit(TWO), [RAMP]: onRamp });
      const { code, err, said, text, read } = await imported(byHand, state, [...waysTo(byHand), ...NAMES]);
      expect([code, err]).toEqual([0, '']);
      expect(text).toContain('floating: 10.20.40.1 # F5_IP\n');
      const spec = read();
      expect(spec).toMatchObject({
        bigip: units.bigip.map(({ address, inner }) => ({ address, inner })),
        bigipPair: { floating: '10.20.40.1', deviceGroup: 'edge-dg', network: 'l2' },
        objects: byHand.objects,
        clusterNetworks: ['10.128.0.0/14'],
      });
      expect(said).not.toMatch(/[+-] (?:tunnel|self|unit-self|route 1)/);
      expect(said).toContain("5 of them only mark as edge-ramp's what stands.");
      await expectPlanned(said, state, spec);
    },
    2 * MINUTES,
  );

  test("whose units have no self IP of that name on the tunnel has each one's inner address marked", async () => {
    const state = await left(byHand, { [ONE]: onUnit(ONE), [TWO]: onUnit(TWO), [RAMP]: onRamp });
    const { code, text } = await imported(byHand, state, [
      ...waysTo({ ...byHand, objects: { ...byHand.objects, unitSelf: 'other' } }),
      ...NAMES,
    ]);
    expect([code, marked(text)]).toEqual([2, ['inner', 'inner']]);
    expect(text).toContain(`does not know this: BIG-IP ${TWO} has no self IP other on the tunnel to-pods`);
  });

  test('without such a tunnel has all that it would tell marked, but for the device group', async () => {
    const state = await left(units);
    const { code, text } = await imported(units, state, waysTo(units));
    expect([code, marked(text).length]).toEqual([2, 10]);
    expect(text).toContain('deviceGroup: edge-dg\n');
    expect(text).toContain('does not know this: neither unit has a tunnel SDN\n');
  });

  test('whose units disagree is refused by their names, and nothing is written', async () => {
    const state = await left(byHand, { [ONE]: onUnit(ONE), [TWO]: onUnit(TWO, '10.20.40.9') });
    const { code, refused, text } = await imported(byHand, state, [...waysTo(byHand), ...NAMES]);
    expect([code, text]).toEqual([1, undefined]);
    expect(refused).toMatch(
      new RegExp(
        `^edge-ramp: the remote-address of tunnel to-pods is 10.20.40.2 on BIG-IP ${ONE} and 10.20.40.9 on BIG-IP ${TWO}, so nothing was written. .*synchronise from the right one`,
      ),
    );
  });

  test('of which one unit lacks the tunnel is declared by the other one, with what it lacks marked', async () => {
    const state = await left(byHand, { [ONE]: onUnit(ONE), [RAMP]: onRamp });
    const { code, said, text } = await imported(byHand, state, [...waysTo(byHand), ...NAMES]);
    expect([code, marked(text)]).toEqual([2, ['inner']]);
    expect(said).toContain('bigip.1.inner: is empty');
  });

  test('of which one unit cannot be asked is named, and nothing is written', async () => {
    const state = await left(byHand, { [ONE]: onUnit(ONE), [TWO]: onUnit(TWO), [RAMP]: onRamp });
    const args = waysTo(byHand).map((each) => (each === TWO ? '10.3.88.79' : each));
    const { code, refused, text } = await imported(byHand, state, [...args, ...NAMES]);
    expect([code, text]).toEqual([1, undefined]);
    expect(refused).toMatch(/^edge-ramp: BIG-IP 10\.3\.88\.79: /);
  });
});

test(
  'two pairs that edge-ramp built have an empty plan, also when its records are lost',
  async () => {
    const state = await built(twoPairs);
    const { code, said, read } = await imported(twoPairs, state, waysTo(twoPairs));
    expect([code, said]).toEqual([0, expect.stringContaining('An apply would change nothing.')]);
    const { bigip, bigipPair, ramp, ipfailover } = twoPairs;
    expect(read()).toMatchObject({
      bigip: bigip.map(({ address, inner }) => ({ address, inner })),
      bigipPair,
      ramp,
      ipfailover,
    });
  },
  2 * MINUTES,
);
