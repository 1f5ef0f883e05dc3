import { Refused } from '../../../../lib/tunnel/errors';
import { parseFlow } from '../../../../lib/tunnel/ramp/flow';
import { recognise } from '../../../../lib/tunnel/ramp/pipeline';
import { PLUGINS, bridgeFlows, landmarkLines, type Bridge } from '../pipelines';
import { BRIDGE } from '../site';

const NODE = 'ramp node i-0a4e90de0a4e90de0';
const SEVERAL = ['10.128.0.0/14', '10.140.0.0/20'];

function recognised(lines: readonly string[], bridge: Bridge) {
  const flows = lines.filter((line) => line.includes('actions=')).map((line) => parseFlow(line, bridge.port));
  return recognise(NODE, flows, bridge, bridge.clusters);
}

function refused(lines: readonly string[], bridge: Bridge, ...words: readonly string[]): void {
  expect(() => recognised(lines, bridge)).toThrow(Refused);
  for (const word of [NODE, ...words]) expect(() => recognised(lines, bridge)).toThrow(word);
}

describe.each(PLUGINS)('the bridge of an OpenShift 3.11 node with %s', (plugin) => {
  const bridge: Bridge = { ...BRIDGE, plugin };
  const lines = bridgeFlows(bridge);
  const landmarks = [...landmarkLines(bridge)];

  test('is recognised, with its tables read off it', () =>
    expect(recognised(lines, bridge)).toEqual({ release: '3.11', plugin, entry: 30, routing: 30 }));

  test('is recognised with several cluster networks', () =>
    expect(recognised(bridgeFlows({ ...bridge, clusters: SEVERAL }), { ...bridge, clusters: SEVERAL }).plugin).toBe(
      plugin,
    ));

  test('is recognised with another port of tun0 and another subnet', () => {
    const other = { ...bridge, port: '5', gateway: '10.131.4.1', subnet: '10.131.4.0/22' };
    expect(recognised(bridgeFlows(other), other).entry).toBe(30);
  });

  test('is recognised when ports are printed by name', () => {
    const named = lines.map((line) =>
      line
        .replace('in_port=2', 'in_port=tun0')
        .replace('in_port=1,', 'in_port=vxlan0,')
        .replace(/output:2$/, 'output:tun0'),
    );
    expect(recognised(named, bridge).plugin).toBe(plugin);
  });

  test('is recognised with flows of its Pods and of others around', () =>
    expect(
      recognised([...lines, ' table=0, priority=900,ip,nw_src=10.9.9.9 actions=drop'], { ...bridge, pods: [] }).plugin,
    ).toBe(plugin));

  test.each(landmarks)('is refused without the flow "%s"', (what, line) =>
    refused(
      lines.filter((each) => each !== line),
      bridge,
      plugin,
      `"${what}" is missing`,
      'let the SDN rebuild',
    ),
  );

  test.each(landmarks)('is refused with the flow "%s" twice', (what, line) =>
    refused(
      [...lines, line.replace(/table=[0-9]+/, 'table=31')],
      bridge,
      plugin,
      `"${what}" stands in br0 2 times`,
      '31',
    ),
  );

  test.each(landmarks)('is refused with the flow "%s" in another table', (what, line) => {
    const moved = lines.map((each) => (each === line ? line.replace(/table=[0-9]+/, 'table=35') : each));
    // The flow that tells the routing table tells another one then, and the next one does not fit.
    refused(moved, bridge, plugin, what === 'IP to the gateway' ? 'not in table 35' : `"${what}"`);
  });

  test.each(landmarks)('is refused with the flow "%s" doing something else', (what, line) => {
    const other = lines.map((each) => (each === line ? line.replace(/actions=.*/, 'actions=drop') : each));
    refused(other, bridge, plugin, what === 'ARP from the gateway enters' ? 'goes to no table' : `"${what}"`);
  });

  test("is refused when one of several cluster networks is not the SDN's", () =>
    refused(lines, { ...bridge, clusters: SEVERAL }, plugin, 'is missing'));

  test.each([
    ['00.08', 'rule version 08', 'supported: 07 (OpenShift 3.11)'],
    ['01.0e', 'rule version 0e', 'supported'],
    ['02.04', 'rule version 04', 'supported'],
    ['07.07', 'plugin 07', 'unknown'],
  ])('is refused with the version note %s', (note, ...words) =>
    refused(
      lines.map((line) => line.replace(/note:.*/, `note:${note}.00.00.00.00`)),
      bridge,
      ...words,
    ),
  );

  test('is refused without a version note, with two, and with one of another form', () => {
    const note = lines.at(-1)!;
    refused(lines.slice(0, -1), bridge, 'no version note', 'no OpenShift SDN');
    refused([...lines, note], bridge, 'strange version note');
    refused([...lines.slice(0, -1), note.replace(/note:.*/, 'note:ff')], bridge, 'strange version note');
  });
});

test('an empty bridge is no OpenShift SDN', () => refused([], BRIDGE, 'no version note'));
