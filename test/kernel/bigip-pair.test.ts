import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failover, Unit } from '../../lab/hosts/bigip/unit';
import { CLIENT, FOLDER } from '../../lab/kernel/network/network';
import { appliedSite } from './support/applied';
import { both, INNER, ONE, roles, toOne, TWO } from './support/bigip-pair';
import { captured } from './support/capture';
import { echoes } from './support/echoes';
import { asked, CLIENTS, unanswered, type Met } from './support/one-after-another';
import { connections } from './support/requests';
import { FIRST, PODS, SECOND, type KernelSite } from './support/site';
import { answers, ask, VIRTUALS } from './support/traffic';
import { holds, states } from './support/vip';
import { until } from './support/waiting';
import { written } from './support/written';

const VIRTUAL = VIRTUALS[0];
const [ADDRESS] = VIRTUAL.split(':') as [string];
const F5_IP = both.bigipPair!.floating;
const ANNOUNCE = join(__dirname, '../../lab/kernel/network/announce.pl');
/** One Pod of each ramp node and one of the worker. */
const MEMBERS = [PODS.ramp, PODS.worker, '10.131.0.5'];
const FAR_ENDS = [both.tunnel.node, PODS.ramp, PODS.worker];
const [ALL, NONE] = [FAR_ENDS.map(() => 3), FAR_ENDS.map(() => 0)];
/** Each client may lose what it has under way when the addresses move. What it sends afterwards is answered. */
const MOST_LOST = CLIENTS;

let site: KernelSite;
beforeAll(async () => {
  site = await appliedSite({ hostsOf: both, spec: toOne });
  // Nobody asks anew within a test where a neighbour is: only an unsolicited ARP tells it.
  for (const host of [CLIENT, FIRST])
    await site.hosts.network.do(host, 'sysctl', '-qw', 'net.ipv4.neigh.eth0.base_reachable_time_ms=600000');
});
afterAll(() => site?.close());

const met = async (what: string, work: () => Promise<unknown>): Promise<Met> => {
  const all = await asked(site, VIRTUAL, work);
  process.stderr.write(
    `${what}: ${unanswered(all.during).length} of ${all.during.length} requests lost, then ${unanswered(all.later).length} of ${all.later.length}\n`,
  );
  return all;
};
const failover = (): Promise<void> => site.hosts.act(ONE, 'failover');
/** Gives the units roles that no failover gives. */
async function become(...failovers: readonly [Failover, Failover]): Promise<void> {
  for (const [i, unit] of [ONE, TWO].entries()) (site.hosts.state.bigips[unit] as Unit).device.failover = failovers[i]!;
  await site.type(ONE, 'show cm failover-status'); // before a line is answered, hosts follow
}
const addresses = (unit: string): Promise<string> => site.hosts.network.do(unit, 'ip', '-o', '-4', 'addr');
/** The MAC that a host knows of a neighbour. */
const entry = async (host: string, of: string): Promise<string> =>
  / lladdr (\S+)/.exec(await site.hosts.network.do(host, 'ip', 'neigh', 'show', of))?.[1] ?? 'none';
const forget = (host: string, neighbour: string): Promise<string> =>
  site.hosts.network.do(host, 'ip', 'neigh', 'flush', 'to', neighbour);
const FLOATING = [F5_IP, both.tunnel.bigip.split('/')[0]!, ADDRESS];

test('both virtual servers reach all Pods through the active unit, which alone has the addresses that float', async () => {
  const served = MEMBERS.map((pod) => `pod=${pod} peer=10.129.1.254`);
  for (const virtual of VIRTUALS) expect(await answers(site, virtual, MEMBERS.length)).toEqual(served);
  const [active, standby] = await Promise.all(roles(site).map(addresses));
  for (const address of FLOATING) {
    expect(active).toContain(` ${address}/`);
    expect(standby).not.toContain(` ${address}/`);
  }
});

test('an unchanged run writes nothing, loses no request and leaves connections open', async () => {
  const talk = await connections(site.hosts.machine, CLIENT, { to: VIRTUAL, count: 2, rate: 4, patience: 5000 });
  const changes = await written(site, async () => {
    const { during, later } = await met('an unchanged run', async () => expect(await site.end()).toBe('Unchanged'));
    expect(unanswered([...during, ...later])).toEqual([]);
  });
  expect(changes).toEqual([]);
  expect((await talk.stop()).map(({ end }) => end)).toEqual(['open', 'open']);
});

test('of the standby no packet comes out of the tunnel', async () => {
  const [, standby] = roles(site);
  const seen = await captured(site, FIRST, 'tun1', `src host ${INNER[standby]}`, async () =>
    expect(await echoes(site, standby, FAR_ENDS)).toEqual(NONE),
  );
  expect(seen).toEqual([]);
});

