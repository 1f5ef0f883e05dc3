import type { Plan, Work } from '../../../lib/tunnel/plan/plan';
import { EXAMPLE, Site, merge, tunnel } from './site';
import { set } from './world';

/*
 * Where a repair's proof is sent together with its change (ADR 0034).
 */

const BIGIP = EXAMPLE.bigip[0]!.management;
const NODE = EXAMPLE.ramp.nodes[0]!.instance!;

/** The example as applied. */
function applied(): Site {
  const site = new Site(EXAMPLE);
  site.apply();
  return site;
}
/** Its node has lost its flows. `alive`: BIG-IP is answered all the same. */
function withoutFlows(alive: boolean, spec = EXAMPLE): Site {
  const { world } = applied();
  const ramp = Object.fromEntries(Object.entries(world.ramp).filter(([object]) => !object.startsWith('flow ')));
  const site = new Site(spec, { ...world, ramp, alive });
  site.applied = EXAMPLE;
  return site;
}
const proving = ({ work }: Plan): readonly Work[] =>
  Object.values(work).flatMap((stage) => Object.values(stage).flatMap((all) => all.filter(({ proves }) => proves)));

test('a node that has lost its flows, while BIG-IP is not answered, is changed and proven in one step: BIG-IP has nothing to change, and proves', () => {
  const { work, prove } = withoutFlows(false).plan();
  expect(work.shape.bigip).toEqual([{ device: BIGIP, operations: [], saved: null, proves: true }]);
  expect(work.shape.ramp).toMatchObject([
    {
      device: NODE,
      proves: true,
      operations: expect.arrayContaining([expect.stringMatching(/^create~flow /)]) as unknown,
    },
  ]);
  // Should that prove nothing, it is done as ever.
  expect([prove.bigip, prove.ramp]).toEqual([BIGIP, NODE].map((device) => [{ device, operations: [], saved: null }]));
});

test('while BIG-IP is answered its pings would prove nothing: the proof comes behind the change', () =>
  expect(proving(withoutFlows(true).plan())).toEqual([]));

test('where BIG-IP changes, too, the proof comes behind all changes', () => {
  const site = withoutFlows(false);
  site.world.bigip = set(site.world.bigip, 'snatpool SDN_snatpool', undefined);
  expect(proving(site.plan())).toEqual([]);
});

test('where the change cuts traffic the proof comes behind it', () => {
  const moved = tunnel({ ramp: { nodes: [merge(EXAMPLE.ramp.nodes[0]!, { address: '10.3.89.90' })] } });
  const plan = withoutFlows(false, moved).plan();
  expect(plan.interrupts).not.toEqual([]);
  expect(proving(plan)).toEqual([]);
});

test('a fresh tunnel is proven behind all changes', () => expect(proving(new Site(EXAMPLE).plan())).toEqual([]));

test('a teardown proves nothing', () => expect(proving(withoutFlows(false).plan('absent'))).toEqual([]));
