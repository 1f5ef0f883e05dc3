import { discard, endOf, example, site, type Site } from './support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

test('a change that cuts traffic needs leave; an event only reports it', async () => {
  const real = { ...example, example: false };
  here = await site({ spec: real });
  await here.run();
  const state = here.state;
  await here.close();
  here = await site({ from: state, spec: { ...real, tunnel: { ...real.tunnel, bigip: '10.3.91.215/24' } } });
  const before = here.dump();
  const refused = await here.run();
  expect(endOf(refused)).toBe('NotStarted');
  expect(refused.cause).toMatch(/would cut live traffic \(BIG-IP .*"allowInterruption": true/);
  const reported = await here.run({ trigger: 'event' });
  expect(endOf(reported)).toBe('Planned');
  expect((reported.output as { interrupts: readonly string[] }).interrupts.length).toBeGreaterThan(0);
  expect(here.dump()).toBe(before);
  expect(endOf(await here.run({ allowInterruption: true }))).toBe('Applied');
  expect(here.dump()).not.toContain('10.3.91.216');
  expect(endOf(await here.run())).toBe('Unchanged');
});
