import { removal } from '../../bench/contenders/chapter';
import { pasteLines } from '../../bench/contenders/pasted';
import { podHost } from '../../lab/kernel/network/network';
import { pings } from '../../bench/traffic/pings';
import {
  arrivedAtBigIp,
  chapter,
  published,
  rebuildBridge,
  refusedByBigIp,
  SDN_ADDRESS,
  tun0Mac,
  typeFour,
} from './support/chapter';
import { echoes } from './support/echoes';
import { BIGIP, FIRST, PODS, VIP, kernelSite, single, type KernelSite } from './support/site';
import { answers, VIRTUALS } from './support/traffic';

/** The published procedure, typed by hand: what it carries, what it does not, and that each correction is needed. A Linux machine stands for BIG-IP. */
const { F5_IP, TUNNEL_IP1 } = chapter;
/** Of the ramp node, and of other nodes. */
const [NEAR, FAR] = [PODS.ramp, [PODS.worker, '10.131.0.5']];
const ALL = [NEAR, ...FAR];
const EACH = ALL.map(() => 3);
const NONE = ALL.map(() => 0);
const served = ALL.map((pod) => `pod=${pod} peer=${SDN_ADDRESS}`);
const LET_IN = `INPUT %s -p 4 -s ${F5_IP} -j ACCEPT`;

let site: KernelSite;
const open = (plugin: 'subnet' | 'multitenant' | 'networkpolicy') => async () => {
  site = await kernelSite({ spec: single, world: { plugin } });
};
const close = (): Promise<void> => site?.close();
const type = (line: string): Promise<string> => site.type(FIRST, line);
const reached = (pods: readonly string[] = ALL): Promise<readonly number[]> => echoes(site, BIGIP, pods);
/** A Pod that has asked for an address in vain asks again when it pleases, not when we look. */
async function reachedAtLast(pods: readonly string[]): Promise<readonly number[]> {
  let found = await reached(pods);
  for (let tries = 0; tries < 30 && found.includes(0); tries++) found = await reached(pods);
  return found.includes(0) ? found : reached(pods);
}
/** All that conntrack knows is lost, as what nobody uses is after 600 s. */
const forget = (): Promise<string> => type('conntrack -F');

async function expectServed(): Promise<void> {
  for (const virtual of VIRTUALS) expect(await answers(site, virtual, ALL.length)).toEqual(served);
}

/** Packets at BIG-IP after a Pod has sent three to RAMP_SDN_IP from an address that is not its own. */
async function forged(): Promise<number> {
  const pod = podHost(FIRST, NEAR);
  await site.hosts.network.do(pod, 'ip', 'addr', 'replace', '10.129.0.99/32', 'dev', 'lo');
  await echoes(site, pod, [SDN_ADDRESS]); // it knows the way now
  const before = await arrivedAtBigIp(site);
  await echoes(site, pod, [SDN_ADDRESS], '10.129.0.99');
  return (await arrivedAtBigIp(site)) - before;
}

describe('with ovs-subnet', () => {
  beforeAll(open('subnet'));
  afterAll(close);

  test('the seven flows as published carry HTTP to the Pods of all nodes', async () => {
    await pasteLines(site.hosts, published('seven'));
    await expectServed();
  });

  test("BIG-IP may not speak first on a stock INPUT chain; the node's ping opens it for as long as conntrack remembers", async () => {
    expect(await type('sysctl -n net.netfilter.nf_conntrack_generic_timeout')).toBe('600\n');
    expect(await type('conntrack -L -p 4')).toContain(`dst=${F5_IP}`);
    await forget();
    expect(await reached()).toEqual(NONE);
    await type(`ping -c 1 ${TUNNEL_IP1}`);
    expect(await reached()).toEqual(EACH);
    await forget();
    expect(await reached()).toEqual(NONE);
  });

  test('a rule behind the REJECT does not help, one ahead of it does', async () => {
    await type(`iptables -w -A ${LET_IN.replace('%s', '')}`);
    expect(await reached()).toEqual(NONE);
    await type(`iptables -w -I ${LET_IN.replace('%s', '1')}`);
    expect(await reached()).toEqual(EACH);
    await forget();
    expect(await reached()).toEqual(EACH);
  });

  test("packets that a Pod sends from another's address leave by the tunnel", async () => {
    expect(await forged()).toBe(3);
  });

  test('what is removed by its cookie leaves the two flows that have none', async () => {
    await pasteLines(site.hosts, removal(chapter));
    const left = (await type('ovs-ofctl -O OpenFlow13 dump-flows br0'))
      .split('\n')
      .filter((line) => line.includes(SDN_ADDRESS));
    expect(left).toEqual([expect.stringContaining('table=5,'), expect.stringContaining('table=5,')]);
  });
});

describe('with ovs-multitenant', () => {
  beforeAll(open('multitenant'));
  afterAll(close);

  test('the seven flows as published carry HTTP to the Pods of all nodes', async () => {
    await pasteLines(site.hosts, published('seven'));
    await expectServed();
  });

  test("behind a virtual IP the published tunnel's packets leave from the node's own address, and BIG-IP drops them", async () => {
    await pasteLines(site.hosts, removal(chapter));
    await type(`ip addr add ${VIP}/24 dev ${chapter.device}; iptables -w -I ${LET_IN.replace('%s', '1')}`);
    const lines = published('seven', true);
    await expect(pasteLines(site.hosts, lines)).rejects.toThrow(`Pasting stopped at "ping -c 5 ${TUNNEL_IP1}"`);
    await pasteLines(site.hosts, lines.slice(lines.findIndex(({ line }) => line.startsWith('ping ')) + 1));
    const refused = await refusedByBigIp(site);
    expect(await reached()).toEqual(NONE);
    expect((await refusedByBigIp(site)) - refused).toBeGreaterThan(0);
  });

  test('with `local` the same carries', async () => {
    await type(`ip tunnel change ${chapter.interface} mode ipip remote ${F5_IP} local ${VIP} dev ${chapter.device}`);
    expect(await reached()).toEqual(EACH);
  });
});

