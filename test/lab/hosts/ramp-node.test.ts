import { rebuildBridge } from '../../../lab/hosts/node/node';
import { BIGIP, closeAll, NODE, open, transcript } from './bench';

afterAll(closeAll);

const ADD = 'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0';

describe('ip, as the transcript of a real node has it', () => {
  it('tells tunnels, links, addresses and routes', async () => {
    const hosts = await open();
    const lines = [ADD, 'ip addr add 10.3.91.217 dev tun1', 'ip link set tun1 up', 'ip route add 10.3.91.216 dev tun1'];
    expect(await transcript(hosts, NODE, ...lines)).toBe(lines.map((line) => `$ ${line}\n[rc 0]\n`).join(''));
    const told = await transcript(
      hosts,
      NODE,
      'ip -o tunnel show',
      'ip -o tunnel show tun1',
      'ip tunnel show tun9',
      'ip -o link show dev tun1',
      'ip -o -4 addr show dev tun1',
      'ip -4 addr show tun1',
      'ip -o -4 addr show dev tun9',
      'ip -4 route show 10.3.91.216',
      'ip -4 route show',
      'ip route get 10.3.91.216',
      'ip route get 10.3.89.66',
      'ip route get 10.3.89.66 from 10.3.89.100',
    );
    expect(told).toBe(`$ ip -o tunnel show
tunl0: any/ip remote any local any ttl inherit nopmtudisc
tun1: ip/ip remote 10.3.89.66 local any dev eth0 ttl inherit
[rc 0]
$ ip -o tunnel show tun1
tun1: ip/ip remote 10.3.89.66 local any dev eth0 ttl inherit
[rc 0]
$ ip tunnel show tun9
[rc 0]
$ ip -o link show dev tun1
9: tun1@eth0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/ipip 0.0.0.0 peer 10.3.89.66
[rc 0]
$ ip -o -4 addr show dev tun1
9: tun1    inet 10.3.91.217/32 scope global tun1\\       valid_lft forever preferred_lft forever
[rc 0]
$ ip -4 addr show tun1
9: tun1@eth0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN group default qlen 1000
    inet 10.3.91.217/32 scope global tun1
       valid_lft forever preferred_lft forever
[rc 0]
$ ip -o -4 addr show dev tun9
Device "tun9" does not exist.
[rc 1]
$ ip -4 route show 10.3.91.216
10.3.91.216 dev tun1 scope link 
[rc 0]
$ ip -4 route show
default via 10.3.89.254 dev eth0 
10.3.89.0/24 dev eth0 proto kernel scope link src 10.3.89.89 
10.3.91.216 dev tun1 scope link 
10.128.0.0/14 dev tun0 scope link 
172.30.0.0/16 dev tun0 scope link 
[rc 0]
$ ip route get 10.3.91.216
10.3.91.216 dev tun1 src 10.3.91.217 uid 0 
    cache 
[rc 0]
$ ip route get 10.3.89.66
10.3.89.66 dev eth0 src 10.3.89.89 uid 0 
    cache 
[rc 0]
$ ip route get 10.3.89.66 from 10.3.89.100
RTNETLINK answers: Network is unreachable
[rc 2]
`);
  });

  it('refuses in iproute2’s words', async () => {
    const hosts = await open({
      typed: {
        [NODE]: [ADD, 'ip link set tun1 up', 'ip addr add 10.129.0.254 dev tun0', 'ip route add 10.3.91.216 dev tun1'],
      },
    });
    const before = hosts.dump(NODE);
    const told = await transcript(
      hosts,
      NODE,
      'ip addr add 10.129.0.254 dev tun0',
      'ip addr del 10.129.0.253/32 dev tun0',
      'ip addr add 10.3.91.217 dev tun9',
      'ip route add 10.3.91.216 dev tun1',
      'ip route del 10.3.91.99 dev tun1',
      'ip link set tun9 up',
      'ip link del tun9',
      'ip tunnel add tun1 mode ipip remote 10.3.89.67 dev eth0',
      'ip tunnel add tun2 mode ipip remote 10.3.89.66 dev eth0',
      'ip tunnel add tun5 mode ipip remote 10.3.89.66 dev eth9',
      'ip tunnel change tun9 mode ipip remote 10.3.89.66',
      'ip tunnel del tun9',
      'ip rule show',
      'ip link set tun1 mtu 1400',
    );
    expect(told.match(/(?<=\n)(?!\$)[^\n]*\n\[rc \d+]/g)).toEqual([
      'RTNETLINK answers: File exists\n[rc 2]',
      'RTNETLINK answers: Cannot assign requested address\n[rc 2]',
      'Cannot find device "tun9"\n[rc 1]',
      'RTNETLINK answers: File exists\n[rc 2]',
      'RTNETLINK answers: No such process\n[rc 2]',
      'Cannot find device "tun9"\n[rc 1]',
      'Cannot find device "tun9"\n[rc 1]',
      'add tunnel "tunl0" failed: File exists\n[rc 1]',
      'add tunnel "tunl0" failed: File exists\n[rc 1]',
      'Cannot find device "eth9"\n[rc 1]',
      'get tunnel "tun9" failed: No such device\n[rc 1]',
      'delete tunnel "tun9" failed: No such device\n[rc 1]',
      'ip: not modelled by the lab: rule show\n[rc 127]',
      'ip: not modelled by the lab: link set tun1 mtu 1400\n[rc 127]',
    ]);
    expect(hosts.dump(NODE)).toBe(before);
  });

  it('accepts a second tunnel with another local end or without a device', async () => {
    const hosts = await open({ typed: { [NODE]: [ADD] } });
    expect(
      await transcript(hosts, NODE, 'ip tunnel add tun2 mode ipip remote 10.3.89.66 local 10.3.89.100 dev eth0'),
    ).toMatch('[rc 0]');
    expect(await transcript(hosts, NODE, 'ip tunnel add tun3 mode ipip remote 10.3.89.66')).toMatch('[rc 0]');
  });

  it('keeps on change what is not named, and loses what hangs on a device with it', async () => {
    const hosts = await open({
      typed: {
        [NODE]: [
          ADD,
          'ip tunnel change tun1 local 10.3.89.100',
          'ip addr add 10.3.91.217/32 dev tun1',
          'ip link set tun1 up',
          'ip route add 10.3.91.216/32 dev tun1',
        ],
      },
    });
    expect(await transcript(hosts, NODE, 'ip tunnel show tun1')).toMatch(
      'tun1: ip/ip remote 10.3.89.66 local 10.3.89.100 dev eth0 ttl inherit\n',
    );
    await hosts.world.run(NODE, 'ip link set tun1 down; ip link set tun1 up');
    expect(await transcript(hosts, NODE, 'ip -4 route show 10.3.91.216')).toBe(
      '$ ip -4 route show 10.3.91.216\n[rc 0]\n',
    );
    await hosts.world.run(NODE, 'ip route replace 10.3.91.216/32 dev tun1; ip tunnel del tun1');
    expect(hosts.dump(NODE)).toBe((await open()).dump(NODE));
  });

  it('drops the routes of a device with its last address, and not before', async () => {
    const hosts = await open();
    const lines = [ADD, 'ip addr add 10.3.91.217 dev tun1', 'ip link set tun1 up', 'ip route add 10.3.91.216 dev tun1'];
    await transcript(hosts, NODE, ...lines, 'ip addr add 10.3.91.218 dev tun1', 'ip addr del 10.3.91.217/32 dev tun1');
    expect(await transcript(hosts, NODE, 'ip -4 route show 10.3.91.216')).toContain('10.3.91.216 dev tun1');
    await transcript(hosts, NODE, 'ip addr del 10.3.91.218/32 dev tun1');
    expect(await transcript(hosts, NODE, 'ip -4 route show 10.3.91.216')).not.toContain('dev tun1');
  });
});

