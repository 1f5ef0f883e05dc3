import type { HostsOptions } from '../../../lab/hosts/host';
import {
  ADMIN,
  BASTION,
  BIGIP,
  clientKey,
  closeAll,
  newDirectory,
  NODE,
  open,
  pair,
  SECOND,
  type Bench,
} from './bench';

afterAll(closeAll);

const TUNNEL = [
  'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0',
  'ip addr add 10.129.0.254 dev tun0',
  'iptables -w -I INPUT 1 -p ipencap -s 10.3.89.66 -j ACCEPT',
  'ovs-ofctl -O OpenFlow13 add-flow br0 cookie=0x999,table=30,priority=2000,ip,nw_dst=10.129.0.254,actions=output:2',
];
type Power = readonly [string, 'running' | 'stopped'];

/** Hosts with a tunnel on their node, and what EC2 is told of them. */
async function built(more: Partial<HostsOptions> = {}): Promise<{ hosts: Bench; told: Power[] }> {
  const told: Power[] = [];
  const hosts = await open(
    { typed: { [NODE]: TUNNEL } },
    { onState: (instance, power) => told.push([instance, power]), ...more },
  );
  return { hosts, told };
}
const lost = (hosts: Bench, before: string, host = NODE): string[] =>
  before.split('\n').filter((line) => !hosts.dump(host).split('\n').includes(line));
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

describe('a node that is rebooted', () => {
  it('has neither tunnel nor flows nor firewall rule, and EC2 says nothing of it: it runs all the time', async () => {
    const { hosts, told } = await built();
    const before = hosts.dump(NODE);
    await hosts.act(NODE, 'reboot');
    expect(lost(hosts, before)).toHaveLength(TUNNEL.length + 1); // and tun0's MAC
    expect(hosts.dump(NODE)).not.toMatch(/tun1|ipencap|priority=2000|10\.129\.0\.254/);
    expect(hosts.host(NODE)?.name).toBe(NODE);
    expect(told).toEqual([]);
  });

  it('ends what was at work on it', async () => {
    const { hosts } = await built();
    const hung = hosts.hung(NODE);
    await hosts.act(NODE, 'reboot');
    await hung;
  });

  it('can be one that was off: then it is started', async () => {
    const { hosts, told } = await built();
    await hosts.act(NODE, 'gone');
    await hosts.act(NODE, 'reboot');
    expect(hosts.host(NODE)?.name).toBe(NODE);
    expect(told).toEqual([
      [NODE, 'stopped'],
      [NODE, 'running'],
    ]);
  });
});

describe('a node that was off and boots', () => {
  it('is called running by EC2 at once, and its agent comes later', async () => {
    const { hosts, told } = await built({ speed: 100 });
    hosts.world.gone(NODE);
    let there = false;
    const back = hosts.world.boot(NODE, 50).then(() => (there = true));
    expect(told).toEqual([
      [NODE, 'stopped'],
      [NODE, 'running'],
    ]);
    await seconds(0.2);
    expect([hosts.host(NODE), there]).toEqual([undefined, false]);
    await back;
    expect(hosts.host(NODE)?.name).toBe(NODE);
    expect(hosts.dump(NODE)).not.toContain('tun1');
  });

  it('is there after the lab was closed meanwhile', async () => {
    const directory = newDirectory();
    const { hosts } = await built({ directory });
    hosts.world.gone(NODE);
    const back = hosts.world.boot(NODE, 1_000_000);
    await hosts.close();
    await back;
    const { hosts: again } = await built({ directory });
    expect(again.host(NODE)?.name).toBe(NODE);
    expect(again.dump(NODE)).not.toContain('tun1');
  });

  it('is there at once when it was never off', async () => {
    const { hosts, told } = await built();
    await hosts.world.boot(NODE, 1_000_000);
    expect(told).toEqual([]);
  });
});

describe('a host that goes and comes back', () => {
  it('is told of once each, however often that is said', async () => {
    const { hosts, told } = await built();
    for (const action of ['back', 'gone', 'gone', 'back', 'back'] as const) await hosts.act(BASTION, action);
    expect(told).toEqual([
      [BASTION, 'stopped'],
      [BASTION, 'running'],
    ]);
  });

  it('is nothing to EC2 when it is no instance of EC2', async () => {
    const { hosts, told } = await built({ specs: [{ ...pair, cluster: { admin: 'mi-0ad3100c0ad3100c0' } }] });
    await hosts.act('mi-0ad3100c0ad3100c0', 'gone');
    await hosts.act(BIGIP, 'gone');
    await hosts.act(BIGIP, 'reboot');
    expect(told).toEqual([]);
  });
});