describe('with ovs-networkpolicy', () => {
  beforeAll(open('networkpolicy'));
  afterAll(close);

  test('of the seven flows as published none carries: all packets die in table 25', async () => {
    await pasteLines(site.hosts, published('seven'));
    const died = async (): Promise<number> =>
      Number(
        /n_packets=(\d+),.* actions=drop/.exec(await type('ovs-ofctl -O OpenFlow13 dump-flows br0 table=25'))?.[1],
      );
    const before = await died();
    expect(await reached()).toEqual(NONE);
    expect((await died()) - before).toBe(3 * ALL.length);
  });

  test('the corrected four carry HTTP to the Pods of all nodes, on the same hosts', async () => {
    await pasteLines(site.hosts, removal(chapter));
    await pasteLines(site.hosts, published('four'));
    await expectServed();
  });

  test("packets that a Pod sends from another's address do not leave", async () => {
    expect(await forged()).toBe(0);
  });

  test("below the SDN's priorities the flow to the Pods is never met: without SNAT other nodes' Pods do not answer", async () => {
    const later = 'table=0,priority=100,in_port=2,ip,nw_src';
    await typeFour(site, (line) => line.replace('table=0,priority=2000,in_port=2,ip,nw_src', later));
    await type(
      `ovs-ofctl -O OpenFlow13 --strict del-flows br0 priority=2000,in_port=2,ip,nw_src=${TUNNEL_IP1},nw_dst=${chapter.CLUSTER_NETWORK}`,
    );
    expect(await reached()).toEqual([3, 0, 0]);
    await typeFour(site);
    expect(await reached()).toEqual(EACH);
  });

  test('deleted and added again the flows lose packets, in one bundle none', async () => {
    const flows = (await type('ovs-ofctl -O OpenFlow13 --no-stats dump-flows br0 cookie=0x999/-1')).trim().split('\n');
    const file = (word: string): string =>
      flows.map((flow) => `${word}${flow.trim().replace(' actions', ',actions')}`).join('\n');
    const remove = 'cookie=0x999/-1';
    const lost = async (line: string): Promise<number> => {
      const echoes = await pings(site.hosts.machine, BIGIP, { to: [PODS.worker], rate: 200 });
      for (let i = 0; i < 3; i++) await type(line);
      return Object.values(await echoes.stop())[0]!.lost;
    };
    const add = (options: string, text: string): string =>
      `ovs-ofctl -O OpenFlow13 ${options} add-flows br0 - <<'END'\n${text}\nEND\n`;
    const figures = {
      nothing: await lost('sleep 0.5'),
      bundle: await lost(add('--bundle', `delete ${remove}\n${file('add ')}`)),
      anew: await lost(`ovs-ofctl -O OpenFlow13 del-flows br0 ${remove}\n${add('', file(''))}`),
    };
    console.info(`of 200 pings a second during three changes of the flows lost: ${JSON.stringify(figures)}`);
    expect(figures.bundle).toBeLessThanOrEqual(figures.nothing);
    expect(figures.anew).toBeGreaterThan(figures.bundle);
  });

  test('a link that was down and up again has lost its route', async () => {
    await type(`ip link set ${chapter.interface} down; ip link set ${chapter.interface} up`);
    expect(await type(`ip route show ${TUNNEL_IP1}`)).toBe('');
    expect(await reached()).toEqual(NONE);
    await type(`ip route replace ${TUNNEL_IP1} dev ${chapter.interface}`);
    expect(await reached()).toEqual(EACH);
  });

  describe('after br0 was built anew', () => {
    /** They have not heard of RAMP_SDN_IP: one of the ramp node, one of the worker. */
    const STRANGERS = ['10.129.0.6', '10.130.0.8'];
    const WITHOUT_MAC = (line: string): string => line.replace('mod_dl_dst:$TUN0_MAC,', '');
    const inPod = (command: string, ...words: string[]): Promise<string> =>
      site.hosts.network.do(podHost(FIRST, NEAR), command, ...words);
    let oldMac: string;

    beforeAll(async () => {
      await reached([NEAR]);
      // What the Pod knows it has learned just now, and holds for long: how fast the machine is changes nothing.
      const mac = await tun0Mac(site);
      await inPod('sysctl', '-qw', 'net.ipv4.neigh.eth0.base_reachable_time_ms=3600000');
      await inPod('ip', 'neigh', 'change', SDN_ADDRESS, 'dev', 'eth0', 'lladdr', mac, 'nud', 'reachable');
      oldMac = await rebuildBridge(site);
    });

    test('the flows without their address on tun0 cut what had flowed without them', async () => {
      expect(await reached(STRANGERS)).toEqual([3, 0]);
      await typeFour(site, WITHOUT_MAC);
      expect(await reached(STRANGERS)).toEqual([0, 0]);
      await type(`ip addr add ${SDN_ADDRESS} dev tun0`);
      expect(await reachedAtLast(STRANGERS)).toEqual([3, 3]);
    });

    test("a Pod that knew tun0's old MAC is not heard, unless the flow back writes the new one", async () => {
      const known = (): Promise<string> => inPod('ip', 'neigh', 'show', SDN_ADDRESS);
      expect(await reached([NEAR])).toEqual([0]);
      expect(await known()).toContain(oldMac);
      await typeFour(site);
      expect(await reached([NEAR])).toEqual([3]);
      expect(await known()).toContain(oldMac);
      expect(await tun0Mac(site)).not.toBe(oldMac);
    });
  });
});
