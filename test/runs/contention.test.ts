import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIGIP, NODE, discard, endOf, entered, example, site, writes, type Site } from './support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

test('of two runs at once one works and the other names it and ends TunnelBusy, nothing changed by it', async () => {
  here = await site();
  const first = here.lab.start({ tunnel: 'edge-a' });
  const second = here.lab.start({ tunnel: 'edge-a' });
  const ends = [await first.done, await second.done];
  expect(ends.map(endOf).sort()).toEqual(['Applied', 'TunnelBusy']);
  const [winner, loser] = ends.map(endOf)[0] === 'Applied' ? [first, ends[1]!] : [second, ends[0]!];
  expect(loser.cause).toContain(winner.arn);
  expect(endOf(await here.run())).toBe('Unchanged');
});

test('an event that meets a run under way is Skipped', async () => {
  here = await site({ spec: { ...example, example: false } });
  await here.run();
  const first = await underway(here, 'Observe');
  expect(endOf(await here.run({ trigger: 'event' }))).toBe('Skipped');
  expect(endOf(await first.done)).toBe('Unchanged');
});

test('a run stopped by hand after it changed devices: the next run takes its lease over and goes on; nothing is left to a person', async () => {
  here = await site();
  const before = here.dump();
  const stopped = await underway(here, 'Verify ping');
  await here.lab.stop(stopped.arn);
  expect((await stopped.done).status).toBe('ABORTED');
  expect(await here.lab.item('edge-a')).toMatchObject({
    owner: stopped.arn,
    before: expect.stringContaining('tunnel SDN'),
  });
  expect(endOf(await here.run())).toBe('Applied');
  expect(await here.lab.item('edge-a')).not.toHaveProperty('before');
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
});

test('a run stopped by hand is put back by a repair, which succeeds as Restored', async () => {
  here = await site();
  const before = here.dump();
  const stopped = await underway(here, 'Verify ping');
  await here.lab.stop(stopped.arn);
  expect(here.dump()).not.toBe(before);
  expect(endOf(await here.run({ repair: stopped.arn }))).toBe('Restored');
  expect(here.dump()).toBe(before);
});

test('when the run that took over fails too, everything is as it was before the first of them', async () => {
  here = await site({ faults: [{ host: BIGIP, match: 'submit cli transaction', nth: 1, effect: 'fail-before' }] });
  const before = here.dump();
  const stopped = await underway(here, 'Verify ping');
  await here.lab.stop(stopped.arn);
  expect(endOf(await here.run())).toBe('RolledBack');
  expect(here.dump()).toBe(before);
});

test('a command of an overtaken run is refused by the device, and so is one of another plan under the same fence', async () => {
  here = await site();
  await here.run();
  const fence = Number((await here.lab.item('edge-a'))!['fence']);
  const apply = join(mkdtempSync(join(tmpdir(), 'edge-ramp-late-')), 'script');
  writeFileSync(
    apply,
    ['prelude', 'ramp-objects', 'ramp-make', 'ramp-apply']
      .map((name) => readFileSync(join(__dirname, `../../documents/${name}.sh`), 'utf8'))
      .join(''),
  );
  const send = (late: number, digest: string): ReturnType<Site['world']['run']> =>
    here!.world.run(
      NODE,
      `SSM_Tunnel=edge-a SSM_Fence=${late} SSM_Digest=${digest} SSM_Operations='delete~link tun1~up~-' bash ${apply}`,
    );
  const done = writes(here).length;
  const stale = await send(fence - 1, '0'.repeat(16));
  expect(stale).toMatchObject({ code: 11, err: expect.stringContaining('overtaken run') });
  const foreign = await send(fence, '0'.repeat(16));
  expect(foreign).toMatchObject({ code: 11, err: expect.stringContaining('of another plan') });
  expect(writes(here).length).toBe(done);
  rmSync(join(apply, '..'), { recursive: true });
});