describe('a BIG-IP', () => {
  it('that is rebooted has its saved configuration', async () => {
    const { hosts } = await built();
    const fresh = hosts.dump(BIGIP);
    await hosts.run(BIGIP, 'create net route kept network 10.1.0.0/16 gw 10.3.89.1');
    await hosts.run(BIGIP, 'save sys config');
    const saved = hosts.dump(BIGIP);
    await hosts.run(BIGIP, 'create net route lost network 10.2.0.0/16 gw 10.3.89.1');
    await hosts.act(BIGIP, 'reboot');
    expect(hosts.dump(BIGIP)).toBe(saved);
    expect(saved).not.toBe(fresh);
  });

  it('that is off lets its bastion wait in vain, and is reached again when it is back', async () => {
    const { hosts } = await built({ secret: () => clientKey.publicKey });
    const ssh = `ssh -o ConnectTimeout=1 -o StrictHostKeyChecking=no edge-ramp@${BIGIP} 'list net route'`;
    await hosts.act(BIGIP, 'gone');
    expect(await hosts.run(BASTION, ssh)).toMatchObject({ code: 255, err: expect.stringContaining('timed out') });
    await hosts.act(BIGIP, 'back');
    expect((await hosts.run(BASTION, ssh)).err).not.toContain('timed out'); // the bastion's agent has no key here
  });
});

describe('Open vSwitch on a node', () => {
  it('loses the flows that the SDN did not make, and nothing else', async () => {
    const { hosts } = await built();
    const before = hosts.dump(NODE);
    await hosts.act(NODE, 'wipe-flows');
    expect(lost(hosts, before)).toEqual([expect.stringMatching(/^flow cookie=0x999 .*priority=2000/)]);
  });

  it('is started anew: br0 and tun0 are made anew, tunnel and firewall stay', async () => {
    const { hosts, told } = await built();
    const before = hosts.dump(NODE);
    await hosts.act(NODE, 'restart-ovs');
    expect(lost(hosts, before)).toEqual([
      expect.stringMatching(/^link tun0 up ether/),
      'address 10.129.0.254/32 dev tun0',
      expect.stringMatching(/^flow cookie=0x999/),
    ]);
    expect(told).toEqual([]);
  });
});

describe('it is refused in one sentence', () => {
  it.each([
    [
      'for an unknown host',
      'i-0',
      'reboot',
      `There is no host i-0; there are ${[BIGIP, BASTION, NODE].sort().join(', ')}.`,
    ],
    ['where there is no Open vSwitch', BASTION, 'restart-ovs', `${BASTION} is no node; the nodes are ${NODE}.`],
    ['for flows of a BIG-IP', BIGIP, 'wipe-flows', `${BIGIP} is no node; the nodes are ${NODE}.`],
    ['for the keeper of a bastion', BASTION, 'keep', `${BASTION} is no node; the nodes are ${NODE}.`],
  ] as const)('%s', async (_, host, action, message) => {
    const { hosts } = await built();
    await expect(hosts.act(host, action)).rejects.toThrow(message);
  });
});

describe('a fault that takes a host away', () => {
  const line = 'ip link show dev tun0';
  const fault = { host: NODE, match: 'link show', nth: 1, effect: 'host-gone' as const };

  it('strikes when its line is met, which is never done', async () => {
    const { hosts, told } = await built({ faults: [{ ...fault, match: 'tunnel del' }] });
    const hung = hosts.hung(NODE);
    void hosts.run(NODE, 'ip tunnel del tun1');
    await hung;
    expect(hosts.host(NODE)).toBeUndefined();
    expect(hosts.dump(NODE)).toContain('link tun1');
    expect(hosts.journal()).toMatchObject([{ host: NODE, line: 'ip tunnel del tun1', code: -1, writes: false }]);
    expect(told).toEqual([[NODE, 'stopped']]);
  });

  it('gives it back, rebooted, after its seconds', async () => {
    const { hosts, told } = await built({ speed: 100, faults: [{ ...fault, for: 30 }] });
    void hosts.run(NODE, line);
    await hosts.hung(NODE);
    expect(hosts.host(NODE)).toBeUndefined();
    await seconds(0.6);
    expect(hosts.host(NODE)?.name).toBe(NODE);
    expect(hosts.dump(NODE)).not.toContain('tun1');
    expect(told).toEqual([
      [NODE, 'stopped'],
      [NODE, 'running'],
    ]);
    expect((await hosts.run(NODE, line)).code).toBe(0);
  });

  it('of sending is none of the hosts', async () => {
    const { hosts } = await built({ faults: [{ host: NODE, nth: 1, effect: 'throttle' }] });
    expect((await hosts.run(NODE, line)).code).toBe(0);
  });
});

it("an address with a lifetime goes when the lab's time passes", async () => {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead * 1000, deviceSeconds: () => Date.now() / 1000 + ahead };
  const hosts = await open({}, { specs: [pair], clock });
  await hosts.run(SECOND, 'ip addr replace 127.112.0.11/32 dev lo valid_lft 100 preferred_lft 100');
  const there = async () => (await hosts.run(SECOND, 'ip -o -4 addr show dev lo')).out.includes('127.112.0.11');
  expect(await there()).toBe(true);
  ahead = 101;
  expect(await there()).toBe(false);
  await hosts.run(ADMIN, 'oc get nodes');
  expect(hosts.journal().at(-1)!.at).toBeGreaterThan(Date.now() + 100_000);
});