test("from the active unit's own inner address everybody answers, and nobody without the ramp node's route to it", async () => {
  for (const _ of [ONE, TWO]) {
    const [active] = roles(site);
    const own = INNER[active]!;
    const seen = await captured(site, FIRST, 'tun1', `src host ${own}`, async () =>
      expect(await echoes(site, active, FAR_ENDS, own)).toEqual(ALL),
    );
    expect(seen).not.toEqual([]);
    await site.type(FIRST, `ip route del ${own} dev tun1`);
    expect(await echoes(site, active, FAR_ENDS, own)).toEqual(NONE);
    await site.type(FIRST, `ip route add ${own} dev tun1`);
    await failover();
  }
});

test('a failover loses a few requests at most, and every later one is answered', async () => {
  const before = roles(site);
  const { during, later } = await met('a failover', failover);
  expect(roles(site)).toEqual(before.toReversed());
  expect(unanswered(during).length).toBeLessThanOrEqual(MOST_LOST);
  expect(unanswered(later)).toEqual([]);
});

test('a failover that tells no neighbour loses every request until client and ramp node have asked where the addresses are', async () => {
  const script = `${FOLDER}/bin/announce.pl`;
  const entries = (): Promise<readonly string[]> => Promise.all([entry(CLIENT, ADDRESS), entry(FIRST, F5_IP)]);
  const before = await entries();
  await site.hosts.machine.write(script, 'exit 0;\n');
  try {
    const { later } = await met('a failover without ARP', failover);
    expect(unanswered(later)).toEqual(later);
    expect(await entries()).toEqual(before);
    await forget(CLIENT, ADDRESS);
    expect(await ask(site, VIRTUAL)).toMatch(/^0 /);
    await forget(FIRST, F5_IP);
    expect(await ask(site, VIRTUAL)).toMatch(/^pod=/);
    for (const [i, mac] of (await entries()).entries()) expect(mac).not.toBe(before[i]);
  } finally {
    await site.hosts.machine.write(script, readFileSync(ANNOUNCE, 'utf8'));
  }
});

test('a failover cuts what is open, and a new connection is served', async () => {
  const talk = await connections(site.hosts.machine, CLIENT, { to: VIRTUAL, count: 2, rate: 4, patience: 3000 });
  await failover();
  const ends = (await talk.stop()).map(({ end }) => end);
  expect(ends).not.toContain('failed');
  expect(ends).not.toContain('open');
  expect(await ask(site, VIRTUAL)).toMatch(/^pod=/);
});

test('the active unit loses its power: the other one serves; what comes back has nothing that floats', async () => {
  const [active, standby] = roles(site);
  const { later } = await met('a unit without power', () => site.hosts.act(active, 'gone'));
  expect(unanswered(later)).toEqual([]);
  await site.hosts.act(active, 'back');
  expect(roles(site)).toEqual([standby, active]);
  const own = await addresses(active);
  expect(own).toContain(` ${INNER[active]}/`);
  for (const address of FLOATING) expect(own).not.toContain(` ${address}/`);
});

test('both units active: all pings of either are answered at times, and a verify run says all the same that it must not be so', async () => {
  await become('ACTIVE', 'ACTIVE');
  for (const unit of [ONE, TWO])
    await until(`all pings of ${unit} are answered`, async () => {
      // It asks anew, and so the ramp node answers it, until the other one asks.
      await forget(unit, toOne.ramp.nodes[0]!.address);
      return (await echoes(site, unit, FAR_ENDS, INNER[unit])).join() === ALL.join();
    });
  expect(await site.end({ action: 'verify' })).toMatch(/^NotStarted: .* is ACTIVE, .* is ACTIVE: this is split brain/);
});

test('no unit active: nothing is answered, and a verify run says so', async () => {
  await become('STANDBY', 'STANDBY');
  expect(await ask(site, VIRTUAL)).toMatch(/^0 /);
  expect(await site.end({ action: 'verify' })).toMatch(/^NotStarted: .*: exactly one has to be ACTIVE/);
  await become('ACTIVE', 'STANDBY');
  expect(await ask(site, VIRTUAL)).toMatch(/^pod=/);
  expect(await site.end({ action: 'verify' })).toBe('Verified');
});

test("the ramp nodes' virtual IP moves while the BIG-IPs fail over: afterwards every request is answered", async () => {
  await site.declare(both);
  expect(await site.end({ allowInterruption: true })).toBe('Applied');
  await until('the first node holds the address', () => holds(site, FIRST));
  await until('the second node is its backup', async () => (await states(site, SECOND)).at(-1) === 'BACKUP');
  const { later } = await met('failovers at both ends', async () => {
    await Promise.all([site.type(FIRST, 'ip tunnel del tun1'), failover()]);
    await until('the second node holds the address', () => holds(site, SECOND));
  });
  expect(unanswered(later)).toEqual([]);
  expect(later[0]).toMatch(/ peer=10\.131\.1\.254$/);
});
