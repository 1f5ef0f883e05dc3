import { BIGIP, closeAll, NODE, open, transcript, type Bench } from './bench';

afterAll(closeAll);

const ADD = 'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0';

/** Learned from a kernel, side by side with it: test/kernel/alike.test.ts. */
describe('ip, as a kernel beside it had it', () => {
  /** What lines said and how they ended, without the lines themselves. */
  const said = async (hosts: Bench, ...lines: string[]): Promise<string> =>
    (await transcript(hosts, NODE, ...lines)).replace(/^\$.*\n/gm, '');

  it('keeps the same address twice on a device with two lengths, and without one deletes whichever is first', async () => {
    const hosts = await open({ typed: { [NODE]: [ADD, 'ip addr add 10.3.91.217/32 dev tun1'] } });
    expect(await said(hosts, 'ip addr add 10.3.91.217/24 dev tun1', 'ip addr replace 10.3.91.217/32 dev tun1')).toBe(
      '[rc 0]\n[rc 0]\n',
    );
    expect(await said(hosts, 'ip addr del 10.3.91.217 dev tun1')).toMatch(/^Warning: Executing wildcard deletion/);
    expect(hosts.dump(NODE)).toContain('address 10.3.91.217/24 dev tun1');
    expect(hosts.dump(NODE)).not.toContain('address 10.3.91.217/32');
  });

  it('has a network of its own for an address only while the device is up', async () => {
    const hosts = await open({ typed: { [NODE]: [ADD, 'ip addr add 10.3.91.217/24 dev tun1'] } });
    const route = 'route 10.3.91.0/24 dev tun1';
    expect(hosts.dump(NODE)).not.toContain(route);
    await hosts.world.run(NODE, 'ip link set tun1 up');
    expect(hosts.dump(NODE)).toContain(route);
    await hosts.world.run(NODE, 'ip link set tun1 down');
    expect(hosts.dump(NODE)).not.toContain(route);
  });

  it('takes all routes from a device with its last address', async () => {
    const hosts = await open({
      typed: {
        [NODE]: [
          ADD,
          'ip link set tun1 up',
          'ip addr add 10.3.91.217/32 dev tun1; ip addr add 10.3.91.218/32 dev tun1',
        ],
      },
    });
    const route = 'ip -4 route show 10.3.91.216';
    await hosts.world.run(NODE, 'ip route add 10.3.91.216/32 dev tun1; ip addr del 10.3.91.218/32 dev tun1');
    expect(await said(hosts, route)).toBe('10.3.91.216 dev tun1 scope link \n[rc 0]\n');
    await hosts.world.run(NODE, 'ip addr del 10.3.91.217/32 dev tun1');
    expect(await said(hosts, route)).toBe('[rc 0]\n');
  });

  it('refuses a route by a device that is down, or by a gateway that is not on its network', async () => {
    const hosts = await open({ typed: { [NODE]: [ADD] } });
    expect(
      await said(
        hosts,
        'ip route add 10.3.91.216/32 dev tun1',
        'ip route replace 10.3.91.216/32 via 10.99.0.1 dev eth0',
        'ip route show dev tun9',
      ),
    ).toBe(
      'Error: Device for nexthop is not up.\n[rc 2]\nError: Nexthop has invalid gateway.\n[rc 2]\nCannot find device "tun9"\n[rc 1]\n',
    );
    await hosts.world.run(NODE, 'ip route add 10.3.91.216/32 via 10.3.89.66 dev eth0');
    expect(await said(hosts, 'ip route del 10.3.91.216/32 via 10.3.89.67')).toBe(
      'RTNETLINK answers: No such process\n[rc 2]\n',
    );
  });

  it('takes a device of another kind for no tunnel, and the ends of tunl0 for taken', async () => {
    const hosts = await open({ typed: { [NODE]: [ADD, 'ip tunnel add tun2 mode ipip remote 10.3.89.66'] } });
    expect(
      await said(
        hosts,
        'ip tunnel change eth0 mode ipip remote 10.3.89.66',
        'ip tunnel del eth0',
        'ip tunnel add tun5 mode ipip',
        'ip tunnel change tun2 mode ipip remote 10.3.89.66 dev eth0',
      ),
    ).toBe(
      'get tunnel "eth0" failed: Operation not supported\n[rc 1]\n' +
        'delete tunnel "eth0" failed: Operation not supported\n[rc 1]\n' +
        'add tunnel "tunl0" failed: File exists\n[rc 1]\n' +
        'add tunnel "tun2" failed: File exists\n[rc 1]\n',
    );
  });
});

describe('iptables, as a kernel beside it had it', () => {
  it('knows no target that is neither a chain nor an extension, and says of a missing rule with an extension that there is no such target', async () => {
    const hosts = await open();
    const snat = 'POSTROUTING -s 10.3.91.216 -j SNAT --to-source 10.129.0.1';
    const told = await transcript(hosts, NODE, 'iptables -A INPUT -j NOSUCH', `iptables -t nat -D ${snat}`);
    expect(told).toContain("Couldn't load target `NOSUCH':No such file or directory");
    expect(told).toMatch(/iptables: No chain\/target\/match by that name\.\n\[rc 1]\n$/);
  });

  it('masquerades with ovs-networkpolicy by a second chain, which leaves alone what goes from Pod to Pod', async () => {
    expect((await open({ plugin: 'subnet' })).dump(NODE)).not.toContain('OPENSHIFT-MASQUERADE-2');
    expect((await open({ plugin: 'networkpolicy' })).dump(NODE)).toContain(
      'iptables nat -A OPENSHIFT-MASQUERADE-2 -j MASQUERADE',
    );
  });
});

describe('packets, as a kernel beside them had it', () => {
  it('reach all addresses of a BIG-IP that is the gateway, without any tunnel', async () => {
    const hosts = await open({
      typed: {
        [BIGIP]: [
          'create net tunnels tunnel SDN { local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }',
          'create net self SDN { address 10.3.91.216/24 allow-service all vlan SDN }',
        ],
      },
    });
    const ping = 'ping -c 1 -W 1 10.3.91.216';
    expect((await hosts.world.run(NODE, ping)).code).toBe(1);
    await hosts.world.run(NODE, 'ip route add 10.3.91.216/32 via 10.3.89.66 dev eth0');
    expect((await hosts.world.run(NODE, ping)).code).toBe(0);
  });

  it('are traced in two parts where conntrack is between them', async () => {
    const hosts = await open({ plugin: 'networkpolicy' });
    const { out } = await hosts.world.run(
      NODE,
      'ovs-appctl ofproto/trace br0 in_port=2,icmp,nw_src=10.3.91.216,nw_dst=10.129.0.5 | grep "^Datapath actions"',
    );
    expect(out).toBe('Datapath actions: ct,recirc(0x1)\nDatapath actions: 4\n');
  });
});
