import { startNode, dumpNode, type NodeSettings, type OtherNode } from '../../lab/hosts/node/node';
import { networkOf } from '../../lab/hosts/address';
import type { Plugin } from '../../lab/hosts/node/pipeline';
import {
  keepalivedStates,
  startKeepalived,
  stopKeepalived,
  vipOn,
  type Failover,
} from '../../lab/kernel/network/keepalived';
import { CLIENT, Network, podHost } from '../../lab/kernel/network/network';
import { nodePlans, type SitePlan } from '../../lab/kernel/network/plan';
import { openMachine, type Machine } from '../../lab/kernel/machine/machine';

const F5 = '10.3.89.66';
const BIGIP = '10.3.88.66';
const T1 = '10.3.91.216';
const T2 = '10.3.91.217';
const CLUSTER = '10.128.0.0/14';
const VIP = '10.3.89.100';
const [A, B, WORKER] = ['i-0a4e90de0a4e90de0', 'i-0b4e90de0b4e90de0', 'worker-10.3.89.250'] as const;
const POD = { near: '10.129.0.5', mate: '10.131.0.5', far: '10.130.0.7' };
const RAMP_SDN_IP = '10.129.0.254';

const asOther = ({ address, gateway, pods }: NodeSettings): OtherNode => ({
  address,
  subnet: networkOf(gateway),
  pods,
});

/** Two ramp nodes that know each other, and the worker that both name. */
function settings(plugin: Plugin): Record<string, NodeSettings> {
  const node = (address: string, gateway: string, pods: string[]): NodeSettings => ({
    address,
    interface: 'eth0',
    plugin,
    clusterNetwork: CLUSTER,
    gateway,
    pods,
    others: [{ address: '10.3.89.250', subnet: '10.130.0.0/23', pods: [POD.far] }],
  });
  const [a, b] = [node('10.3.89.89', '10.129.0.1/23', [POD.near]), node('10.3.89.90', '10.131.0.1/23', [POD.mate])];
  a.others.push(asOther(b));
  b.others.push(asOther(a));
  return { [A]: a, [B]: b };
}
const site = (plugin: Plugin): SitePlan => ({
  nodes: nodePlans(settings(plugin)),
  bigips: [{ name: BIGIP, addresses: [`${F5}/24`], outside: `${BIGIP}/24` }],
  client: '10.3.88.9/24',
});

let machine: Machine;
let network: Network;
const start = async (plugin: Plugin): Promise<void> => {
  machine = await openMachine();
  network = await Network.build(machine, site(plugin));
};
const end = (): Promise<void> => machine.close();

const type = (host: string, line: string): Promise<string> => network.do(host, 'bash', '-c', line);

