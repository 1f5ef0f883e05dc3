import { Refused } from '../../../../lib/tunnel/errors/errors';
import { parseFlow } from '../../../../lib/tunnel/sdn/openflow';
import { recognise } from '../../../../lib/tunnel/sdn/pipeline';
import { PIPELINES, PLUGINS, bridgeFlows, landmarkLines, oldFlows, tables, type Bridge } from '../pipelines';
import { BRIDGE } from '../world';

const NODE = 'ramp node i-0a4e90de0a4e90de0';
const SEVERAL = ['10.128.0.0/14', '10.140.0.0/20'];

function recognised(lines: readonly string[], bridge: Bridge) {
  const flows = lines.filter((line) => line.includes('actions=')).map((line) => parseFlow(line, bridge.port));
  return recognise(NODE, flows, bridge, bridge.clusters);
}

function refused(lines: readonly string[], bridge: Bridge, code: string | RegExp, ...words: readonly string[]): void {
  let problem: unknown;
  try {
    problem = recognised(lines, bridge);
  } catch (error) {
    problem = error;
  }
  expect(problem).toBeInstanceOf(Refused);
  expect((problem as Refused).code).toMatch(code);
  for (const word of [NODE, ...words]) expect((problem as Refused).message).toContain(word);
}

/** As newer builds of ovs-ofctl print ports. */
const byName = (line: string): string =>
  line
    .replace('in_port=2', 'in_port=tun0')
    .replace('in_port=1,', 'in_port=vxlan0,')
    .replace(/output:2$/, 'output:tun0');

const RELEASE_OF: Readonly<Record<string, string>> = {
  '01': '3.2 to 3.4',
  '03': '3.5',
  '04': '3.6',
  '05': '3.7 or 3.9',
  '06': '3.7 or 3.9',
  '07': '3.10, 3.11 or 4.2 to 4.5',
  '08': '4.5 to 4.7',
  '09': '4.5 to 4.7',
  '0a': '4.8 or 4.9',
  '0b': '4.8 or 4.9',
  '0c': '4.8 or 4.9',
  '0d': '4.10 to 4.16',
  '0e': '4.10 to 4.16',
};

describe.each(PIPELINES)('the bridge of an OpenShift %s node with %s', (release, plugin) => {
  const bridge: Bridge = { ...BRIDGE, release, plugin };
  const lines = bridgeFlows(bridge);
  const landmarks = [...landmarkLines(bridge)];
  const version = /note:0[0-2]\.(..)/.exec(lines.at(-1)!)![1]!;

  test('is recognised, with its tables read off it', () =>
    expect(recognised(lines, bridge)).toMatchObject({ release: RELEASE_OF[version], plugin, ...tables(release) }));

  test('gives the keeper the flows that tell it and the version note, with a slot where the port of tun0 is', () => {
    const text = (line: string): string => JSON.stringify(parseFlow(line, bridge.port));
    const told = recognised(lines, bridge).landmarks.map((each) => text(each.replaceAll('[port]', bridge.port)));
    expect([...told].sort()).toEqual([...landmarks.map(([, line]) => line), lines.at(-1)!].map(text).sort());
    const other = { ...bridge, port: '5' };
    expect(recognised(bridgeFlows(other), other).landmarks).toEqual(recognised(lines, bridge).landmarks);
  });

  test('is recognised with several cluster networks', () =>
    expect(recognised(bridgeFlows({ ...bridge, clusters: SEVERAL }), { ...bridge, clusters: SEVERAL }).plugin).toBe(
      plugin,
    ));

  test('is recognised with another port of tun0 and another subnet', () => {
    const other = { ...bridge, port: '5', gateway: '10.131.4.1', subnet: '10.131.4.0/22' };
    expect(recognised(bridgeFlows(other), other)).toMatchObject(tables(release));
  });

  test('is recognised when ports are printed by name', () => {
    const named = lines.map(byName);
    expect(named.filter((line) => line.endsWith('output:tun0')).length).toBeGreaterThan(1);
    expect(recognised(named, bridge)).toEqual(recognised(lines, bridge));
  });

  test('is recognised with flows of its Pods and of others around', () =>
    expect(
      recognised([...lines, ' table=0, priority=900,ip,nw_src=10.9.9.9 actions=drop'], { ...bridge, pods: [] }).plugin,
    ).toBe(plugin));

  const changed = (line: string, pattern: RegExp, text: string): readonly string[] =>
    lines.map((each) => (each === line ? line.replace(pattern, text) : each));

  test('is refused without any one of the flows that tell it, by its name', () => {
    expect(landmarks.length).toBeGreaterThan(12);
    for (const [what, line] of landmarks)
      refused(
        lines.filter((each) => each !== line),
        bridge,
        'sdn-flow-missing',
        plugin,
        `"${what}" is missing`,
        'cuts all Pods of this node off meanwhile',
      );
  });

  test('is refused with any one of them twice', () => {
    for (const [what, line] of landmarks)
      refused(
        [...lines, line.replace(/table=[0-9]+/, 'table=35')],
        bridge,
        'pipeline-unknown',
        plugin,
        `"${what}" is in br0 2 times`,
        '35',
      );
  });

  test('is refused with any one of them in another table', () => {
    for (const [what, line] of landmarks)
      refused(
        changed(line, /table=[0-9]+/, 'table=35'),
        bridge,
        'pipeline-unknown',
        plugin,
        `"${what}"`,
        'is in table 35',
      );
  });

  test('is refused with any one of them doing something else', () => {
    for (const [what, line] of landmarks)
      refused(
        changed(line, /actions=.*/, 'actions=drop'),
        bridge,
        /^(?:pipeline-unknown|sdn-flow-missing)$/,
        plugin,
        what === 'ARP from the gateway enters' ? 'goes to no table' : `"${what}"`,
      );
  });

  test.each([
    ['a narrower network', ['10.128.0.0/16']],
    ['a wider network', ['10.128.0.0/10']],
    ['another network', ['10.1.0.0/16']],
    ['one network too many', SEVERAL],
  ])('is refused when %s is declared, with what the SDN has and no remedy for its bridge', (_what, clusters) => {
    const missing = clusters.filter((cluster) => cluster !== BRIDGE.clusters[0]);
    refused(
      lines,
      { ...bridge, clusters },
      'cluster-networks-differ',
      plugin,
      `declared with ${missing.join(', ')}`,
      'the SDN has (10.128.0.0/14)',
    );
  });

  test('is recognised when some of its cluster networks are declared', () =>
    expect(recognised(bridgeFlows({ ...bridge, clusters: SEVERAL }), bridge).plugin).toBe(plugin));

  test("is refused with another era's note", () => {
    const other = version === '01' ? '07' : version === '03' ? '0e' : '01';
    refused(
      lines.map((line) => line.replace(/note:(..).*/, `note:$1.${other}.00.00.00.00`)),
      bridge,
      /^(?:pipeline-unknown|sdn-flow-missing|sdn-unsupported)$/,
      plugin,
      RELEASE_OF[other]!,
    );
  });
});

