import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { third } from '../examples';
import { broken, during, outages, told, type Toll } from './support/losses';
import { FIRST, SECOND, kernelSite, pair, single, VIP, type KernelSite } from './support/site';
import { VIRTUALS } from './support/traffic';

const INPUT_RULE = '-p 4 -s 10.20.30.1 -m comment --comment edge-ramp:edge-b -j ACCEPT';

let site: KernelSite;
let spec: Tunnel = { ...single, virtualServers: single.virtualServers.slice(0, 1) };
let control: Toll;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const declare = async (wanted: Tunnel): Promise<void> => site.declare((spec = wanted));
async function measured(what: string, work: () => Promise<unknown>, virtuals?: readonly string[]): Promise<Toll> {
  const toll = await during(site, work, virtuals);
  say(told(what, toll));
  return toll;
}
/** Applies what is declared, under load. */
const applied = (what: string, virtuals?: readonly string[]): Promise<Toll> =>
  measured(what, async () => expect(await site.end({ allowInterruption: true })).toMatch(/^Applied/), virtuals);

/** Nothing that the same traffic does not lose without edge-ramp; and it was traffic: 250 packets a second at least, of the 500 that were asked for. */
function expectNoMoreThanControl(toll: Toll): void {
  expect(toll.sent).toBeGreaterThan(toll.asked / 2);
  expect(toll.lost).toBeLessThanOrEqual(control.lost);
  expect(broken(toll)).toEqual(broken(control));
}
/** Traffic came to an end once: nothing more was lost after the longest time without. (Before it: a request whose answer was still on its way then.) */
function expectNothingLostAfterwards({ targets, unanswered }: Toll): void {
  const after = targets.map((target) => {
    const all = outages(target);
    const longest = Math.max(...all.map(({ ms }) => ms));
    return all.slice(all.findIndex(({ ms }) => ms === longest) + 1);
  });
  expect(after.flat().reduce((sum, { lost }) => sum + lost, 0)).toBeLessThanOrEqual(unanswered);
}
/** Programs that only look, one after the other, as an observation starts them: in a guest every program takes its share of the processor. */
async function look(times: number): Promise<void> {
  for (let i = 0; i < times; i++)
    for (const node of [FIRST, SECOND])
      await site.type(node, 'ip -d addr; ip route; iptables -w -S; ovs-ofctl -O OpenFlow13 dump-flows br0');
}
/** The node of the declared pair that has the virtual IP, and the other one. */
async function roles(): Promise<readonly [string, string]> {
  const [one, two] = spec.ramp.nodes.map(({ instance }) => instance) as [string, string];
  const has = (await site.type(one, 'ip -o addr')).includes(` ${VIP}/`);
  return has ? [one, two] : [two, one];
}

beforeAll(async () => {
  site = await kernelSite({ spec, also: [{ ...pair, ramp: { ...pair.ramp, nodes: [pair.ramp.nodes[0]!, third] } }] });
  const first = await site.end();
  if (!first.startsWith('Applied')) throw new Error(`the first apply ended as ${first}`);
  say(`up to 500 packets a second, in ${site.hosts.machine.what}`);
  control = await measured('control, without edge-ramp, while programs look at both nodes', () => look(5));
});
afterAll(() => site?.close());

test('the control loses nothing, so that what is lost beside it is lost by a change', () => {
  expect([control.lost, ...broken(control)]).toEqual([0]);
});

test('an unchanged re-apply loses no more than the control', async () => {
  expectNoMoreThanControl(
    await measured('unchanged re-apply', async () => expect(await site.end()).toMatch(/^Unchanged/)),
  );
});

test('a virtual server that is added costs the one beside it nothing', async () => {
  await declare({ ...spec, virtualServers: single.virtualServers });
  expectNoMoreThanControl(await applied('a virtual server added', VIRTUALS.slice(0, 1)));
});

test('a healed flow and a healed firewall rule lose no more than the control', async () => {
  // Neither stops traffic: BIG-IP and Pods know each other's MAC addresses, and the kernel knows the tunnel's packets as answers to its own.
  await site.type(FIRST, `ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1,table=0,arp`);
  await site.type(FIRST, `iptables -w -D INPUT ${INPUT_RULE}`);
  expectNoMoreThanControl(await applied('one flow and the firewall rule healed'));
});

test('a lost route costs what is sent until it is healed, and nothing after', async () => {
  const toll = await measured('a route lost, then healed', async () => {
    await site.type(FIRST, 'ip route del 10.3.92.216 dev tun1');
    expect(await site.end()).toMatch(/^Applied/);
  });
  expectNothingLostAfterwards(toll);
  expect(toll.lost).toBeGreaterThan(0);
  expect(broken(toll)).toEqual([]);
});

test("another address of the node's in the tunnel costs nothing: BIG-IP's traffic never uses it", async () => {
  await declare({ ...spec, tunnel: { ...spec.tunnel, node: '10.3.92.218' } });
  expectNoMoreThanControl(await applied("the node's address in the tunnel changed"));
});

test("after a change of BIG-IP's address in the tunnel traffic is there again, and what it cost is told", async () => {
  await declare({ ...spec, tunnel: { ...spec.tunnel, bigip: '10.3.92.219/24' } });
  await applied("BIG-IP's address in the tunnel changed");
  expectNoMoreThanControl(await measured('after that', () => look(1)));
});

test('after a single ramp node has become a pair traffic is there again, and what it cost is told', async () => {
  const { ramp, ipfailover } = pair;
  await declare({ ...spec, ramp, ipfailover });
  await applied('a single ramp node has become a pair');
  expectNoMoreThanControl(await measured('after that', () => look(1)));
});

test('what the standby has lost is healed without a loss', async () => {
  const [, standby] = await roles();
  expect(await site.end()).toMatch(/^Unchanged/); // it has looked at the nodes, so that their keepers stand back
  await site.type(standby, 'ip route del 10.3.92.219 dev tun1');
  await site.type(standby, `iptables -w -D INPUT ${INPUT_RULE}`);
  await site.type(standby, 'ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1,table=30,ip');
  expectNoMoreThanControl(await applied('flow, route and firewall rule of the standby healed'));
});

test('a standby that was rebooted, and has lost everything, is built anew without a loss', async () => {
  const [holder, standby] = await roles();
  await site.hosts.act(standby, 'reboot');
  expectNoMoreThanControl(await applied('a rebooted standby built anew'));
  expect(await roles()).toEqual([holder, standby]);
});

test('a node that is added to a pair, in place of its standby, costs nothing', async () => {
  const [holder, standby] = await roles();
  const stays = spec.ramp.nodes.filter(({ instance }) => instance === holder);
  await declare({ ...spec, ramp: { ...spec.ramp, nodes: [...stays, third] } });
  expectNoMoreThanControl(await applied(`${third.node} added to the pair in place of ${standby}`));
  expect((await roles())[0]).toBe(holder);
});
