import { rmSync } from 'node:fs';
import { discard, endOf, exited, example, site, writes, type Site } from './support/site';

let here: Site | undefined;
const folders: string[] = [];
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Closes the site and opens it again with other declarations: what a deployment does. The hosts stay. */
async function deployed(open: Site, specs: NonNullable<Parameters<typeof site>[0]>['specs']): Promise<Site> {
  await open.close();
  folders.push(open.state);
  return (here = await site({ from: open.state, specs: specs! }));
}

test('a tunnel whose declaration was removed is torn down as it was applied, and everything is as before', async () => {
  here = await site();
  const before = here.dump();
  expect(endOf(await here.run())).toBe('Applied');
  here = await deployed(here, []);
  for (const action of ['apply', 'plan', 'verify']) {
    const refused = await here.run({ action });
    expect([action, endOf(refused)]).toEqual([action, 'InvalidRequest']);
    expect(refused.cause).toContain('is not declared; add tunnels/edge-a.yaml');
  }
  expect(here.lab.trips()).toEqual([]);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
  expect(await here.lab.item('edge-a')).not.toHaveProperty('applied');
});

test('a tunnel that is neither declared nor applied, or torn down already, is InvalidRequest; no device is contacted', async () => {
  here = await site();
  const never = await here.run({ tunnel: 'edge-z', action: 'teardown' });
  expect(endOf(never)).toBe('InvalidRequest');
  expect(never.cause).toBe(
    'request: tunnel: "edge-z": is not declared, and the table does not know it as applied: there is nothing to tear down or to repair',
  );
  expect(here.lab.trips()).toEqual([]);
  await here.run();
  await here.run({ action: 'teardown' });
  here = await deployed(here, []);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('InvalidRequest');
  expect(writes(here)).toEqual([]);
});

test('a teardown of what is not declared that fails at its last command is put back, and torn down by the next', async () => {
  here = await site();
  const before = here.dump();
  await here.run();
  const standing = here.dump();
  await here.close();
  folders.push(here.state);
  const fault = {
    host: example.bigip[0]!.management,
    match: '^save sys config$',
    nth: 1,
    effect: 'fail-after' as const,
  };
  here = await site({ from: here.state, specs: [], faults: [fault] });
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('RolledBack');
  expect(here.dump()).toBe(standing);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
});

test('what a run left that died before anything was applied is found by the watch, and put back', async () => {
  const single = { ...example, example: false };
  here = await site({ spec: single });
  const before = here.dump();
  const { lab } = here;
  const { arn, done } = lab.start({ tunnel: single.name }, (event) => {
    if (exited(event) === 'Configure') void lab.stop(arn);
  });
  expect((await done).status).toBe('ABORTED');
  expect(here.dump()).not.toBe(before);
  await here.close();
  folders.push(here.state);
  here = await site({ from: here.state, specs: [], events: true });
  await here.lab.passTime(3900);
  const [repair] = here.lab.executions();
  expect(JSON.parse(repair!.Input)).toMatchObject({ tunnel: single.name, trigger: 'schedule', repair: arn });
  expect([repair!.Status, JSON.parse(repair!.Output!)]).toMatchObject(['SUCCEEDED', { endState: 'Restored' }]);
  expect(here.dump()).toBe(before);
});