describe('iptables', () => {
  const rule = '-p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT';

  it('prints, finds, refuses and deletes a rule as the real one does', async () => {
    const hosts = await open();
    const told = await transcript(
      hosts,
      NODE,
      `iptables -w -C INPUT ${rule}`,
      `iptables -w -I INPUT 1 ${rule}`,
      `iptables -w -C INPUT ${rule}`,
      'iptables -w -S INPUT',
      `iptables -w -D INPUT ${rule}`,
      `iptables -w -D INPUT ${rule}`,
      'iptables -w -t nat -A POSTROUTING -s 10.3.91.216 -o tun0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.129.0.1',
      'iptables -w -t nat -S POSTROUTING',
    );
    expect(told.replace(/^\$.*\n/gm, '')).toBe(`iptables: Bad rule (does a matching rule exist in that chain?).
[rc 1]
[rc 0]
[rc 0]
-P INPUT ACCEPT
-A INPUT -s 10.3.89.66/32 -p ipencap -m comment --comment "edge-ramp:edge-a" -j ACCEPT
-A INPUT -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-ALLOW
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j OS_FIREWALL_ALLOW
-A INPUT -j REJECT --reject-with icmp-host-prohibited
[rc 0]
[rc 0]
iptables: Bad rule (does a matching rule exist in that chain?).
[rc 1]
[rc 0]
-P POSTROUTING ACCEPT
-A POSTROUTING -m comment --comment "rules for masquerading OpenShift traffic" -j OPENSHIFT-MASQUERADE
-A POSTROUTING -s 10.3.91.216/32 -o tun0 -m comment --comment "edge-ramp:edge-a" -j SNAT --to-source 10.129.0.1
[rc 0]
`);
  });
});

