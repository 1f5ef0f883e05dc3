import { readAnswers } from '../../lib/tunnel/device/answer';
import { parseFlow, flowObject, flowValue, type Flow } from '../../lib/tunnel/sdn/openflow';
import { snatFlows } from '../../lib/tunnel/sdn/flow';
import { recognise, type Pipeline } from '../../lib/tunnel/sdn/pipeline';
import { grouped } from '../../lib/tunnel/sdn/claim';
import {
  OTHER,
  PIPELINES,
  PLUGINS,
  RELEASES,
  bridgeFlows,
  podMac,
  tables,
  tracks,
  type Bridge,
  type Plugin,
  type Release,
} from '../lib/tunnel/pipelines';
import { dumpOurs } from '../lib/tunnel/ramp-answer';
import { EXAMPLE } from '../lib/tunnel/site';
import { BRIDGE, publishedOnRamp } from '../lib/tunnel/world';
import { Bench, type Fate } from './support/bench';

const T1 = '10.3.91.216';
const ADDRESS = '10.129.1.254';
const [POD, NEIGHBOUR] = BRIDGE.pods as [string, string];
const OLD_MAC = '4e:1f:a2:ff:ff:ff';

const bench = new Bench();
beforeAll(() => bench.start('10.129.0.1/23'));
afterAll(() => bench.stop());

const spelled = (flows: readonly Flow[]): readonly string[] =>
  flows.map((flow) => `${flowObject(flow)} ${flowValue(flow)}`).toSorted();
const parsed = (lines: readonly string[]): readonly Flow[] =>
  lines.filter((line) => line.includes('actions=')).map((line) => parseFlow(line, BRIDGE.port));

const ip = (port: string, from: string, to: string, more = ''): string =>
  `in_port=${port},icmp,dl_dst=${OLD_MAC},nw_src=${from},nw_dst=${to},nw_ttl=64${more}`;
const arp = (port: string, from: string, to: string, mac: string, more = ''): string =>
  `in_port=${port},arp,arp_op=1,arp_spa=${from},arp_tpa=${to},arp_sha=${mac}${more}`;
const through = (node: string): string => `,tun_id=0x64,tun_src=${node},tun_dst=10.3.89.89`;
const NODE = through(OTHER.address);
const STRANGER = through('192.0.2.99');

function leaves(fate: Fate, port: string, ...fields: readonly string[]): void {
  expect(fate.ports).toEqual([port]);
  for (const field of fields) expect(`,${fate.left},`).toContain(`,${field},`);
  expect(fate.trace).not.toMatch(/failed|unsupported|error/i);
}
const dropped = async (packet: string): Promise<void> => expect((await bench.trace(packet)).ports).toEqual([]);

/** The bridge as real Open vSwitch shows it to the observe script. */
function observed(): readonly Flow[] {
  const answer = bench.script('observe', {
    SSM_Tunnel: 'edge-a',
    SSM_Fence: '0',
    SSM_Questions: `flows 0x999 ${T1}`,
  });
  return parsed(answer.split('\n').map((line) => line.replace(/^\|/, '')));
}

describe.each(PIPELINES)('on the bridge of OpenShift %s with %s', (release: Release, plugin: Plugin) => {
  const bridge: Bridge = { ...BRIDGE, release, plugin };
  const flows = bridgeFlows(bridge);
  let pipeline: Pipeline;
  let ours: Readonly<Record<string, string>>;

  beforeAll(() => {
    bench.load(flows);
    pipeline = recognise('node', observed(), bridge, bridge.clusters);
    const made = snatFlows(EXAMPLE, bridge, pipeline, ADDRESS);
    ours = Object.fromEntries(made.map((flow) => [flowObject(flow), flowValue(flow)]));
    bench.script('apply', {
      SSM_Tunnel: 'edge-a',
      SSM_Fence: '1',
      SSM_Digest: '0123456789abcdef',
      SSM_Operations: Object.entries(ours)
        .map(([object, value]) => `create~${object}~-~${value}`)
        .join('|'),
    });
  });

  test('the pipeline is recognised by what the observe script says', () =>
    expect(pipeline).toMatchObject({ plugin, ...tables(release) }));

  test('the flows are held as they were sent, with ports by number and by name', () => {
    const all = [...spelled(parsed(flows)), ...Object.entries(ours).map(([object, value]) => `${object} ${value}`)];
    expect(Object.keys(ours)).toHaveLength(4);
    expect(spelled(parsed(bench.dump('--no-names')))).toEqual(all.toSorted());
    const named = bench.dump('--names');
    expect(named.filter((line) => line.endsWith('output:tun0')).length).toBeGreaterThan(3);
    // Of Pods' ports nothing is read, so their names stay.
    expect(spelled(parsed(named)).map((line) => line.replace(/\bveth([45])\b/, '$1'))).toEqual(all.toSorted());
    const seen = spelled(observed());
    for (const [object, value] of Object.entries(ours)) expect(seen).toContain(`${object} ${value}`);
  });

  test("BIG-IP's packets arrive at Pods here and elsewhere under RAMP_SDN_IP", async () => {
    leaves(await bench.trace(ip('2', T1, POD)), '4', `nw_src=${ADDRESS}`, `nw_dst=${POD}`);
    leaves(await bench.trace(ip('2', T1, OTHER.pod)), '1', `nw_src=${ADDRESS}`, `tun_dst=${OTHER.address}`);
  });

  test("the Pods' replies arrive at tun0 for BIG-IP, with tun0's MAC", async () => {
    const home = [`nw_dst=${T1}`, `dl_dst=${BRIDGE.mac}`];
    leaves(await bench.trace(ip('4', POD, ADDRESS), 'est,rpl'), '2', `nw_src=${POD}`, ...home);
    leaves(await bench.trace(ip('1', OTHER.pod, ADDRESS, NODE), 'est,rpl'), '2', `nw_src=${OTHER.pod}`, ...home);
  });

  test('ARP for RAMP_SDN_IP passes both ways', async () => {
    leaves(await bench.trace(arp('4', POD, ADDRESS, podMac(POD))), '2');
    leaves(await bench.trace(arp('1', OTHER.pod, ADDRESS, podMac(OTHER.pod), NODE)), '2');
    leaves(await bench.trace(arp('2', ADDRESS, POD, BRIDGE.mac)), '4');
    leaves(await bench.trace(arp('2', ADDRESS, OTHER.pod, BRIDGE.mac)), '1');
  });

  test("a Pod cannot forge BIG-IP's address or RAMP_SDN_IP", async () => {
    for (const address of [T1, ADDRESS]) {
      for (const to of [NEIGHBOUR, OTHER.pod]) await dropped(ip('4', address, to));
      await dropped(arp('4', address, NEIGHBOUR, podMac(POD)));
    }
  });

  test("a stranger's VXLAN packet is dropped, whoever it is for and from", async () => {
    for (const from of [OTHER.pod, T1]) await dropped(ip('1', from, ADDRESS, STRANGER));
    for (const from of [T1, ADDRESS]) await dropped(ip('1', from, POD, STRANGER));
    await dropped(arp('1', OTHER.pod, ADDRESS, podMac(OTHER.pod), STRANGER));
  });

  test('the Pods still reach each other and the gateway', async () => {
    leaves(await bench.trace(ip('4', POD, NEIGHBOUR)), '5');
    leaves(await bench.trace(ip('4', POD, OTHER.pod)), '1');
    leaves(await bench.trace(ip('4', POD, BRIDGE.gateway)), '2');
  });
});

