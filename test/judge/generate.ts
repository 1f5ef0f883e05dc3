import * as fc from 'fast-check';
import type { Declared, Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { pair, single } from '../lib/tunnel/cluster-site';
import { declarations, models, publishedModels } from '../lib/tunnel/cluster-model';
import { changedSpecs, sites, states } from '../lib/tunnel/generators';
import { BALANCER, MEMBER, NODE, member } from '../lib/tunnel/member-site';
import { adoptedForms, faults, other } from './changes';
import { directed } from './directed';
import { Devices } from './devices';
import type { Case, Outcome, Records } from './recorded';
import { NOTHING, Story, begun, ended } from './story';
import { freshWorld, publishedOnBigIp, type World } from '../lib/tunnel/world';

const SEED = 13;

/** All situations, the same each time that they are generated with the same generators and the same fast-check. */
export async function generated(): Promise<readonly Case[]> {
  const stories = [
    ...fc.sample(ramps, { seed: SEED, numRuns: 9 }).map((drawn, i) => rampStory(drawn, i)),
    ...fc.sample(pairs, { seed: SEED, numRuns: 10 }).map((drawn, i) => pairStory(drawn, i)),
    ...fc.sample(members, { seed: SEED, numRuns: 4 }).map((drawn, i) => memberStory(drawn, i)),
    ...directed(),
  ];
  return (await Promise.all(stories)).flatMap(({ cases }) => cases);
}

const ramps = changedSpecs.chain(([spec, changed]) =>
  fc.record({
    spec: fc.constant(spec),
    changed: fc.constant(changed),
    world: sites(spec).map((site) => site.world),
    form: fc.constantFrom(undefined, ...adoptedForms),
    missing: fc.nat({ max: 4 }),
    bigip: states('bigip', spec),
    ramp: states('ramp', spec),
    cut: fc.nat(),
  }),
);

const pairs = fc.record({
  spec: declarations,
  changed: declarations,
  model: fc.oneof(models, publishedModels),
  cut: fc.nat(),
});

const members = fc.record({ sdn: fc.constantFrom(true, true, true, false), off: fc.boolean(), alive: fc.boolean() });

type Drawn<T> = T extends fc.Arbitrary<infer D> ? D : never;

/** What every story has: a first apply, the run after it, what is left half-way, the teardown. @returns the devices and records once applied */
async function firstRuns(
  story: Story,
  devices: Devices,
  spec: Declared,
  cut: number,
): Promise<{ readonly devices: Devices; readonly records: Records } | undefined> {
  const fresh = await story.run('applied for the first time', devices, spec, NOTHING, { allowInterruption: true });
  if (fresh.plan === null || fresh.stopped !== null) return undefined;
  await halfWay(story, 'applied for the first time', devices, spec, NOTHING, fresh, cut);
  const standing = devices.clone();
  standing.carryOut(fresh.commands);
  const records = ended(fresh.plan);
  await story.run('unchanged', standing, spec, records);
  const torn = await story.run('torn down', standing, spec, records, { action: 'teardown' });
  await halfWay(story, 'torn down', standing, spec, records, torn, cut >> 3);
  return { devices: standing, records };
}

/** A run that stops somewhere: put back, begun again, and torn down. */
async function halfWay(
  story: Story,
  name: string,
  devices: Devices,
  spec: Declared,
  records: Records,
  { plan, commands }: Outcome,
  cut: number,
): Promise<void> {
  if (plan === null || plan.operations === 0) return;
  const half = devices.clone();
  const done = cut % (plan.operations + 1);
  half.carryOut(commands, done);
  const left = begun(plan, records);
  const about = `${name}, stopped after ${done} of ${plan.operations}`;
  const back = await story.run(`${about}, put back`, half, spec, left, { way: 'restore' });
  if (cut % 2 === 0) await story.run(`${about}, and again`, half, spec, left, { allowInterruption: true });
  if (cut % 3 === 0) await story.run(`${about}, and torn down`, half, spec, left, { action: 'teardown' });
  const meddled = half.clone();
  other(meddled, plan, cut);
  if (cut % 5 < 2) await story.run(`${about}, changed by another, put back`, meddled, spec, left, { way: 'restore' });
  if (cut % 7 === 0 && back.plan !== null) {
    half.carryOut(back.commands);
    await story.run(`${about}, put back, confirmed`, half, spec, left, { way: 'restore' });
  }
}

async function rampStory(drawn: Drawn<typeof ramps>, index: number): Promise<Story> {
  const { spec, changed, world, cut } = drawn;
  const story = new Story(`ramp ${index}`);
  const node = spec.ramp.nodes[0]!.instance!;
  const both: World = {
    ...world,
    bigip: {
      ...Object.fromEntries(
        changed.virtualServers.slice(drawn.missing === 0 ? 1 : 0).map((name) => [`virtual ${name}`, 'type automap']),
      ),
      ...world.bigip,
    },
  };
  drawn.form?.(both, spec);
  const site = new Devices(spec.name, { [spec.bigip[0]!.management]: both, [node]: structuredClone(both) });
  const first = await firstRuns(story, site, spec, cut);
  if (first === undefined) return story;
  const { devices, records } = first;

  if (index % 2 === 0) {
    const drifted = devices.clone();
    drifted.worlds[spec.bigip[0]!.management]!.bigip = { ...both.bigip, ...drawn.bigip };
    drifted.worlds[node]!.ramp = drawn.ramp;
    await story.run('drifted, without leave to interrupt', drifted, spec, records);
    const mended = await story.run('drifted', drifted, spec, records, { allowInterruption: true });
    await halfWay(story, 'drifted', drifted, spec, records, mended, cut >> 2);
    await story.run('drifted, torn down', drifted, spec, records, { action: 'teardown' });
  }
  if (index % 2 === 1) {
    await story.run('declared otherwise, without leave to interrupt', devices, changed, records);
    const allowed = await story.run('declared otherwise', devices, changed, records, { allowInterruption: true });
    await halfWay(story, 'declared otherwise', devices, changed, records, allowed, cut >> 2);
    await story.run('declared otherwise, torn down', devices, changed, records, { action: 'teardown' });
    if (allowed.plan !== null) {
      const moved = devices.clone();
      moved.carryOut(allowed.commands);
      await story.run('declared otherwise, unchanged', moved, changed, ended(allowed.plan));
      await story.run('declared as before', moved, spec, ended(allowed.plan), { allowInterruption: true });
      await story.run('another plan than agreed', devices, changed, records, { expect: '0123456789abcdef' });
      await story.run('the plan agreed to', devices, changed, records, {
        expect: allowed.plan.digest,
        allowInterruption: true,
      });
    }
  }
  if (index % 3 === 0) await swapped(story, devices, spec, records, cut);
  if (index % 3 === 1) await spoiltRuns(story, devices, spec, records, cut);
  if (index % 8 === 5) {
    const kind = member({ name: spec.name });
    await story.run('declared as another kind', devices, kind, records);
    await story.run('declared as another kind, torn down', devices, kind, records, { action: 'teardown' });
  }
  return story;
}

/** Another ramp node takes the first one's place. */
async function swapped(story: Story, devices: Devices, spec: Tunnel, records: Records, cut: number): Promise<void> {
  const old = spec.ramp.nodes[0]!;
  const instance = 'mi-0bbbbbbbbbbbbbbbb';
  const address = old.address.replace(/[0-9]+$/, '251');
  const moved: Tunnel = { ...spec, ramp: { ...spec.ramp, nodes: [{ ...old, instance, address }] } };
  const site = devices.clone();
  site.worlds[instance] = freshWorld(moved);
  const device = `ramp ${old.instance}`;
  const away = { device, stage: 'observe', how: { error: 'NotDelivered' } } as const;
  const allowed = await story.run('node swapped', site, moved, records, { allowInterruption: true });
  await halfWay(story, 'node swapped', site, moved, records, allowed, cut >> 1);
  await story.run('node swapped, the old one unreachable', site, moved, records, { allowInterruption: true }, away);
  await story.run('node swapped, the old one forgotten', site, moved, records, {
    allowInterruption: true,
    forget: [old.instance!],
  });
  await story.run('node swapped, torn down without the old one', site, moved, records, {
    action: 'teardown',
    forget: [old.instance!],
  });
  await story.run('torn down, the node unreachable', site, spec, records, { action: 'teardown' }, away);
  await story.run('torn down, the node forgotten', site, spec, records, {
    action: 'teardown',
    forget: [old.instance!],
  });
  await story.run('applied, the node forgotten', site, spec, records, { forget: [old.instance!] });
}

/** Each device in turn gives an answer that must not be believed, or none. */
async function spoiltRuns(
  story: Story,
  devices: Devices,
  spec: Declared,
  records: Records,
  cut: number,
): Promise<void> {
  const known = await story.run('before any answer is spoilt', devices, spec, records, { allowInterruption: true });
  const asked = known.commands.filter(({ document }) => document === 'observe');
  for (const [i, { device, stage }] of asked.entries())
    for (const [j, [name, how]] of Object.entries(faults(cut)).entries())
      if ((i + j + cut) % 3 === 0)
        await story.run(
          `${device} ${name}, asked to ${stage}`,
          devices,
          spec,
          records,
          { allowInterruption: true },
          { device, stage: stage as 'observe', how },
        );
}

async function pairStory({ spec, changed, model, cut }: Drawn<typeof pairs>, index: number): Promise<Story> {
  const story = new Story(`pair ${index}`);
  const all = [...spec.ramp.nodes, ...changed.ramp.nodes, ...pair({}, [1, 2]).ramp.nodes];
  const bigip = freshWorld(spec);
  if (index % 4 === 1)
    bigip.bigip = { ...bigip.bigip, ...Object.fromEntries(publishedOnBigIp(spec).slice(0, cut % 9)) };
  const site = new Devices(
    spec.name,
    {
      [spec.bigip[0]!.management]: bigip,
      ...Object.fromEntries(all.map(({ instance }) => [instance, freshWorld(spec)])),
    },
    { things: model.things, failovers: model.failovers },
  );
  const [one, two] = spec.ramp.nodes;
  site.holder = two === undefined ? undefined : [one, two][cut % 2]!.instance;
  const first = await firstRuns(story, site, spec, cut);
  if (first === undefined) return story;
  const { devices, records } = first;

  const allowed = await story.run('declared otherwise', devices, changed, records, { allowInterruption: true });
  await halfWay(story, 'declared otherwise', devices, changed, records, allowed, cut >> 2);
  await story.run('declared otherwise, torn down', devices, changed, records, { action: 'teardown' });

  const drifted = devices.clone();
  const objects = Object.keys(drifted.worlds[one!.instance!]!.ramp);
  const lost = objects[cut % objects.length]!;
  const { [lost]: _lost, ...rest } = drifted.worlds[one!.instance!]!.ramp;
  drifted.worlds[one!.instance!]!.ramp = rest;
  if (index % 2 === 0) drifted.cluster = { ...drifted.cluster, failovers: {} };
  const mended = await story.run('drifted', drifted, spec, records, { allowInterruption: true });
  await halfWay(story, 'drifted', drifted, spec, records, mended, cut >> 1);

  for (const { instance } of spec.ramp.nodes) {
    const away = { device: `ramp ${instance}`, stage: 'observe', how: { error: 'NotDelivered' } } as const;
    await story.run(`${instance} unreachable`, devices, spec, records, {}, away);
    if (index % 3 === 0) {
      await story.run(
        `${instance} unreachable, declared otherwise`,
        devices,
        changed,
        records,
        { allowInterruption: true },
        away,
      );
      await story.run(`${instance} unreachable, torn down`, devices, spec, records, { action: 'teardown' }, away);
      await story.run(`${instance} forgotten, torn down`, devices, spec, records, {
        action: 'teardown',
        forget: [instance!],
      });
      await story.run(`${instance} forgotten, declared otherwise`, devices, changed, records, {
        allowInterruption: true,
        forget: [instance!],
      });
    }
  }
  if (index % 7 === 2) await spoiltRuns(story, drifted, spec, records, cut);
  return story;
}

async function memberStory({ sdn, off, alive }: Drawn<typeof members>, index: number): Promise<Story> {
  const story = new Story(`balancer ${index}`);
  const world = freshWorld(pair());
  world.alive = alive;
  world.ramp = { 'route 10.128.0.0/14': 'dev tun0' };
  if (!sdn) Object.assign(world, { bridge: null, ramp: {} });
  const things = off ? { [`scheduling ${NODE}`]: { is: 'off', claims: {} } } : {};
  const site = new Devices(MEMBER.name, { [BALANCER]: world }, { things, failovers: {} });
  site.balancer = BALANCER;
  const first = await firstRuns(story, site, MEMBER, index);
  if (first === undefined) return story;
  const { devices, records } = first;
  const shared = devices.clone();
  const object = `scheduling ${NODE}`;
  const thing = shared.cluster.things[object];
  if (thing !== undefined)
    shared.cluster = {
      ...shared.cluster,
      things: { [object]: { ...thing, claims: { ...thing.claims, 'edge-q': 'on' } } },
    };
  await story.run('shared, torn down', shared, MEMBER, records, { action: 'teardown' });
  await story.run('the balancer forgotten, torn down', devices, MEMBER, records, {
    action: 'teardown',
    forget: [BALANCER],
  });
  await story.run('declared as another kind', devices, single(false, { name: MEMBER.name }), records);
  await spoiltRuns(story, devices, MEMBER, records, index);
  return story;
}
