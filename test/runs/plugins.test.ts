import { discard, endOf, example, site, type Site } from './support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

test('a user whose shell is bash is served as one whose shell is tmsh', async () => {
  here = await site({ world: { shell: 'bash' } });
  const before = here.dump();
  expect(endOf(await here.run())).toBe('Applied');
  expect(endOf(await here.run())).toBe('Unchanged');
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
});

test.each(['ovs-subnet', 'ovs-multitenant', 'ovs-networkpolicy'] as const)(
  'the %s plugin carries flows and gateway SNAT, and one is changed into the other with leave',
  async (plugin) => {
    const short = plugin.replace('ovs-', '') as never;
    here = await site({ world: { plugin: short } });
    expect(endOf(await here.run())).toBe('Applied');
    const state = here.state;
    await here.close();
    here = await site({ from: state, spec: { ...example, snat: 'gateway' } });
    expect(endOf(await here.run({ allowInterruption: true }))).toBe('Applied');
    expect(here.dump()).toContain('--to-source 10.129.0.1');
    expect(here.dump()).not.toContain('cookie=0x999');
  },
);
