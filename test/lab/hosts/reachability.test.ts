import { rebuildBridge } from '../../../lab/hosts/node/node';
import type { Plugin } from '../../../lab/hosts/node/settings';
import { BIGIP, closeAll, NODE, open, type Bench } from './bench';

afterAll(closeAll);

const [LOCAL, REMOTE, RAMP] = ['10.129.0.5', '10.130.0.7', '10.3.91.217'];
const FOUR = `ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<EOF
add cookie=0x999,table=0,priority=2000,in_port=2,ip,nw_src=10.3.91.216,nw_dst=10.128.0.0/14,actions=load:0->NXM_NX_REG0[],mod_nw_src:10.129.0.254,goto_table:30
add cookie=0x999,table=0,priority=2000,in_port=2,arp,arp_spa=10.129.0.254,arp_tpa=10.128.0.0/14,actions=goto_table:30
add cookie=0x999,table=30,priority=2000,arp,arp_tpa=10.129.0.254,actions=output:2
add cookie=0x999,table=30,priority=2000,ip,nw_dst=10.129.0.254,actions=\${MAC:+mod_dl_dst:$MAC,}mod_nw_dst:10.3.91.216,output:2
EOF`;
const MAC = "MAC=$(ip -o link show dev tun0 | sed 's/.*link.ether \\([^ ]*\\).*/\\1/')";
const ADDRESS = 'ip addr add 10.129.0.254 dev tun0';
const GATEWAY =
  'iptables -w -t nat -A POSTROUTING -s 10.3.91.216 -o tun0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.129.0.1';
const ACCEPT = 'iptables -w -I INPUT 1 -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT';
const UNDO_ACCEPT = ACCEPT.replace('-I INPUT 1', '-D INPUT');
const TUNNEL = [
  'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0',
  'ip addr add 10.3.91.217 dev tun1',
  'ip link set tun1 up',
  'ip route add 10.3.91.216 dev tun1',
];
/** The published seven, with the goto_table of 3.5 and later. */
const SEVEN = [
  'cookie=0x999,ip,nw_src=10.3.91.216,actions=mod_nw_src:10.129.0.254,resubmit(,0)',
  'cookie=0x999,ip,nw_dst=10.129.0.254,actions=mod_nw_dst:10.3.91.216,resubmit(,0)',
  'cookie=0x999,table=0,arp,arp_tpa=10.129.0.254,actions=output:2',
  'cookie=0x999,table=0,priority=200,in_port=2,arp,arp_spa=10.129.0.254,arp_tpa=10.128.0.0/14,actions=goto_table:30',
  'table=5,arp,arp_tpa=10.129.0.254,actions=output:2',
  'table=5,ip,nw_dst=10.129.0.254,actions=output:2',
  'cookie=0x999,table=0,ip,nw_dst=10.3.91.216,actions=output:2',
].map((flow) => `ovs-ofctl -O OpenFlow13 add-flow br0 "${flow}"`);
const OBJECTS = [
  'create net tunnels tunnel SDN { local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }',
  'create net self SDN { address 10.3.91.216/24 allow-service all vlan SDN }',
  'create net route 10.128.0.0/14 interface SDN',
];

const type = async (hosts: Bench, ...lines: string[]): Promise<void> => {
  for (const line of lines) expect(await hosts.world.run(NODE, line)).toMatchObject({ code: 0, err: '' });
};
const answers = async (hosts: Bench, ...targets: string[]): Promise<boolean[]> => {
  const all: boolean[] = [];
  for (const target of targets)
    all.push(/ [1-9] received/.test((await hosts.world.run(BIGIP, `run util ping -c 3 ${target}`)).out));
  return all;
};
/** Both ends of the tunnel, with the firewall rule; nothing in br0 yet. */
async function tunnelled(plugin: Plugin, ...more: string[]): Promise<Bench> {
  const hosts = await open({ plugin, typed: { [BIGIP]: OBJECTS } });
  await type(hosts, ...TUNNEL, ACCEPT, ...more);
  return hosts;
}