describe('a version note', () => {
  const lines = bridgeFlows(BRIDGE);
  const note = lines.at(-1)!;
  const noted = (text: string): readonly string[] => [...lines.slice(0, -1), note.replace(/note:.*/, `note:${text}`)];

  test.each([
    [
      '00.02',
      'sdn-unsupported',
      'rule version 02 (ovs-subnet) of br0 is not supported',
      '07 (OpenShift 3.10, 3.11 or 4.2 to 4.5)',
    ],
    [
      '01.0f',
      'sdn-unsupported',
      'rule version 0f (ovs-multitenant) of br0 is not supported',
      '0d, 0e (OpenShift 4.10 to 4.16)',
    ],
    ['02.ff', 'sdn-unsupported', 'rule version ff (ovs-networkpolicy)', 'supported: 01 (OpenShift 3.2 to 3.4)'],
    ['02.01', 'sdn-unsupported', 'rule version 01 is OpenShift 3.2 to 3.4, which has no ovs-networkpolicy'],
    ['07.07', 'sdn-unknown', 'plugin 07', 'unknown'],
  ])('%s is refused', (text, code, ...words) => refused(noted(`${text}.00.00.00.00`), BRIDGE, code, ...words));

  test('is needed, once, in its form', () => {
    refused(lines.slice(0, -1), BRIDGE, 'sdn-unknown', 'no version note', 'no OpenShift SDN');
    refused([...lines, note], BRIDGE, 'sdn-unknown', 'strange version note');
    refused(noted('ff'), BRIDGE, 'sdn-unknown', 'strange version note');
  });
});

test('the bridges of 3.0 and 3.1, which have no note, are refused by name', () => {
  refused(
    oldFlows(BRIDGE, 'ovs-subnet'),
    BRIDGE,
    'sdn-unsupported',
    'OpenShift 3.0, or 3.1 with ovs-subnet',
    'one table only',
  );
  refused(
    oldFlows(BRIDGE, 'ovs-multitenant'),
    BRIDGE,
    'sdn-unsupported',
    'OpenShift 3.1 with ovs-multitenant',
    'no priority',
  );
});

test('an empty bridge is no OpenShift SDN', () => refused([], BRIDGE, 'sdn-unknown', 'no version note'));

test('every plugin has a bridge in the tests', () =>
  expect(new Set(PIPELINES.map(([, plugin]) => plugin))).toEqual(new Set(PLUGINS)));