/** How many of three pings were answered. */
async function answered(from: string, to: string): Promise<number> {
  const { out } = await machine.run({ host: from, command: ['ping', '-n', '-c3', '-i0.2', '-W1', to] });
  return Number(/(\d+) received/.exec(out)?.[1] ?? 0);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 150) throw new Error(`Waited for it in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** tun0's, or "" while there is none. */
const macOf = async (node: string): Promise<string> =>
  (await type(node, "ip -o link show tun0 2>/dev/null | sed 's/.*ether //; s/ .*//'")).trim();
const portOf = async (node: string, device: string): Promise<string> =>
  (await network.do(node, 'ovs-vsctl', 'get', 'Interface', device, 'ofport')).trim();
const whole = async (node: string): Promise<boolean> =>
  (await type(node, 'ovs-ofctl -O OpenFlow13 dump-flows br0 table=253 2>&1 || true')).includes('note:');

/** Both ends of the tunnel, and the door in the stock firewall. */
async function tunnel(): Promise<void> {
  await type(
    BIGIP,
    `ip tunnel add SDN mode ipip local ${F5} remote 10.3.89.89 && ip addr add ${T1}/24 dev SDN && ip link set SDN up && ip route add ${CLUSTER} dev SDN`,
  );
  await type(
    A,
    `ip tunnel add tun1 mode ipip remote ${F5} dev eth0 && ip addr add ${T2} dev tun1 && ip link set tun1 up && ip route add ${T1} dev tun1
     iptables -w -I INPUT 1 -p 4 -s ${F5} -j ACCEPT`,
  );
}

/** The corrected four flows for release 3.11's tables. */
async function fourFlows(): Promise<void> {
  const [port, mac] = [await portOf(A, 'tun0'), await macOf(A)];
  await type(
    A,
    `ip addr add ${RAMP_SDN_IP} dev tun0
     ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<X
cookie=0x999,table=0,priority=2000,in_port=${port},ip,nw_src=${T1},nw_dst=${CLUSTER},actions=load:0->NXM_NX_REG0[],mod_nw_src:${RAMP_SDN_IP},goto_table:30
cookie=0x999,table=0,priority=2000,in_port=${port},arp,arp_spa=${RAMP_SDN_IP},arp_tpa=${CLUSTER},actions=goto_table:30
cookie=0x999,table=30,priority=2000,arp,arp_tpa=${RAMP_SDN_IP},actions=output:${port}
cookie=0x999,table=30,priority=2000,ip,nw_dst=${RAMP_SDN_IP},actions=mod_dl_dst:${mac},mod_nw_dst:${T1},output:${port}
X`,
  );
}

describe.each<Plugin>(['subnet', 'multitenant', 'networkpolicy'])(
  'from a BIG-IP to the Pods, with ovs-%s',
  (plugin) => {
    beforeAll(() => start(plugin));
    afterAll(end);

    test('Pods of all nodes reach each other through br0 and VXLAN', async () => {
      for (const to of Object.values(POD)) expect(await answered(podHost(B, POD.mate), to)).toBe(3);
    });

    test('the client reaches the BIG-IP and nobody else', async () => {
      expect(await answered(CLIENT, BIGIP)).toBe(3);
      expect(await answered(CLIENT, F5)).toBe(0);
      expect(await answered(CLIENT, POD.near)).toBe(0);
    });

    test('without a tunnel no Pod answers, with a tunnel alone none on another node', async () => {
      for (const to of Object.values(POD)) expect(await answered(BIGIP, to)).toBe(0);
      await tunnel();
      expect(await answered(BIGIP, T2)).toBe(3);
      for (const to of [POD.far, POD.mate]) expect(await answered(BIGIP, to)).toBe(0);
    });

    test('with the corrected four flows every Pod answers', async () => {
      await fourFlows();
      for (const to of Object.values(POD)) expect(await answered(BIGIP, to)).toBe(3);
    });

    test('no datapath has lost a packet on the way to ovs-vswitchd', async () => {
      for (const node of [A, B, WORKER]) expect(await network.lost(node)).toBe(0);
    });
  },
);

describe('what happens to nodes', () => {
  beforeAll(() => start('networkpolicy'));
  afterAll(end);

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
    for (const to of [POD.mate, POD.far]) expect(await answered(podHost(A, POD.near), to)).toBe(3);
  };
  const foreign =
    'ovs-ofctl -O OpenFlow13 add-flow br0 cookie=0x999,table=30,priority=2000,ip,nw_dst=192.0.2.1,actions=drop';

  /** Does something that costs the version note; the SDN answers with a new br0. */
  async function rebuilt(loss: () => Promise<unknown>): Promise<void> {
    const before = { dump: await network.dump(A), port: await portOf(A, 'tun0'), link: await macOf(A) };
    await type(A, foreign);
    await loss();
    await until('the SDN has built br0 anew', async () => (await whole(A)) && (await macOf(A)) !== before.link);
    const after = await network.dump(A);
    expect(await portOf(A, 'tun0')).not.toBe(before.port);
    expect(await portOf(A, 'vxlan0')).toBe('1');
    expect(after).not.toBe(before.dump);
    expect(lasting(after)).toEqual(lasting(before.dump));
    await reachable();
  }

  test('a dump says the same about a host that nobody touched', async () => {
    for (const host of [A, WORKER, BIGIP, CLIENT, podHost(A, POD.near)]) {
      const dump = await network.dump(host);
      expect(dump.split('\n').length).toBeGreaterThan(10);
      expect(await network.dump(host)).toBe(dump);
    }
  });

  test("a fresh node's br0 and filter table are the simulated node's, line by line", async () => {
    const real = (await network.dump(A)).split('\n');
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
    const before = (await network.dump(A)).split('\n');
    await type(
      A,
      `ip tunnel add tun9 mode ipip remote ${F5} dev eth0; ip addr add 192.0.2.1 dev tun9; ip link set tun9 up`,
    );
    await type(A, `ip route add 192.0.2.2 dev tun9; iptables -w -A INPUT -p 4 -s ${F5} -j ACCEPT; ${foreign}`);
    const added = (await network.dump(A)).split('\n').filter((line) => !before.includes(line));
    expect(added).toEqual([
      `link tun9 up ipip mtu 1480 remote ${F5} local any dev eth0 ttl inherit`,
      'address 192.0.2.1/32 dev tun9',
      'route 192.0.2.2 dev tun9 scope link',
      `iptables filter -A INPUT -s ${F5}/32 -p ipencap -j ACCEPT`,
      'sysctl ipv4/conf/tun9/forwarding = 1',
      'sysctl ipv4/conf/tun9/rp_filter = 1',
      'flow cookie=0x999, table=30, priority=2000,ip,nw_dst=192.0.2.1 actions=drop',
    ]);
    await type(A, `ip tunnel del tun9; iptables -w -D INPUT -p 4 -s ${F5} -j ACCEPT`);
    await network.wipeFlows(A);
    expect((await network.dump(A)).split('\n')).toEqual(before);
  });

  test('all flows deleted: the SDN builds br0 anew, with other ports and another tun0', () =>
    rebuilt(() => type(A, 'ovs-ofctl -O OpenFlow13 del-flows br0')));

  test('Open vSwitch restarted: the same', () => rebuilt(() => network.restartOvs(A)));

  test('br0 deleted: the same', () => rebuilt(() => type(A, 'ovs-vsctl del-br br0')));

  test("foreign flows wiped: the SDN's stay, and so does br0", async () => {
    const [dump, mac] = [await network.dump(A), await macOf(A)];
    await type(A, foreign);
    expect(await network.dump(A)).not.toBe(dump);
    await network.wipeFlows(A);
    expect(await network.dump(A)).toBe(dump);
    expect(await macOf(A)).toBe(mac);
  });

  test("the SDN's chains flushed: it puts them back, and the rules of others stay gone or there", async () => {
    await type(
      A,
      'iptables -w -A INPUT -p tcp --dport 8443 -j ACCEPT; iptables -w -D INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
    );
    const before = await network.dump(A);
    await type(A, 'iptables -w -F OPENSHIFT-FIREWALL-ALLOW; iptables -w -D FORWARD 1; iptables -w -t nat -F');
    expect(await network.dump(A)).not.toBe(before);
    await until('the chains are back', async () => (await network.dump(A)) === before);
    await reachable();
  });

  test('a node without power answers nobody; with power it is as new', async () => {
    const [dump, mac] = [await network.dump(B), await macOf(B)];
    await type(B, `ip addr add ${VIP} dev eth0; ${foreign}`);
    await network.powerOff(B);
    expect(await answered(BIGIP, '10.3.89.90')).toBe(0);
    expect(await answered(podHost(A, POD.near), POD.mate)).toBe(0);
    await network.powerOn(B);
    expect(await macOf(B)).not.toBe(mac);
    expect(lasting(await network.dump(B))).toEqual(lasting(dump));
    await until('its Pods answer again', async () => (await answered(podHost(A, POD.near), POD.mate)) === 3);
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
    await network.follow({ ...site('networkpolicy'), nodes: nodePlans({ ...nodes, later }) });
    expect(await answered(BIGIP, later.address)).toBe(3);
    for (const to of ['10.129.0.6', '10.131.2.9'])
      for (const from of [podHost(A, POD.near), podHost(B, POD.mate), podHost(WORKER, POD.far)])
        expect(await answered(from, to)).toBe(3);
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
      (await network.do(node, 'ip', '-o', '-4', 'addr', 'show', 'dev', 'eth0')).includes(` ${VIP}/32 `);

    test('priorities are those that the image gave in the field', () => {
      expect(vipOn('10.20.30.2', VIP, 2, 1)).toEqual({ address: VIP, master: true, priority: 253 });
      expect(vipOn('10.20.30.3', VIP, 2, 1, 9)).toEqual({ address: VIP, master: false, priority: 12 });
    });

    test('one node holds the address, and the other is BACKUP', async () => {
      await startKeepalived(network, A, failover('10.3.89.90')); // an even last octet is MASTER
      await until('the first node holds it', () => holds(A));
      await startKeepalived(network, B, failover('10.3.89.89'));
      await until('the second node is up', async () => (await keepalivedStates(network, B, 'ipf-a')).length > 0);
      expect(await keepalivedStates(network, B, 'ipf-a')).toEqual(['BACKUP']);
      expect(await keepalivedStates(network, A, 'ipf-a')).toContain('MASTER');
      expect(await network.dump(B)).toContain('-A INPUT -d 224.0.0.18/32 -j ACCEPT');
    });

    test('the holder without power: the other takes it over', async () => {
      await network.powerOff(A);
      await until('the second node holds it', () => holds(B));
      expect(await answered(BIGIP, VIP)).toBe(3);
    });

    test('stopped, it gives the address up and leaves its rule', async () => {
      await stopKeepalived(network, B, 'ipf-a');
      expect(await holds(B)).toBe(false);
      expect(await network.dump(B)).toContain('-d 224.0.0.18/32 -j ACCEPT');
      expect(await network.dump(B)).not.toContain('keepalived');
    });
  });
});
