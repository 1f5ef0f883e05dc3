import type { Connections } from '../../lab/hosts/bigip/unit';
import type { Fault } from '../../lab/hosts/host';
import type { WorldOptions } from '../../lab/hosts/world';
import { BIGIP, discard, endOf, example, site, type Site } from './support/site';

const ADDRESS = '10.3.91.216';
const QUESTION = `show ltm snat-translation ${ADDRESS} field-fmt raw`;

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

/** A site with the tunnel applied, and connections through it. */
async function applied(
  connections: Connections,
  { drain = 60, faults = [], world = {} }: { drain?: number; faults?: readonly Fault[]; world?: WorldOptions } = {},
): Promise<Site> {
  here = await site({ spec: { ...example, drain }, faults, world });
  expect(endOf(await here.run())).toBe('Applied');
  here.world.bigips[BIGIP]!.connections = { [ADDRESS]: connections };
  return here;
}

interface Outcome {
  readonly devices: readonly { readonly name: string; readonly cut?: number | null }[];
}

/** What the detach step answered, as the execution gives it out and as it stands in the table. */
async function reported(open: Site, output: unknown): Promise<object> {
  const { outcomes } = output as { readonly outcomes: readonly Outcome[] };
  const item = (await open.lab.item(example.name)) as { readonly lastResult: string };
  expect((JSON.parse(item.lastResult) as { outcomes: unknown }).outcomes).toEqual(outcomes);
  return outcomes[0]!.devices[0]!;
}

const questions = (open: Site): number =>
  open.lab.hosts.journal().filter(({ host, line }) => host === BIGIP && line === QUESTION).length;
const indexOf = (open: Site, line: string): number =>
  open.lab.hosts.journal().findLastIndex((command) => command.host === BIGIP && command.line.startsWith(line));

test('without connections a teardown asks once and does not wait', async () => {
  const open = await applied({ count: 0 });
  const gone = await open.run({ action: 'teardown' });
  expect(endOf(gone)).toBe('TornDown');
  expect(questions(open)).toBe(1);
  expect(await reported(open, gone.output)).toEqual({
    name: BIGIP,
    operations: 3,
    drained: 0,
    cut: 0,
    seconds: 60,
  });
});

test.each(['tmsh', 'bash'] as const)('connections that end in time are not cut (%s)', async (shell) => {
  const open = await applied({ count: 40, endPerSecond: 2 }, { world: { shell } });
  const gone = await open.run({ action: 'teardown' });
  expect(endOf(gone)).toBe('TornDown');
  expect(questions(open)).toBeGreaterThan(2);
  expect(await reported(open, gone.output)).toMatchObject({ drained: 40, cut: 0 });
  const [switched, asked, removed] = ['create cli transaction', QUESTION, 'delete ltm snatpool'].map((line) =>
    indexOf(open, line),
  );
  expect([switched! < asked!, asked! < removed!]).toEqual([true, true]);
});

test('connections that stay are cut after the declared time, and counted', async () => {
  const open = await applied({ count: 3 }, { drain: 20 });
  const gone = await open.run({ action: 'teardown' });
  expect(endOf(gone)).toBe('TornDown');
  expect(questions(open)).toBeGreaterThan(2);
  expect(await reported(open, gone.output)).toMatchObject({ drained: 0, cut: 3, seconds: 20 });
});

test('the longest time that may be declared still ends before the command is stopped', async () => {
  const open = await applied({ count: 3 }, { drain: 90 });
  const gone = await open.run({ action: 'teardown' });
  expect(endOf(gone)).toBe('TornDown');
  expect(await reported(open, gone.output)).toMatchObject({ cut: 3, seconds: 90 });
});

test('with drain: 0 they are counted and cut', async () => {
  const open = await applied({ count: 3, endPerSecond: 1 }, { drain: 0 });
  const gone = await open.run({ action: 'teardown' });
  expect(questions(open)).toBe(1);
  expect(await reported(open, gone.output)).toMatchObject({ cut: 3, seconds: 0 });
});

test.each(['fail-before', 'fail-after'] as const)('a question that fails once (%s) is asked again', async (effect) => {
  const open = await applied({ count: 0 }, { faults: [{ host: BIGIP, match: `^${QUESTION}$`, nth: 1, effect }] });
  const gone = await open.run({ action: 'teardown' });
  expect(endOf(gone)).toBe('TornDown');
  expect(questions(open)).toBe(2);
  expect(await reported(open, gone.output)).toMatchObject({ drained: 0, cut: 0 });
});

test('where BIG-IP never tells, connections get their time, and nobody claims to know how many were cut', async () => {
  const faults = Array.from({ length: 100 }, (_, i): Fault => ({
    host: BIGIP,
    match: `^${QUESTION}$`,
    nth: i + 1,
    effect: 'fail-before',
  }));
  const open = await applied({ count: 3 }, { drain: 10, faults });
  const gone = await open.run({ action: 'teardown' });
  expect(endOf(gone)).toBe('TornDown');
  expect(await reported(open, gone.output)).toMatchObject({ drained: null, cut: null, seconds: 10 });
});

test.each([1, 3])('a question that hangs (the %d.) is taken back like any failure', async (nth) => {
  const open = await applied({ count: 3 }, { faults: [{ host: BIGIP, match: `^${QUESTION}$`, nth, effect: 'hang' }] });
  const before = open.dump();
  const result = await open.run({ action: 'teardown' });
  expect(endOf(result)).toBe('RolledBack');
  expect(open.dump()).toBe(before);
  expect(endOf(await open.run({ action: 'teardown' }))).toBe('TornDown');
});

test('a virtual server that leaves a tunnel that stays is not waited for', async () => {
  const open = await applied({ count: 3 });
  const state = open.state;
  await open.close();
  here = await site({ from: state, spec: { ...example, virtualServers: ['ose-vserver'] } });
  expect(endOf(await here.run())).toBe('Applied');
  expect(questions(here)).toBe(0);
});

test('a run that is taken back waits for no connections', async () => {
  here = await site({ faults: [{ host: BIGIP, match: '^save sys config', nth: 1, effect: 'fail-after' }] });
  here.world.bigips[BIGIP]!.connections = { [ADDRESS]: { count: 3 } };
  const before = here.dump();
  expect(endOf(await here.run())).toBe('RolledBack');
  expect(here.dump()).toBe(before);
  expect(questions(here)).toBe(0);
});
