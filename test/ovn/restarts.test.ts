import type { Event } from '../../lab/kernel/ovn/ovn';
import { pings, type PingTarget } from '../../bench/traffic/pings';
import { buildBigIpEnd, Product, SOURCE } from './support/product';
import { seconds, until } from '../kernel/support/waiting';
import { BIGIP, MP0, POD, RAMP, reachedFrom, Site } from './support/site';

/** Echo requests a second to each target. */
const RATE = 20;
/** How long an answer may be on its way, in milliseconds: late is not lost. */
const PATIENCE = 5000;
/** A quarter of a second: what may differ between measurements side by side. */
const SLACK = RATE / 4;
const PODS = [POD.local, POD.remote] as const;

let site: Site;
let product: Product;
beforeAll(async () => {
  site = await Site.open();
  await site.network.snat(RAMP, 'nft');
  await buildBigIpEnd(site, BIGIP);
  product = new Product(site);
  await product.run();
});
afterAll(() => site?.close());
beforeEach(async () => {
  await product.startKeeper();
  await until('the keeper has looked', async () => (await product.keeperSays()).startsWith('ok '));
});
afterEach(() => product.stopKeeper());

/** What an event costs the tunnel; and the plugin's own traffic meanwhile: the node's to its Pods, and BIG-IP's to the node, which takes no tunnel. */
async function during(event: Event): Promise<{ readonly tunnel: PingTarget[]; readonly control: PingTarget[] }> {
  const options = { rate: RATE, patience: PATIENCE };
  const [tunnel, toPods, toNode] = await Promise.all([
    pings(site.machine, BIGIP, { ...options, to: PODS, from: SOURCE }),
    pings(site.machine, RAMP, { ...options, to: PODS, from: MP0 }),
    pings(site.machine, BIGIP, { ...options, to: ['10.3.89.89'] }),
  ]);
  await seconds(1);
  await site.network.happens(RAMP, event);
  await site.network.synced();
  await seconds(1);
  const [ours, ...others] = await Promise.all([tunnel.stop(), toPods.stop(), toNode.stop()]);
  return { tunnel: Object.values(ours), control: others.flatMap((met) => Object.values(met)) };
}

const told = (targets: readonly PingTarget[]): string =>
  targets.map(({ lost, sent }) => `${lost} of ${sent}`).join(', ');

test.each<[string, Event]>([
  ['ovn-controller', 'restart-controller'],
  ['ovnkube', 'restart-ovnkube'],
  ['Open vSwitch', 'restart-ovs'],
])(
  'a restart of %s costs the tunnel no more than the plugin itself, and leaves nothing to repair, neither to the keeper nor to a run',
  async (what, event) => {
    const { tunnel, control } = await during(event);
    process.stderr.write(`${what}: lost through the tunnel ${told(tunnel)}; without it ${told(control)}\n`);
    const most = Math.max(...control.map(({ lost }) => lost));
    for (const { sent, lost } of tunnel) {
      expect(sent).toBeGreaterThan(RATE);
      expect(lost).toBeLessThanOrEqual(most + SLACK);
    }
    expect(await product.keeperPutBack()).toBe('');
    expect(await product.run()).toEqual([]);
    await site.comesTo(reachedFrom(MP0));
  },
);
