import { dumpNode, startNode } from '../../lab/hosts/node/node';
import { startKeepalived, stopKeepalived, vipOn, type Failover } from '../../lab/kernel/network/keepalived';
import { CLIENT, Network, podHost } from '../../lab/kernel/network/network';
import { nodePlans } from '../../lab/kernel/network/plan';
import { keepalivedStates } from './support/keepalived-states';
import { A, asOther, B, BIGIP, F5, plan, POD, settings, Site, WORKER } from './support/network-site';
import { until } from './support/waiting';

const VIP = '10.3.89.100';

let site: Site;

describe('what happens to nodes', () => {
  beforeAll(async () => {
    site = await Site.open('networkpolicy');
  });
  afterAll(() => site.close());

  /** What a rebuild of br0 must change: tun0's MAC and the numbers of ports. */
  const lasting = (dump: string): readonly string[] =>
    dump
      .split('\n')
      .map((line) =>
        line
          .replace(/^(link tun0 .* mac ).*/, '$1NEW')
          .replace(/^(switch (?:tun0|veth\w+),\w*,)\d+/, '$1NEW')
          .replace(/(in_port=|output:)(?!1\b)\d+/, '$1NEW')
          .replace(/load:0x\w+->NXM_NX_REG2/, 'load:NEW->NXM_NX_REG2'),
      )
      .toSorted();
  const reachable = async (): Promise<void> => {
    for (const to of [POD.mate, POD.far]) expect(await site.answered(podHost(A, POD.near), to)).toBe(3);
  };
  const foreign =
    'ovs-ofctl -O OpenFlow13 add-flow br0 cookie=0x999,table=30,priority=2000,ip,nw_dst=192.0.2.1,actions=drop';

  /** Does something that costs the version note; the SDN answers with a new br0. */
  async function rebuilt(loss: () => Promise<unknown>): Promise<void> {
    const before = { dump: await site.network.dump(A), port: await site.port(A, 'tun0'), link: await site.mac(A) };
    await site.type(A, foreign);
    await loss();
    await site.network.settled(A);
    expect(await site.mac(A)).not.toBe(before.link);
    const after = await site.network.dump(A);
    expect(await site.port(A, 'tun0')).not.toBe(before.port);
    expect(await site.port(A, 'vxlan0')).toBe('1');
    expect(after).not.toBe(before.dump);
    expect(lasting(after)).toEqual(lasting(before.dump));
    await reachable();
  }

  test('a dump says the same about a host that nobody touched', async () => {
    for (const host of [A, WORKER, BIGIP, CLIENT, podHost(A, POD.near)]) {
      const dump = await site.network.dump(host);
      expect(dump.split('\n').length).toBeGreaterThan(10);
      expect(await site.network.dump(host)).toBe(dump);
    }
  });

  test("a fresh node's br0 and filter table are the simulated node's, line by line", async () => {
    const real = (await site.network.dump(A)).split('\n');
    const simulated = dumpNode(startNode(settings('networkpolicy')[A]!)).split('\n');
    // Real Open vSwitch leaves out cookie 0 and table 0, and sets a comma behind other tables.
    const flows = (lines: readonly string[]): readonly string[] =>
      lines
        .filter((line) => line.startsWith('flow '))
        .map((line) => line.replace(/cookie=0x0 (table=0 )?/, '').replace(/(table=\d+), /, '$1 '))
        .toSorted();
    expect(flows(real)).toEqual(flows(simulated));
    const filter = (lines: readonly string[]): readonly string[] =>
      lines.filter((line) => line.startsWith('iptables filter ')).toSorted();
    expect(filter(real)).toEqual(filter(simulated));
  });

  test('a dump names what was added: a tunnel, an address, a route, a rule, a flow', async () => {
    const before = (await site.network.dump(A)).split('\n');
    await site.type(
      A,
      `ip tunnel add tun9 mode ipip remote ${F5} dev eth0; ip addr add 192.0.2.1 dev tun9; ip link set tun9 up`,
    );
    await site.type(A, `ip route add 192.0.2.2 dev tun9; iptables -w -A INPUT -p 4 -s ${F5} -j ACCEPT; ${foreign}`);
    const added = (await site.network.dump(A)).split('\n').filter((line) => !before.includes(line));
    expect(added).toEqual([
      `link tun9 up ipip mtu 1480 remote ${F5} local any dev eth0 ttl inherit`,
      'address 192.0.2.1/32 dev tun9',
      'route 192.0.2.2 dev tun9 scope link',
      `iptables filter -A INPUT -s ${F5}/32 -p ipencap -j ACCEPT`,
      'sysctl ipv4/conf/tun9/forwarding = 1',
      'sysctl ipv4/conf/tun9/rp_filter = 1',
      'flow cookie=0x999, table=30, priority=2000,ip,nw_dst=192.0.2.1 actions=drop',
    ]);
    await site.type(A, `ip tunnel del tun9; iptables -w -D INPUT -p 4 -s ${F5} -j ACCEPT`);
    await site.network.wipeFlows(A);
    expect((await site.network.dump(A)).split('\n')).toEqual(before);
  });

  test('the version note lost: the SDN builds br0 anew, with other ports and another tun0', () =>
    rebuilt(() => site.network.loseNote(A)));

  test('all flows deleted: the same', () => rebuilt(() => site.type(A, 'ovs-ofctl -O OpenFlow13 del-flows br0')));

  test('Open vSwitch restarted: the same', () => rebuilt(() => site.network.restartOvs(A)));

  test('br0 deleted: the same', () => rebuilt(() => site.type(A, 'ovs-vsctl del-br br0')));

  test("foreign flows wiped: the SDN's stay, and so does br0", async () => {
    const [dump, mac] = [await site.network.dump(A), await site.mac(A)];
    await site.type(A, foreign);
    expect(await site.network.dump(A)).not.toBe(dump);
    await site.network.wipeFlows(A);
    expect(await site.network.dump(A)).toBe(dump);
    expect(await site.mac(A)).toBe(mac);
  });

  test("the SDN's chains flushed: it puts them back, and the rules of others stay gone or there", async () => {
    await site.type(
      A,
      'iptables -w -A INPUT -p tcp --dport 8443 -j ACCEPT; iptables -w -D INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
    );
    const before = await site.network.dump(A);
    await site.type(A, 'iptables -w -F OPENSHIFT-FIREWALL-ALLOW; iptables -w -D FORWARD 1; iptables -w -t nat -F');
    expect(await site.network.dump(A)).not.toBe(before);
    await until('the chains are back', async () => (await site.network.dump(A)) === before);
    await reachable();
  });

  test('a node without power answers nobody; with power it is as new', async () => {
    const [dump, mac] = [await site.network.dump(B), await site.mac(B)];
    await site.type(B, `ip addr add ${VIP} dev eth0; ${foreign}`);
    await site.network.powerOff(B);
    expect(await site.answered(BIGIP, '10.3.89.90')).toBe(0);
    expect(await site.answered(podHost(A, POD.near), POD.mate)).toBe(0);
    site.network = await Network.found(site.machine, plan('networkpolicy'));
    await site.network.follow(plan('networkpolicy')); // whoever comes later sees that it is off
    await site.network.powerOn(B);
    expect(await site.mac(B)).not.toBe(mac);
    expect(lasting(await site.network.dump(B))).toEqual(lasting(dump));
    await until('its Pods answer again', async () => (await site.answered(podHost(A, POD.near), POD.mate)) === 3);
  });

  test('a Pod, and a node of another network on the LAN, that come later are reached from everywhere', async () => {
    const nodes = settings('networkpolicy');
    const { others, ...like } = nodes[A]!;
    const later = {
      ...like,
      address: '10.20.30.91',
      gateway: '10.131.2.1/23',
      pods: ['10.131.2.9'],
      others: [others[0]!, ...Object.values(nodes).map(asOther)],
    };
    for (const node of Object.values(nodes)) node.others.push(asOther(later));
    nodes[A]!.pods.push('10.129.0.6');
    await site.network.follow({ ...plan('networkpolicy'), nodes: nodePlans({ ...nodes, later }) });
    expect(await site.answered(BIGIP, later.address)).toBe(3);
    for (const to of ['10.129.0.6', '10.131.2.9'])
      for (const from of [podHost(A, POD.near), podHost(B, POD.mate), podHost(WORKER, POD.far)])
        expect(await site.answered(from, to)).toBe(3);
  });

  describe('keepalived as the ipfailover image configures it', () => {
    const failover = (node: string): Failover => ({
      name: 'ipf-a',
      interface: 'eth0',
      offset: 7,
      check: 'true',
      vips: [vipOn(node, VIP, 2, 1)],
    });
    const holds = async (node: string): Promise<boolean> =>
      (await site.network.do(node, 'ip', '-o', '-4', 'addr', 'show', 'dev', 'eth0')).includes(` ${VIP}/32 `);

    test('priorities are those that the image gave in the field', () => {
      expect(vipOn('10.20.30.2', VIP, 2, 1)).toEqual({ address: VIP, master: true, priority: 253 });
      expect(vipOn('10.20.30.3', VIP, 2, 1, 9)).toEqual({ address: VIP, master: false, priority: 12 });
    });

    test('one node holds the address, and the other is BACKUP', async () => {
      await startKeepalived(site.network, A, failover('10.3.89.90')); // an even last octet is MASTER
      await until('the first node holds it', () => holds(A));
      await startKeepalived(site.network, B, failover('10.3.89.89'));
      await until('the second node is up', async () => (await keepalivedStates(site.network, B, 'ipf-a')).length > 0);
      expect(await keepalivedStates(site.network, B, 'ipf-a')).toEqual(['BACKUP']);
      expect(await keepalivedStates(site.network, A, 'ipf-a')).toContain('MASTER');
      expect(await site.network.dump(B)).toContain('-A INPUT -d 224.0.0.18/32 -j ACCEPT');
    });

    test('the holder without power: the other takes it over', async () => {
      await site.network.powerOff(A);
      await until('the second node holds it', () => holds(B));
      expect(await site.answered(BIGIP, VIP)).toBe(3);
    });

    test('stopped, it gives the address up and leaves its rule', async () => {
      await stopKeepalived(site.network, B, 'ipf-a');
      expect(await holds(B)).toBe(false);
      expect(await site.network.dump(B)).toContain('-d 224.0.0.18/32 -j ACCEPT');
      expect(await site.network.dump(B)).not.toContain('keepalived');
    });
  });
});
