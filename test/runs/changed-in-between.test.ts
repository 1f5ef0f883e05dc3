import { BIGIP, NODE, discard, endOf, entered, site, type Site } from './support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

test('an operator who changes the SNAT pool between the proof and the traffic stops the run: no virtual server goes there', async () => {
  here = await site();
  const { world, lab } = here;
  let changed: Promise<unknown> | undefined;
  const { done } = lab.start({ tunnel: 'edge-a' }, (event) => {
    if (entered(event) === 'Attach virtual servers')
      changed ??= world.run(BIGIP, 'modify ltm snatpool SDN_snatpool members replace-all-with { 10.3.89.66 }');
  });
  const ended = await done;
  expect(await changed).toMatchObject({ code: 0 });
  expect(endOf(ended)).toBe('RolledBack');
  expect(ended.cause).toContain('ltm snatpool /Common/SDN_snatpool is no longer "members 10.3.91.216');
  const switched = lab.hosts.journal().filter(({ line }) => line.includes('type snat pool'));
  expect(switched).toEqual([]);
  expect(ended.cause).toContain('left, since another changed it: BIG-IP 10.3.88.66: snatpool SDN_snatpool');
});

test('what carries again within seconds is no failure: an apply that found it dead looks once more, and is Unchanged', async () => {
  here = await site();
  const { world, lab } = here;
  await here.run();
  await world.run(NODE, 'ip link set eth0 down');
  let changed: Promise<unknown> | undefined;
  const { done } = lab.start({ tunnel: 'edge-a' }, (event) => {
    if (entered(event) === 'Look again') changed ??= world.run(NODE, 'ip link set eth0 up');
  });
  const ended = await done;
  expect(await changed).toMatchObject({ code: 0 });
  expect(endOf(ended)).toBe('Unchanged');
});

test('where it carries nothing the run is NotVerified, and nothing is changed', async () => {
  here = await site();
  await here.run();
  await here.world.run(NODE, 'ip link set eth0 down'); // none of ours, yet no packet comes back
  const before = here.dump();
  expect(endOf(await here.run())).toBe('NotVerified');
  expect(here.dump()).toBe(before);
});
