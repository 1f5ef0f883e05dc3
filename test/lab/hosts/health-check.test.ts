import { ADMIN, closeAll, FLOAT, NODE, open, pair, SECOND, VIP } from './bench';
import { holders, keeper, kept, ramp } from './pair-bench';

afterAll(closeAll);

describe('the health check', () => {
  it.each([
    ['the device', 'ip link del tun1'],
    ['the device, being down', 'ip link set tun1 down'],
    ['the route', 'ip route del 10.3.91.216 dev tun1'],
    ['the address on tun0', 'ip addr del 10.129.0.254/32 dev tun0'],
    [
      'one of the flows',
      'ovs-ofctl -O OpenFlow13 --strict del-flows br0 table=30,priority=2000,arp,arp_tpa=10.129.0.254',
    ],
  ])('moves the address where a node misses %s', async (_, line) => {
    const hosts = await kept();
    expect(holders(hosts)).toEqual([NODE]);
    expect((await hosts.world.run(NODE, line)).code).toBe(0);
    expect(holders(hosts)).toEqual([SECOND]);
    expect((await hosts.world.run(NODE, 'ip -o -4 addr show dev lo')).out).toMatch(
      /^1: lo    inet 127.0.0.1\/8 scope host lo\\ +valid_lft forever preferred_lft forever\n1: lo    inet 127.112.0.11\/32 scope host lo\\ +valid_lft \d+sec/,
    );
  });

  it('takes the mark away when all is there again; the address stays with its holder', async () => {
    const hosts = await kept();
    const before = hosts.dump(NODE);
    await hosts.world.run(NODE, 'ip addr del 10.129.0.254/32 dev tun0');
    await hosts.world.run(NODE, 'ip addr add 10.129.0.254/32 dev tun0');
    expect((await hosts.world.run(NODE, 'ip -o -4 addr show dev lo')).out).not.toMatch('127.112');
    expect(holders(hosts)).toEqual([SECOND]);
    expect(hosts.dump(NODE)).toBe(before.replace(`address ${VIP}/32 dev eth0\n`, ''));
  });

  it('leaves nobody with the address where both miss something, and without a keeper misses nothing', async () => {
    const hosts = await kept();
    for (const node of [NODE, SECOND]) await hosts.world.run(node, 'ip link del tun1');
    expect(holders(hosts)).toEqual([]);
    await hosts.world.run(SECOND, 'systemctl stop edge-ramp-edge-a');
    await new Promise((resolve) => setTimeout(resolve, 20)); // its mark ends by itself after 10 s
    expect(holders(hosts)).toEqual([SECOND]);
  });

  it('with SNAT to the gateway looks for the rule', async () => {
    const hosts = await kept();
    await hosts.world.run(NODE, `${keeper()} && systemctl restart edge-ramp-edge-a`);
    expect(holders(hosts)).toEqual([SECOND]);
    await hosts.world.run(
      NODE,
      'iptables -w -t nat -A POSTROUTING -s 10.3.91.216 -o tun0 -j SNAT --to-source 10.129.0.1',
    );
    await hosts.world.run(SECOND, 'ip link del tun1');
    expect(holders(hosts)).toEqual([NODE]);
  });

  it('is a mark of some seconds, whoever puts it', async () => {
    const hosts = await open({ typed: { [ADMIN]: FLOAT } }, { specs: [pair], speed: 10 });
    await hosts.world.run(NODE, 'ip addr replace 127.112.0.11/32 dev lo valid_lft 10 preferred_lft 10');
    expect(holders(hosts)).toEqual([SECOND]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await hosts.world.run(NODE, 'ip -o -4 addr show dev lo')).out).not.toMatch('127.112');
  });

  it('keeps the address away from a node that comes back rebooted, without tunnel and flows, until they are there', async () => {
    const hosts = await kept();
    await hosts.world.run(NODE, 'mkdir -p $EDGE_RAMP_ROOT/run/edge-ramp && echo ok >$EDGE_RAMP_ROOT/run/edge-ramp/x');
    hosts.world.gone(NODE);
    hosts.world.back(NODE);
    expect(hosts.host(NODE)?.name).toBe(NODE);
    const dump = hosts.dump(NODE);
    expect(dump).not.toMatch(/tun1|priority=2000|10\.129\.0\.254|ipencap|0a:1f:5e:00:01:07/);
    expect(dump).toMatch('unit edge-ramp-edge-a enabled active');
    expect((await hosts.world.run(NODE, 'cat $EDGE_RAMP_ROOT/run/edge-ramp/*')).out).toMatch(/^broken \d+ /);
    expect(holders(hosts)).toEqual([SECOND]);
    hosts.world.gone(SECOND);
    expect(holders(hosts)).toEqual([]); // its keeper says that the tunnel is missing
    for (const line of ramp('10.129.0.254'))
      expect(await hosts.world.run(NODE, line)).toMatchObject({ code: 0, err: '' });
    expect(holders(hosts)).toEqual([NODE]);
  });
});