describe('a Pod from BIG-IP, here and on another node', () => {
  it.each<[Plugin, boolean]>([
    ['subnet', true],
    ['multitenant', true],
    ['networkpolicy', false],
  ])('answers through the published seven flows with %s: %s', async (plugin, works) => {
    expect(await answers(await tunnelled(plugin, ADDRESS, ...SEVEN), LOCAL, REMOTE)).toEqual([works, works]);
  });

  it.each<Plugin>(['subnet', 'multitenant', 'networkpolicy'])(
    'answers with %s through the four flows and through gateway SNAT; without, only here',
    async (plugin) => {
      expect(await answers(await tunnelled(plugin), LOCAL, REMOTE)).toEqual([true, false]);
      expect(await answers(await tunnelled(plugin, ADDRESS, `${MAC}; ${FOUR}`), LOCAL, REMOTE)).toEqual([true, true]);
      expect(await answers(await tunnelled(plugin, GATEWAY), LOCAL, REMOTE)).toEqual([true, true]);
    },
  );

  it('needs the address on tun0: with the flows alone even the Pod here is lost', async () => {
    const hosts = await tunnelled('networkpolicy', `${MAC}; ${FOUR}`);
    expect(await answers(hosts, LOCAL, REMOTE)).toEqual([false, false]);
    await type(hosts, ADDRESS);
    expect(await answers(hosts, LOCAL, REMOTE)).toEqual([true, true]);
  });

  it('is lost when the SDN rebuilds br0, and back with address and flows for the new MAC', async () => {
    const hosts = await tunnelled('networkpolicy', ADDRESS, `${MAC}; ${FOUR}`);
    rebuildBridge(hosts.world.nodes[NODE]!);
    expect(await answers(hosts, LOCAL, REMOTE)).toEqual([true, false]);
    await type(hosts, ADDRESS, `MAC=0a:1f:5e:00:01:07; ${FOUR}`);
    expect(await answers(hosts, LOCAL, REMOTE)).toEqual([false, false]);
    await type(hosts, `${MAC}; ${FOUR}`);
    expect(await answers(hosts, LOCAL, REMOTE)).toEqual([true, true]);
  });

  it('remembers tun0’s old MAC where the flow names none', async () => {
    const hosts = await tunnelled('subnet', ADDRESS, FOUR);
    expect(await answers(hosts, LOCAL, REMOTE)).toEqual([true, true]);
    rebuildBridge(hosts.world.nodes[NODE]!);
    await type(hosts, ADDRESS, FOUR);
    expect(await answers(hosts, LOCAL, REMOTE)).toEqual([false, false]);
  });

  it('is not there if nobody has the address, or BIG-IP no route', async () => {
    const hosts = await tunnelled('subnet', GATEWAY);
    expect(await answers(hosts, '10.129.0.77', '10.130.0.77')).toEqual([false, false]);
    await hosts.world.run(BIGIP, 'delete net route 10.128.0.0/14');
    expect(await answers(hosts, LOCAL, RAMP)).toEqual([false, true]);
  });
});

describe('the tunnel', () => {
  it('is shut by a stock firewall until the node pings first, and the rule opens it', async () => {
    const hosts = await open({ typed: { [BIGIP]: OBJECTS, [NODE]: TUNNEL } });
    expect(await answers(hosts, RAMP)).toEqual([false]);
    await type(hosts, 'ping -c 5 10.3.91.216');
    expect(await answers(hosts, RAMP)).toEqual([true]);
    await type(hosts, 'conntrack -F 2>/dev/null');
    expect(await answers(hosts, RAMP)).toEqual([false]);
    await type(hosts, ACCEPT.replace('-I INPUT 1', '-A INPUT')); // behind the REJECT
    expect(await answers(hosts, RAMP)).toEqual([false]);
    await type(hosts, UNDO_ACCEPT, ACCEPT);
    expect(await answers(hosts, RAMP)).toEqual([true]);
    await type(hosts, UNDO_ACCEPT);
    expect(await answers(hosts, RAMP)).toEqual([true]); // conntrack still knows it
    await type(hosts, 'conntrack -F 2>/dev/null');
    expect(await answers(hosts, RAMP)).toEqual([false]);
  });

  it.each([
    ['the node’s device is down', NODE, 'ip link set tun1 down'],
    ['its route is gone', NODE, 'ip route del 10.3.91.216/32 dev tun1'],
    ['its address is gone', NODE, 'ip addr del 10.3.91.217/32 dev tun1'],
    ['it ends at another BIG-IP', NODE, 'ip tunnel change tun1 remote 10.3.89.67'],
    ['it has a local end that the node does not hold', NODE, 'ip tunnel change tun1 local 10.3.89.100'],
    ['BIG-IP’s end is elsewhere', BIGIP, 'modify net tunnels tunnel SDN remote-address 10.3.89.100'],
    ['BIG-IP has no self IP on it', BIGIP, 'delete net self SDN'],
  ])('is dead in both directions if %s', async (_, host, line) => {
    const hosts = await tunnelled('subnet');
    expect(await answers(hosts, RAMP)).toEqual([true]);
    expect((await hosts.world.run(NODE, 'ping -c 1 10.3.91.216')).code).toBe(0);
    expect(await hosts.world.run(host, line)).toMatchObject({ code: 0 });
    expect(await answers(hosts, RAMP)).toEqual([false]);
    expect((await hosts.world.run(NODE, 'ping -c 1 10.3.91.216')).code).toBe(1);
  });

  it('answers the node only where the self IP allows it', async () => {
    const hosts = await tunnelled('subnet');
    await hosts.world.run(BIGIP, 'modify net self SDN allow-service none');
    expect((await hosts.world.run(NODE, 'ping -c 1 10.3.91.216')).code).toBe(1);
    expect(await answers(hosts, RAMP)).toEqual([true]);
  });

  it('ends at a virtual address only with `local` and where the address is', async () => {
    const hosts = await tunnelled('subnet');
    await hosts.world.run(BIGIP, 'modify net tunnels tunnel SDN remote-address 10.3.89.100');
    await type(hosts, 'ip addr add 10.3.89.100/32 dev eth0');
    expect(await answers(hosts, RAMP)).toEqual([false]); // answers leave from the node's own address
    await type(hosts, 'ip tunnel change tun1 local 10.3.89.100');
    expect(await answers(hosts, RAMP)).toEqual([true]);
  });

  it('counts what it takes in', async () => {
    const hosts = await tunnelled('subnet');
    const received = async (): Promise<string> =>
      (await hosts.world.run(NODE, "ip -s link show dev tun1 | awk '/RX/ { getline; print $2 }'")).out.trim();
    expect(await received()).toBe('0');
    const before = hosts.dump(NODE);
    await answers(hosts, RAMP);
    expect(await received()).toBe('3');
    await type(hosts, 'ping -c 2 10.3.91.216');
    expect(await received()).toBe('5');
    expect(hosts.dump(NODE)).toBe(before);
  });
});
