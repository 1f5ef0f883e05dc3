import { podHost } from '../../lab/kernel/network/network';
import { apply, appliedSite } from './support/applied';
import { differences, lastingDumps, type Dumps } from './support/lasting';
import { BIGIP, FIRST, PODS, single, WORKER, type KernelSite } from './support/site';
import { ask, VIRTUALS } from './support/traffic';
import { until } from './support/waiting';
import { written } from './support/written';

/** One Pod of each ramp node and one of the worker. */
const MEMBERS = [PODS.ramp, '10.130.0.7', '10.131.0.5'];
const [FLOWS_SOURCE, GATEWAY] = ['10.129.1.254', '10.129.0.1'];
const servedFrom = (peer: string): readonly string[] => MEMBERS.map((pod) => `pod=${pod} peer=${peer}`);
/** The virtual server that the operator changes, and that is asked whether a loss is felt. */
const CHANGED = VIRTUALS[0];
const RULE = `-p 4 -s 10.20.30.1 -m comment --comment edge-ramp:${single.name} -j ACCEPT`;
const NODE_TUNNEL = [
  `${FIRST} ip tunnel add tun1 mode ipip remote 10.20.30.1 local any dev eth0`,
  `${FIRST} ip link set tun1 up`,
  `${FIRST} ip addr add 10.3.92.217/32 dev tun1`,
  `${FIRST} ip route add 10.3.92.216/32 dev tun1`,
];
const SOURCE = `${FIRST} ip addr add ${FLOWS_SOURCE}/32 dev tun0`;
const FLOWS = `${FIRST} ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -`;
const SAVE = `${BIGIP} save sys config`;
const unit = (...verbs: readonly string[]): readonly string[] =>
  verbs.map(
    (verb) => `${FIRST} systemctl ${verb}${verb === 'daemon-reload' ? '' : ` edge-ramp-${single.name}.service`}`,
  );

let site: KernelSite;
const type = (line: string): Promise<string> => site.type(FIRST, line);
const tmsh = async (lines: readonly string[]): Promise<void> => {
  for (const line of lines) await site.type(BIGIP, line);
};
const macOf = async (): Promise<string> => / link\/ether (\S+)/.exec(await type('ip -o link show dev tun0'))?.[1] ?? '';

/** Who a Pod sends its answers to. */
async function believed(node: string, pod: string): Promise<string> {
  const said = await site.hosts.network.do(podHost(node, pod), 'ip', 'neigh', 'show', FLOWS_SOURCE);
  return / lladdr (\S+)/.exec(said)?.[1] ?? 'nobody';
}

/** Costs br0 its flows, and waits until the SDN has built it and tun0 anew. */
async function rebuilt(loss: () => Promise<unknown>): Promise<void> {
  const before = await macOf();
  await loss();
  await until('the SDN has built br0 anew', async () => {
    const { code, out } = await site.hosts.run(
      FIRST,
      'ip -o link show dev tun0 && ovs-ofctl -O OpenFlow13 dump-flows br0 table=253',
    );
    return code === 0 && out.includes('note:') && !out.includes(before);
  });
  // Pods would ask anew only half a minute later.
  for (const [node, pod] of [
    [FIRST, PODS.ramp],
    [WORKER, PODS.worker],
  ] as const)
    expect(['nobody', await macOf()]).not.toContain(await believed(node, pod));
}

const dumps = () => lastingDumps(site);
/** What each virtual server's next answers are, all asked for at once. */
const served = (virtuals: readonly string[] = VIRTUALS): Promise<readonly (readonly string[])[]> =>
  Promise.all(virtuals.map(async (to) => (await Promise.all(MEMBERS.map(() => ask(site, to)))).toSorted()));
const expectServed = async (peer: string): Promise<void> =>
  expect(await served()).toEqual(VIRTUALS.map(() => servedFrom(peer)));

/**
 * What is lost, what brings that about, and the command lines that change something in the run that heals it, in their order. The keeper stands back:
 * the run before has looked at the node within five minutes.
 */