test('a fence that a power cut has emptied holds nobody off, and is told of', async () => {
  here = await site();
  await here.run();
  writeFileSync(join(here.state, 'hosts', NODE, 'root/var/lib/edge-ramp/edge-a.node.fence'), '');
  const result = await here.run({ action: 'teardown' });
  expect([endOf(result), result.cause]).toEqual(['TornDown', undefined]);
  const [remark] = (result.output as { remarks: readonly string[] }).remarks;
  expect(remark).toMatch(/^ramp node i-0a4e90de0a4e90de0: the fence in .* could not be read and counts as 0/);
});

test('a deployment between two states of a run: the run goes on with the new handlers and documents', async () => {
  const old = process.env['EDGE_RAMP_TEST_ASSEMBLY']!;
  const next = mkdtempSync(join(tmpdir(), 'edge-ramp-next-'));
  cpSync(old, next, { recursive: true });
  here = await site();
  // The same app deployed again: new functions, the same contract. The run goes on.
  const run = await underway(here, 'Configure');
  await here.lab.redeploy(next);
  expect(endOf(await run.done)).toBe('Applied');
  rmSync(next, { recursive: true });
});

test('a device that cannot be reached: NotStarted, in the words of ssh', async () => {
  here = await site({ spec: { ...example, bigip: [{ ...example.bigip[0]!, hostKey: example.bigip[0]!.hostKey }] } });
  here.world.bigips[BIGIP]!.reachable = false;
  const before = here.dump();
  const result = await here.run();
  expect(endOf(result)).toBe('NotStarted');
  expect(result.cause).toMatch(
    /BIG-IP 10\.3\.88\.66: cannot be reached from the bastion: ssh: connect to host 10\.3\.88\.66/,
  );
  expect(here.dump()).toBe(before);
});

test('a BIG-IP with another host key than the pinned one gets no command', async () => {
  here = await site();
  here.world.bigips[BIGIP]!.hostKey = `ssh-ed25519 ${'B'.repeat(68)}`;
  const result = await here.run();
  expect(endOf(result)).toBe('NotStarted');
  expect(result.cause).toContain('Host key verification failed');
});

/** Starts a run and waits until it has entered a state. */
function underway({ lab }: Site, state: string): Promise<ReturnType<Site['lab']['start']>> {
  return new Promise((resolve) => {
    const started = lab.start({ tunnel: 'edge-a' }, (event) => {
      if (entered(event) === state) setImmediate(() => resolve(started));
    });
  });
}

test('a BIG-IP that goes away after it was changed, and comes back within minutes, is put back', async () => {
  here = await site({ faults: [{ host: BIGIP, match: 'submit cli transaction', nth: 1, effect: 'fail-before' }] });
  const [before, device] = [here.dump(), here.world.bigips[BIGIP]!];
  const rounds: number[] = [];
  const result = await here.lab.start({ tunnel: 'edge-a' }, (event) => {
    const state = entered(event);
    if (state === 'New fence') rounds.push(rounds.length + 1);
    if (state === 'New fence' && rounds.length === 1) device.reachable = false;
    if (state === 'Wait before restoring again' && rounds.length === 2) device.reachable = true;
  }).done;
  expect(endOf(result)).toBe('RolledBack');
  expect(rounds).toEqual([1, 2, 3, 4]); // two in vain, one that restores, one that confirms
  expect(here.dump()).toBe(before);
});

test('a BIG-IP that stays away leaves RollbackFailed, which keeps the record; the next apply goes on from there', async () => {
  here = await site({ faults: [{ host: BIGIP, match: 'submit cli transaction', nth: 1, effect: 'fail-before' }] });
  const [before, device] = [here.dump(), here.world.bigips[BIGIP]!];
  const result = await here.lab.start({ tunnel: 'edge-a' }, (event) => {
    if (entered(event) === 'New fence') device.reachable = false;
  }).done;
  expect(endOf(result)).toBe('RollbackFailed');
  expect(result.cause).toMatch(/could not be determined|not put back/);
  expect(await here.lab.item('edge-a')).toMatchObject({ before: expect.stringContaining('tunnel SDN') });
  device.reachable = true;
  expect(endOf(await here.run())).toBe('Applied');
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
});
