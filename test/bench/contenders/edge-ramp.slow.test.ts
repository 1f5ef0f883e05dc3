import { edgeRamp } from '../../../bench/contenders/edge-ramp';
import { BIGIP, discard, example, NODE, site, type Site } from '../../runs/support/site';

let here: Site;
beforeEach(async () => {
  here = await site();
});
afterEach(() => discard(here));
const contender = (signal?: AbortSignal) =>
  edgeRamp({ lab: () => here.lab, spec: example, ...(signal ? { signal } : {}) });

test('it builds, finds nothing to do, heals only what was lost, and leaves nothing', async () => {
  const before = here.dump();
  const product = contender();
  expect(await product.apply()).toMatchObject({ trips: 7, transitions: 32 });

  const applied = here.dump();
  expect(await product.reapply()).toMatchObject({ trips: 2, changed: 0, transitions: 13 });
  await here.lab.hosts.act(NODE, 'wipe-flows');
  expect(await product.repair()).toMatchObject({ changed: 1 });
  expect(here.dump()).toBe(applied);

  await product.teardown();
  expect(here.dump()).toBe(before);
});

test('its keeper alone puts back what was lost, once the run before is over', async () => {
  const { hosts } = here.lab;
  const product = contender();
  await product.apply();
  const applied = here.dump();
  await product.reapply();
  await hosts.act(NODE, 'wipe-flows');
  await hosts.act(NODE, 'keep');
  expect(here.dump()).not.toBe(applied);

  await product.alone!.ready();
  const repaired = product.alone!.repair();
  await hosts.act(NODE, 'keep');
  expect(await repaired).toMatchObject({ trips: 0, changed: 1, transitions: 0 });
  expect(here.dump()).toBe(applied);
});

test('a refusal is told in a sentence', async () => {
  await here.lab.hosts.run(BIGIP, 'create net route 10.128.0.0/14 gw 10.3.89.1');
  await expect(contender().apply()).rejects.toThrow(/^edge-ramp's apply ended as \w+: .*10\.128\.0\.0/);
});

test('a run that is under way ends when it is told to', async () => {
  const interrupt = new AbortController();
  const applied = contender(interrupt.signal).apply();
  interrupt.abort();
  await expect(applied).rejects.toThrow("edge-ramp's apply ended as ABORTED");
});
