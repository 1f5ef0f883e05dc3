import { pings } from '../../bench/traffic/pings';
import { until } from '../kernel/support/waiting';
import { buildBigIpEnd, Product, SOURCE } from './support/product';
import { BIGIP, F5, MP0, NOBODY, POD, RAMP, reachedFrom, Site } from './support/site';

/*
 * The keeper of a ramp node on real OVN. No run looks at the node meanwhile.
 */

/** Pings a second, through the tunnel and from the node itself. */
const RATE = 20;
/** The look under way sees what is lost or not; the next one does, and looks once more under the lock. */
const LOOKS = 3;

const BOTH = reachedFrom(MP0);
const INPUT = `-p 4 -s ${F5} -m comment --comment edge-ramp:edge-a -j ACCEPT`;
const NAT = `-s ${SOURCE} -o ovn-k8s-mp0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source ${MP0}`;

let site: Site;
let product: Product;
let right: string;
const objects = (): Promise<string> =>
  site.type(
    RAMP,
    'ip -o -4 addr show dev tun1 | cut -d: -f2-; ip -4 route show dev tun1; ip -o tunnel show tun1; iptables -w -S INPUT; iptables -w -t nat -S POSTROUTING; cat /proc/sys/net/ipv4/conf/tun1/forwarding',
  );
const isWell = async (): Promise<boolean> => (await product.keeperSays()).startsWith('ok ');

beforeAll(async () => {
  site = await Site.open();
  product = new Product(site);
  await site.network.snat(RAMP, 'advertised'); // so that only our rule translates
  await buildBigIpEnd(site, BIGIP);
  await product.run();
  await site.comesTo(BOTH);
  right = await objects();
});
afterAll(() => site?.close());

const type = (line: string) => () => site.type(RAMP, line);
const LOSSES: readonly (readonly [lost: string, loss: () => Promise<unknown>])[] = [
  ['its rule of SNAT', type(`iptables -w -t nat -D POSTROUTING ${NAT}`)],
  ['its route', type(`ip route del ${SOURCE}`)],
  ['its tunnel', type('ip tunnel del tun1')],
  [
    'its forwarding, which ovnkube takes away from all but its own devices,',
    async () => {
      await site.network.forwarding(RAMP, 'Global');
      await site.network.forwarding(RAMP, 'Restricted');
    },
  ],
  [
    // These machines have no boot: what one takes goes, and what one starts anew starts anew.
    'all that a restart of the node takes',
    async () => {
      await site.type(
        RAMP,
        `ip tunnel del tun1; iptables -w -D INPUT ${INPUT}; iptables -w -t nat -D POSTROUTING ${NAT}`,
      );
      for (const event of ['restart-ovs', 'restart-controller', 'restart-ovnkube'] as const)
        await site.network.happens(RAMP, event);
      await site.network.synced();
    },
  ],
];

describe('a ramp node of OVN-Kubernetes', () => {
  afterEach(() => product.stopKeeper());

  test.each(LOSSES)(
    'that lost %s carries nothing without a keeper, and puts it back once one runs',
    async (_, loss) => {
      await loss();
      expect(await site.both()).toEqual([NOBODY, NOBODY]);
      await product.startKeeper();
      await site.comesTo(BOTH);
      await until('the keeper is content', isWell);
      expect(await objects()).toBe(right);
    },
  );

  test('that lost its firewall rule, by which traffic that flows goes on, has it again once a keeper runs', async () => {
    await site.type(RAMP, `iptables -w -D INPUT ${INPUT}`);
    expect(await objects()).not.toBe(right);
    await product.startKeeper();
    await until('all of it stands', async () => (await objects()) === right);
    await site.comesTo(BOTH);
  });

  test('that is kept loses one thing after the other, each for some looks at most, and a run finds nothing to do', async () => {
    await product.startKeeper();
    await until('the keeper is content', isWell);
    const mostLater = (LOOKS * (await product.keeperRhythm()) * RATE) / 1000;
    for (const [lost, loss] of LOSSES) {
      await until('the keeper is content', isWell);
      const options = { to: [POD.remote], rate: RATE, patience: 5000 } as const;
      const [echo, control] = [
        await pings(site.machine, BIGIP, { ...options, from: SOURCE }),
        await pings(site.machine, RAMP, { ...options, from: MP0 }),
      ];
      await loss();
      await site.comesTo(BOTH);
      const [tunnel, node] = (await Promise.all([echo.stop(), control.stop()])).map((all) => all[POD.remote]!.lost) as [
        number,
        number,
      ];
      process.stderr.write(
        `lost ${lost}: ${tunnel} pings lost, ${node} of the node's own: ${tunnel - node} pings later, at most ${mostLater.toFixed(0)}\n`,
      );
      expect(tunnel - node).toBeLessThanOrEqual(mostLater);
    }
    await until('all of it stands', async () => (await objects()) === right);
    await product.stopKeeper();
    expect(await product.run()).toEqual([]);
  });
});
