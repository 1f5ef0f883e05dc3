import { drains } from '../../../../lib/tunnel/bigip/snatpool';
import { readDrained } from '../../../../lib/tunnel/bigip/drained';
import type { Plan } from '../../../../lib/tunnel/plan/plan';
import { EXAMPLE, Site, tunnel } from '../site';
import { set } from '../world';

const POOL = 'snatpool SDN_snatpool';
const waits = (plan: Plan): readonly string[] =>
  [...plan.work.detach.bigip, ...plan.work.shape.bigip, ...plan.work.shape.ramp, ...plan.work.attach.bigip].flatMap(
    ({ operations }) => operations.filter((each) => each.startsWith('drain~')),
  );

/** An applied tunnel, now declared otherwise. */
function changed(changes: Readonly<Record<string, unknown>>, before: Readonly<Record<string, unknown>> = {}): Site {
  const site = new Site(tunnel(before));
  site.apply();
  site.spec = tunnel({ ...before, ...changes });
  return site;
}

describe('connections are waited for', () => {
  test('when the tunnel goes: after the virtual servers have left, before anything else; and the plan says so', () => {
    const plan = changed({}).plan('absent');
    expect(plan.work.detach.bigip[0]!.operations.map((each) => each.split('~').slice(0, 2).join(' '))).toEqual([
      'modify virtual https-ose-vserver',
      'modify virtual ose-vserver',
      'drain translation 10.3.91.216',
    ]);
    expect(waits(plan)).toEqual(['drain~translation 10.3.91.216~-~60']);
    expect(plan.remarks).toContain(
      'BIG-IP 10.3.88.66: connections through 10.3.91.216 get up to 60 s to end; those left are cut',
    );
    expect(plan.operations).toBe(plan.changes.length);
  });

  test('as long as is declared; with drain: 0 they are only counted', () => {
    expect(waits(changed({ drain: 90 }).plan('absent'))).toEqual(['drain~translation 10.3.91.216~-~90']);
    const plan = changed({ drain: 0 }).plan('absent');
    expect(waits(plan)).toEqual(['drain~translation 10.3.91.216~-~0']);
    expect(plan.remarks.join()).toContain('are cut at once (drain: 0)');
  });

  test('also when no virtual server is left: those that were taken off earlier may still have some', () =>
    expect(changed({}, { virtualServers: [] }).plan('absent').work.detach.bigip).toMatchObject([
      { device: '10.3.88.66', operations: ['drain~translation 10.3.91.216~-~60'] },
    ]));

  test('through every address of the pool, were it given more by hand', () => {
    const site = changed({});
    site.world.bigip = set(site.world.bigip, POOL, 'members 10.3.91.216,10.3.91.218 description edge-ramp:edge-a');
    expect(waits(site.plan('absent'))).toHaveLength(2);
  });

  test('when pool and address are replaced and no virtual server moves on to the new one', () =>
    expect(
      waits(
        changed({
          virtualServers: [],
          objects: { snatPool: 'NEW' },
          tunnel: { bigip: '10.3.91.215/24' },
        }).plan(),
      ),
    ).toEqual(['drain~translation 10.3.91.216~-~60']));
});

describe('connections are not waited for', () => {
  test('when a virtual server leaves while pool and tunnel stay: nothing is cut', () => {
    expect(waits(changed({ virtualServers: ['ose-vserver'] }).plan())).toEqual([]);
    expect(waits(changed({ virtualServers: [] }).plan())).toEqual([]);
  });

  test('when the address goes on in a pool of another name', () =>
    expect(waits(changed({ objects: { snatPool: 'NEW' }, virtualServers: [] }).plan())).toEqual([]));

  test('when virtual servers move on to a new pool: the old one goes last, when the tunnel has changed already', () =>
    expect(waits(changed({ objects: { snatPool: 'NEW' }, tunnel: { bigip: '10.3.91.215/24' } }).plan())).toEqual([]));

  test('by a restore: what was shall stand again soon, and what goes is younger than the run', () => {
    const site = new Site(EXAMPLE);
    const plan = site.plan();
    site.carryOut(plan);
    site.before = plan.before;
    const restore = site.plan('recorded');
    expect(restore.work.detach.bigip).not.toEqual([]);
    expect(waits(restore)).toEqual([]);
  });

  test('when there is no pool any more', () => {
    const site = changed({});
    for (const name of EXAMPLE.virtualServers) site.world.bigip = set(site.world.bigip, `virtual ${name}`, 'type none');
    site.world.bigip = set(site.world.bigip, POOL, undefined);
    expect(waits(site.plan('absent'))).toEqual([]);
    expect(drains(EXAMPLE, {}, [])).toEqual([]);
  });
});

test('waiting is part of what is agreed to: another time is another plan', () =>
  expect(changed({ drain: 10 }).plan('absent').digest).not.toBe(changed({ drain: 20 }).plan('absent').digest));

test.each([
  ['carried out 3\n', undefined],
  ['> show\ntranslation 10.3.91.216: drained 5, cut 3 within 60 s\n', { drained: 5, cut: 3, seconds: 60 }],
  ['translation 10.3.91.216: drained ?, cut ? within 60 s\n', { drained: null, cut: null, seconds: 60 }],
  [
    'translation 10.3.91.216: drained 5, cut 0 within 60 s\ntranslation 10.3.91.218: drained 1, cut 2 within 35 s\n',
    { drained: 6, cut: 2, seconds: 95 },
  ],
  [
    'translation 10.3.91.216: drained ?, cut ? within 60 s\ntranslation 10.3.91.218: drained 1, cut 2 within 35 s\n',
    { drained: null, cut: null, seconds: 95 },
  ],
])('the report %j is %j', (text, expected) => expect(readDrained(text)).toEqual(expected));
