import { deviceTitle, devicesOf } from '../../../lib/tunnel/plan/devices';
import { Refused } from '../../../lib/tunnel/errors/errors';
import type { Goal } from '../../../lib/tunnel/device/operation';
import type { Observed, Plan } from '../../../lib/tunnel/plan/plan';
import { reconcile } from '../../../lib/tunnel/plan/reconcile';
import type { Declared, Member } from '../../../lib/tunnel/declaration/tunnel';
import { ADMIN, BALANCER, MEMBER, NODE, NO_TUN0, type WHOLE, looked, member } from './member-site';
import { refused } from './plans';
import { DEAD } from './answer-text';
import { Site, tunnel } from './site';
import { DEVICE, CLUSTER, OURS, clusterLooked } from './member-cluster';

describe('a run', () => {
  function observed(
    changes: { readonly node?: typeof WHOLE; readonly cluster?: typeof WHOLE },
    spec: Member,
    applied: Member | null,
  ): readonly Observed[] {
    return [
      { kind: 'balancer', name: spec.balancer.instance, observation: looked(changes.node, spec) },
      { kind: 'cluster', name: ADMIN, observation: clusterLooked(changes.cluster ?? {}, spec, applied) },
    ];
  }
  const plan = (goal: Goal, changes: Parameters<typeof observed>[0] = {}, applied: Member | null = null): Plan =>
    reconcile(goal, { spec: MEMBER, applied, original: {}, before: {}, observed: observed(changes, MEMBER, applied) });
  const unreachable: typeof WHOLE = { 'ping 10.130.0.7': [DEAD, 1] };

  test('is about the balancer and its cluster', () => {
    const devices = devicesOf(MEMBER, null);
    expect(devices.map(deviceTitle)).toEqual([DEVICE, CLUSTER]);
    expect(devices.map(({ instance, former }) => [instance, former])).toEqual([
      [BALANCER, false],
      [ADMIN, false],
    ]);
  });

  test('cordons while it configures, and proves it afterwards', () => {
    const { changes, work, prove, interrupts, reachable } = plan('declared');
    expect(changes).toEqual([
      {
        device: CLUSTER,
        stage: 'shape',
        text: `~ node ${NODE}: unschedulable (was schedulable)`,
        interrupts: null,
      },
    ]);
    expect(work.shape.cluster).toEqual([
      { device: ADMIN, operations: [`modify~scheduling ${NODE}~is on~is off first on`], saved: null },
    ]);
    expect(prove).toEqual({ bigip: [], ramp: [{ device: BALANCER, operations: [], saved: null }], cluster: [] });
    expect([interrupts, reachable]).toEqual([[], true]);
  });

  test('that finds all as declared has nothing to do; reachable only if the Pod answers', () => {
    expect(plan('declared', { cluster: OURS }, MEMBER)).toMatchObject({ operations: 0, reachable: true, remarks: [] });
    expect(plan('declared', { cluster: OURS, node: unreachable }, MEMBER)).toMatchObject({
      operations: 0,
      reachable: false,
      verification: [{ from: DEVICE, ok: false, detail: '0 of 3 packets came back' }],
    });
  });

  test('is refused where the balancer is no member, whatever the cluster says; a teardown is not', () => {
    refused(() => plan('declared', { node: NO_TUN0, cluster: OURS }, MEMBER), 'sdn-absent', `${DEVICE} has no tun0`);
    expect(plan('absent', { node: NO_TUN0, cluster: OURS }, MEMBER).operations).toBe(1);
  });

  test('does not look for a balancer that left the declaration: nothing was changed on it', () => {
    const moved = member({ balancer: { instance: 'mi-0bbbbbbbbbbbbbbbb' } });
    expect(devicesOf(moved, MEMBER).map(deviceTitle)).toEqual(['balancer mi-0bbbbbbbbbbbbbbbb', CLUSTER]);
  });

  test('tears down without a balancer that is gone for good', () => {
    const [, onlyCluster] = observed({ cluster: OURS }, MEMBER, MEMBER);
    const situation = { spec: MEMBER, applied: MEMBER, original: {}, before: {}, observed: [onlyCluster!] };
    expect(() => reconcile('absent', situation)).toThrow(`${DEVICE} was not observed`);
    expect(reconcile('absent', { ...situation, forget: [BALANCER] }).operations).toBe(1);
    refused(
      () => reconcile('declared', { ...situation, forget: [BALANCER] }),
      'forget-declared',
      `${DEVICE} is declared and cannot be forgotten`,
    );
  });
});

describe('a declaration whose kind has changed', () => {
  const ramp = tunnel({ name: MEMBER.name });
  const names = (spec: Declared, applied: Declared): readonly string[] => devicesOf(spec, applied).map(deviceTitle);

  test('is about the devices that it stands on', () => {
    expect(names(MEMBER, ramp)).toEqual([
      `BIG-IP ${ramp.bigip[0]!.management}`,
      `ramp node ${ramp.ramp.nodes[0]!.instance!}`,
    ]);
    expect(names(ramp, MEMBER)).toEqual([DEVICE, CLUSTER]);
  });

  test('is refused while it stands as the other kind, and may be torn down', () => {
    const site = new Site(ramp);
    site.apply();
    const situation = { ...site.situation(), spec: MEMBER };
    refused(
      () => reconcile('declared', situation),
      'kind-changed',
      'edge-lb was applied as kind ramp and is declared as kind member: tear it down first',
    );
    const torn = reconcile('absent', situation);
    expect(torn.operations).toBeGreaterThan(0);
    expect(torn.operations).toBe(site.plan('absent').operations);
    expect(torn.work).toEqual(site.plan('absent').work);
  });

  test('the other way round too', () => {
    const found: readonly Observed[] = [
      { kind: 'balancer', name: BALANCER, observation: looked() },
      { kind: 'cluster', name: ADMIN, observation: clusterLooked(OURS, MEMBER, MEMBER) },
    ];
    const situation = { spec: ramp, applied: MEMBER, original: {}, before: {}, observed: found };
    refused(
      () => reconcile('declared', situation),
      'kind-changed',
      'edge-lb was applied as kind member and is declared as kind ramp: tear it down first',
    );
    expect(reconcile('absent', situation).changes).toMatchObject([{ device: CLUSTER }]);
    expect(() => reconcile('declared', { ...situation, forget: [BALANCER] })).toThrow(Refused);
  });
});
