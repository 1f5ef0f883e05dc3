import { asInBridge } from '../../../lib/tunnel/sdn/another-bridge';
import { applied, operations } from './plans';
import { EXAMPLE, tunnel, type Site } from './site';
import { BRIDGE, set } from './world';

const OTHER = { ...BRIDGE, port: '7', mac: '4e:1f:a2:00:00:09' };
const flowsOf = (state: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(state)
    .filter(([object]) => object.startsWith('flow '))
    .map(([object, value]) => `${object}: ${value}`)
    .sort();
const inOther = (text: string): string =>
  text.replace(/\b(in_port=|output:)2\b/g, '$17').replace('4e:1f:a2:00:00:01', OTHER.mac);

/** The SDN makes br0 anew: the tunnel's flows are gone, and its address on tun0. */
function rebuild(site: Site, bridge = OTHER): void {
  site.world.bridge = { ...bridge, clusters: site.world.bridge!.clusters };
  site.world.ramp = Object.fromEntries(
    Object.entries(site.world.ramp).filter(([object]) => !/^(?:flow|address tun0) /.test(object)),
  );
}

/** A run that has carried out so many of its operations. */
function begun(site: Site, goal: 'declared' | 'absent', most = Infinity): void {
  const plan = site.plan(goal);
  site.before = plan.before;
  site.carryOut(plan, most);
}

function restore(site: Site): readonly string[] {
  const plan = site.plan('recorded');
  site.before = plan.before;
  site.carryOut(plan);
  expect(operations(site.plan('recorded'))).toEqual([]);
  return plan.left;
}

describe('a restore, after the SDN has made br0 anew with another port and MAC address of tun0', () => {
  test.each([
    ['a teardown', 'absent', EXAMPLE],
    ['a change from flows to rules', 'declared', tunnel({ snat: 'gateway' })],
    ['a change of the cookie', 'declared', tunnel({ cookie: '0x998' })],
    ["a change of BIG-IP's end", 'declared', tunnel({ tunnel: { bigip: '10.3.91.215/24' } })],
  ] as const)('puts the flows back as the bridge has them now, after %s', (_, goal, spec) => {
    const site = applied();
    const right = flowsOf(site.world.ramp);
    site.spec = spec;
    begun(site, goal);
    rebuild(site);
    // Somebody else's loss is not what this run put back: flows that it did not touch are the keeper's.
    const left = restore(site);
    expect(left).toEqual([]);
    const back = flowsOf(site.world.ramp);
    expect(back.length).toBeGreaterThan(0);
    expect(right.map(inOther)).toEqual(expect.arrayContaining([...back]));
  });

  test('takes away what the run has written there in words of the former bridge', () => {
    const site = applied();
    site.spec = tunnel({ tunnel: { bigip: '10.3.91.215/24' } });
    const plan = site.plan();
    rebuild(site);
    site.before = plan.before;
    site.carryOut(plan);
    expect(flowsOf(site.world.ramp).join()).toContain('in_port=2,');
    expect(restore(site)).toEqual([]);
    const text = flowsOf(site.world.ramp).join('\n');
    expect(text).toContain('in_port=7,');
    expect(text).not.toMatch(/in_port=2,|output:2\b|4e:1f:a2:00:00:01|10\.3\.91\.215/);
  });

  test('and again while it was restored', () => {
    const site = applied();
    const right = flowsOf(site.world.ramp);
    begun(site, 'absent');
    rebuild(site);
    restore(site);
    rebuild(site, { ...OTHER, port: '9', mac: '4e:1f:a2:00:00:0a' });
    expect(restore(site)).toEqual([]);
    expect(flowsOf(site.world.ramp)).toEqual(
      right.map((text) =>
        inOther(text)
          .replace(/\b(in_port=|output:)7\b/g, '$19')
          .replace(OTHER.mac, '4e:1f:a2:00:00:0a'),
      ),
    );
  });

  test('leaves what somebody else has put in the place of a flow, and lists it', () => {
    const site = applied();
    begun(site, 'absent');
    rebuild(site);
    const object = 'flow table=30,priority=2000,ip,nw_dst=10.129.1.254';
    site.world.ramp = set(site.world.ramp, object, `cookie=${EXAMPLE.cookie} actions=mod_nw_dst:10.3.91.216,output:3`);
    expect(site.plan('recorded').left).toEqual([expect.stringContaining(object)]);
  });

  test('puts back what it can tell where there is no tun0 at all', () => {
    const site = applied();
    begun(site, 'absent');
    rebuild(site);
    site.world.bridge = null;
    expect(() => site.plan('recorded')).not.toThrow();
  });
});

describe('a restore in the same bridge', () => {
  const stale = (site: Site): string => {
    const object = 'flow table=30,priority=2000,ip,nw_dst=10.129.1.254';
    const value = site.world.ramp[object]!.replace('4e:1f:a2:00:00:01', '4e:1f:a2:00:00:ff');
    site.world.ramp = set(site.world.ramp, object, value);
    return value;
  };

  test('puts back also a flow that was wrong before', () => {
    const site = applied();
    const value = stale(site);
    begun(site, 'declared');
    expect(flowsOf(site.world.ramp).join()).not.toContain(value);
    restore(site);
    expect(flowsOf(site.world.ramp).join()).toContain(value);
  });

  test('leaves flows to other ports as they were', () => {
    const site = applied();
    const object = 'flow table=0,priority=2000,ip,in_port=1,nw_dst=10.1.0.0/16,nw_src=10.3.91.216';
    site.world.ramp = set(site.world.ramp, object, `cookie=${EXAMPLE.cookie} actions=output:5`);
    const right = flowsOf(site.world.ramp);
    begun(site, 'absent');
    expect(flowsOf(site.world.ramp)).toEqual([]);
    restore(site);
    expect(flowsOf(site.world.ramp)).toEqual(right);
  });
});

describe('what tells that flows were made for another bridge', () => {
  const back = (mac: string): string => `cookie=0x999 actions=mod_dl_dst:${mac},mod_nw_dst:10.3.91.216,output:2`;
  const [then, now] = [BRIDGE.mac, OTHER.mac];

  test.each<[string, readonly string[], readonly string[], string | undefined]>([
    ['the flow back that the run wrote', [back(then)], [], 'in_port=7,output:7,output:23'],
    ['the one that it found, where it wrote none', [], [back(then)], 'in_port=7,output:7,output:23'],
    [
      'that it found a wrong one tells nothing where it wrote one for this bridge',
      [back(now)],
      [back(then)],
      undefined,
    ],
    ['that of this bridge: nothing', [], [back(now)], undefined],
    ['no flow back: nobody can tell', ['cookie=0x999 actions=output:2'], [], undefined],
  ])('%s', (_, wrote, found, said) =>
    expect(asInBridge(OTHER as never, wrote, found)?.('in_port=2,output:2,output:23')).toBe(said),
  );
});