describe('on a busy node: 250 Pods, 5,000 flows, a policy for each of the rest', () => {
  const pods = Array.from({ length: 250 }, (_, i) => `10.129.${i % 2}.${2 + (i >> 1)}`);
  const clusters = ['10.128.0.0/14', '10.132.0.0/14', '10.136.0.0/14', '10.140.0.0/14'];
  const questions = ['pods', `flows 0x999 ${T1}`, 'flows 0xabc 10.3.91.215'];

  test.each(RELEASES)('of OpenShift %s, the answer is whole, short, and tells the pipeline', (release) => {
    const plugin = PLUGINS.filter((each) => PIPELINES.some(([r, p]) => r === release && p === each)).at(-1)!;
    const bridge: Bridge = { ...BRIDGE, release, plugin, pods, clusters };
    const flows = bridgeFlows(bridge);
    const table = tables(release).routing === 5 ? 7 : 80;
    const policy = (i: number): string =>
      ` cookie=0x0, table=${table}, priority=150,ip,reg1=0x${i.toString(16)},nw_src=10.128.${i >> 8}.${i & 255} actions=output:2`;
    bench.load([...flows, ...Array.from({ length: 5001 - flows.length }, (_, i) => policy(i))]);
    expect(bench.dump()).toHaveLength(5000);

    const text = bench.script('observe', {
      SSM_Tunnel: 'edge-a',
      SSM_Fence: '0',
      SSM_Questions: questions.join('|'),
    });
    expect(text.length).toBeLessThan(12_000);
    const [listed, told, more] = questions.map((each) => readAnswers('node', text, questions).get(each)!.lines);
    expect(listed!.flatMap(grouped).toSorted()).toEqual(pods.toSorted());
    expect(recognise('node', parsed(told!), bridge, clusters)).toMatchObject({ plugin, ...tables(release) });
    expect(more).toEqual([]); // of the other tunnel there is nothing that was not told
  });
});

describe.each(PIPELINES)("the published procedure's seven flows on OpenShift %s with %s", (release, plugin) => {
  const bridge: Bridge = { ...BRIDGE, release, plugin };
  const address = '10.129.0.254';
  beforeAll(() => {
    const published = Object.fromEntries(publishedOnRamp(EXAMPLE, bridge));
    bench.load([...bridgeFlows(bridge), ...dumpOurs(published)]);
  });

  test('lose every packet in table 25 where the SDN tracks connections, and carry them elsewhere', async () => {
    const [here, there] = (await Promise.all([POD, OTHER.pod].map((pod) => bench.trace(ip('2', T1, pod))))) as [
      Fate,
      Fate,
    ];
    if (!tracks(release, plugin)) {
      leaves(here, '4', `nw_src=${address}`);
      leaves(there, '1', `nw_src=${address}`);
      return;
    }
    for (const fate of [here, there]) {
      expect(fate.ports).toEqual([]);
      expect(fate.trace).toMatch(/^25\. /m);
    }
  });

  test("leave Pods without an answer to ARP before 3.5, where table 30 is nobody's", async () => {
    const small = tables(release).routing === 5;
    expect((await bench.trace(arp('2', address, POD, BRIDGE.mac))).ports).toEqual(small ? [] : ['4']);
  });

  test("let a stranger's VXLAN packet and a Pod's forged one pass to tun0", async () => {
    leaves(await bench.trace(ip('1', OTHER.pod, address, STRANGER)), '2');
    leaves(await bench.trace(ip('4', NEIGHBOUR, address)), '2');
  });
});