type Loss = readonly [lost: string, loss: () => Promise<unknown>, healing: readonly string[]];
const LOSSES: readonly Loss[] = [
  ['all flows of ours', () => site.hosts.act(FIRST, 'wipe-flows'), [FLOWS]],
  ['one flow', () => type('ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1,table=30,ip'), [FLOWS]],
  [
    'the INPUT rule, and the connections that passed by it',
    async () => {
      await type(`iptables -w -D INPUT ${RULE}`);
      // A Pod that still repeats an answer opens the way once more.
      await until('nothing passes', async () => {
        await type('conntrack -F');
        return (await ask(site, CHANGED)).startsWith('0 ');
      });
    },
    [`${FIRST} iptables -w -I INPUT 1 ${RULE}`],
  ],
  ['the tunnel on the node', () => type('ip tunnel del tun1'), NODE_TUNNEL],
  [
    'the route, since somebody set the tunnel down and up',
    () => type('ip link set tun1 down; ip link set tun1 up'),
    NODE_TUNNEL.slice(3),
  ],
  [
    'the tunnel on BIG-IP, with all that hangs on it',
    () => tmsh(['delete net route SDN_10.128.0.0_14', 'delete net self SDN', 'delete net tunnels tunnel SDN']),
    [
      `${BIGIP} create net tunnels tunnel /Common/SDN { profile ipip local-address 10.20.30.1 remote-address 10.20.30.2 description edge-ramp:edge-b }`,
      `${BIGIP} create net self /Common/SDN { address 10.3.92.216/24 vlan /Common/SDN allow-service all description edge-ramp:edge-b }`,
      `${BIGIP} create net route /Common/SDN_10.128.0.0_14 { network 10.128.0.0/14 interface /Common/SDN description edge-ramp:edge-b }`,
      SAVE,
    ],
  ],
  [
    'the translation of a virtual server that an operator changed',
    () => tmsh(['modify ltm virtual ose-vserver source-address-translation { type none }']),
    [
      `${BIGIP} create cli transaction; modify ltm virtual /Common/ose-vserver source-address-translation { type snat pool /Common/SDN_snatpool }; submit cli transaction`,
      SAVE,
    ],
  ],
  ['br0 by a restart of Open vSwitch', () => rebuilt(() => site.hosts.act(FIRST, 'restart-ovs')), [SOURCE, FLOWS]],
  ['br0 by its deletion', () => rebuilt(() => type('ovs-vsctl del-br br0')), [SOURCE, FLOWS]],
  [
    'the node, built anew without a file of ours',
    async () => {
      await site.hosts.act(FIRST, 'reboot');
      await type(
        'rm "$EDGE_RAMP_ROOT"/var/lib/edge-ramp/* "$EDGE_RAMP_ROOT/var/lib/cni/networks/openshift-sdn/10.129.1.254"',
      );
    },
    [
      ...unit('stop', 'disable', 'daemon-reload'),
      `${FIRST} iptables -w -I INPUT 1 ${RULE}`,
      ...NODE_TUNNEL,
      SOURCE,
      FLOWS,
      ...unit('daemon-reload', 'enable', 'restart'),
    ],
  ],
];

const NAT = `-s 10.3.92.216 -o tun0 -m comment --comment edge-ramp:${single.name} -j SNAT --to-source ${GATEWAY}`;
const GATEWAY_LOSSES: readonly Loss[] = [
  [
    'the rule of nat',
    () => type(`iptables -w -t nat -D POSTROUTING ${NAT}`),
    [`${FIRST} iptables -w -t nat -I POSTROUTING 1 ${NAT}`],
  ],
];

beforeAll(async () => {
  site = await appliedSite({ spec: single });
});
afterAll(() => site?.close());

describe.each([
  ['flows', FLOWS_SOURCE, LOSSES],
  ['gateway', GATEWAY, GATEWAY_LOSSES],
] as const)('a single ramp node with snat: %s', (snat, peer, losses) => {
  let right: Dumps;
  beforeAll(async () => {
    if (snat !== 'flows') {
      await site.declare({ ...single, snat });
      await apply(site);
    }
    // It looks at the node, so that the keeper stands back.
    const next = await site.end();
    if (next !== 'Unchanged') throw new Error(`the run after the apply ended as ${next}`);
    right = await dumps();
  });

  test('all Pods answer, and the next run writes nothing', async () => {
    await expectServed(peer);
    expect(await written(site, async () => expect(await site.end()).toBe('Unchanged'))).toEqual([]);
  });

  test.each(losses)(
    'lost: %s; the next run heals that and nothing else, and all Pods answer at once',
    async (lost, loss, healing) => {
      await loss();
      expect(await dumps()).not.toEqual(right);
      expect(await served([CHANGED])).not.toEqual([servedFrom(peer)]);
      const changes = await written(site, async () => expect(await site.end()).toBe('Applied'));
      const ended = Date.now();
      await expectServed(peer);
      process.stderr.write(
        `${lost}: ${VIRTUALS.length * MEMBERS.length} answers within ${Date.now() - ended} ms of the run's end\n`,
      );
      expect(changes).toEqual(healing);
      expect(differences(right, await dumps())).toEqual({});
    },
  );
});
