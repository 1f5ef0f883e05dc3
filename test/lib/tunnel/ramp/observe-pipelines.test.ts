import { PIPELINES, bridgeFlows, tables } from '../pipelines';
import { observed } from '../scripts';
import { dumpOurs } from '../ramp-answer';
import { EXAMPLE, Site } from '../site';
import { BRIDGE, withoutKeeper } from '../world';
import { read, replies } from './observed-node';

describe('what the observe script says of a node, understood', () => {
  test.each(PIPELINES)('is the tunnel as it was built, on a busy bridge of OpenShift %s with %s', (release, plugin) => {
    const there = new Site(EXAMPLE);
    there.world.bridge = { ...there.world.bridge!, release, plugin };
    there.apply();
    const { state, facts } = read(
      replies([...bridgeFlows({ ...BRIDGE, release, plugin }), ...dumpOurs(there.world.ramp)]),
    );
    expect(state).toEqual(withoutKeeper(there.world.ramp));
    expect(facts).toMatchObject({
      pipelineProblem: null,
      pipeline: { plugin, ...tables(release) },
      sdnAddress: '10.129.1.254',
      strangeFlows: [],
    });
  });

  test.each(['3.2', '3.11', '4.16'] as const)('has the addresses of the Pods that the flows of %s name', (release) => {
    const given = replies(bridgeFlows({ ...BRIDGE, release, plugin: 'ovs-multitenant' }));
    const text = observed('edge-a', ['pods'], given, {});
    expect(text).toContain('|10.129.0.5,6 10.129.1.0,'); // two of the bridge, and the busy ones
  });
});