describe('a node', () => {
  it('holds Pods with their claims and answers ping as iputils does', async () => {
    const hosts = await open();
    expect((await hosts.world.run(NODE, 'ls $EDGE_RAMP_ROOT/var/lib/cni/networks/openshift-sdn')).out).toBe(
      '10.129.0.5\n10.129.0.6\n10.129.0.7\n10.129.0.8\nlast_reserved_ip.0\n',
    );
    expect(await transcript(hosts, NODE, 'ping -c 2 -i 0.2 -W 1 10.129.0.5', 'ping -q -n -W 1 -c 1 10.3.91.216'))
      .toBe(`$ ping -c 2 -i 0.2 -W 1 10.129.0.5
PING 10.129.0.5 (10.129.0.5) 56(84) bytes of data.
64 bytes from 10.129.0.5: icmp_seq=1 ttl=64 time=0.512 ms
64 bytes from 10.129.0.5: icmp_seq=2 ttl=64 time=0.512 ms

--- 10.129.0.5 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 200ms
rtt min/avg/max/mdev = 0.512/0.512/0.512/0.000 ms
[rc 0]
$ ping -q -n -W 1 -c 1 10.3.91.216
PING 10.3.91.216 (10.3.91.216) 56(84) bytes of data.

--- 10.3.91.216 ping statistics ---
1 packets transmitted, 0 received, 100% packet loss, time 1000ms

[rc 1]
`);
  });

  it('loses the flows and the addresses on tun0, and tun0 its MAC, when the SDN rebuilds br0; the tunnel stays', async () => {
    const hosts = await open({ typed: { [NODE]: [ADD, 'ip addr add 10.129.0.254 dev tun0'] } });
    const before = hosts.dump(NODE);
    rebuildBridge(hosts.world.nodes[NODE]!);
    const gone = before.split('\n').filter((line) => !hosts.dump(NODE).includes(line));
    expect(gone).toEqual(['link tun0 up ether 0a:1f:5e:00:01:07', 'address 10.129.0.254/32 dev tun0']);
    expect(hosts.names()).toContain(BIGIP);
  });
});
