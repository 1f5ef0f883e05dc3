import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionRecord } from '../../lab';
import type { Declared, Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { BIGIP, FIRST, NODE, SECOND, discard, endOf, exited, example, pair, site, type Site } from './support/site';

/*
 * A day of operation: what is deployed, on the lab's clock. Nobody does anything but what stands here; the rest is rules,
 * schedule and watch. Each tunnel is looked at every half hour, so that the day takes minutes.
 */

const HOUR = 3600;
const single: Tunnel = { ...example, example: false, watch: 30 };
const double: Tunnel = { ...pair, example: false, watch: 30 };

/** Somebody deletes BIG-IP's route, and BIG-IP refuses to have it again, twice. */
const ROUTE = 'create net route';
const STUBBORN = [2, 3].map((nth) => ({ host: BIGIP, match: ROUTE, nth, effect: 'fail-before' as const }));

/** Somebody deletes BIG-IP's route into the tunnel, under the name that it was made with. */
async function deleteRoute(): Promise<void> {
  const made = here.lab.hosts.journal().find(({ host, line }) => host === BIGIP && line.startsWith(ROUTE))!;
  const name = made.line.slice(ROUTE.length).trim().split(' ')[0];
  expect(await here.world.run(BIGIP, `delete net route ${name}`)).toMatchObject({ code: 0 });
}

/** All that the hosts hold, but tun0's address: it has another one after every start. */
const held = (): string => here.dump().replace(/(tun0 up ether) \S+/g, '$1');

let here: Site;
beforeAll(async () => {
  here = await site({ spec: single, specs: [single, double], events: true, faults: STUBBORN });
});
afterAll(() => discard(here));

const hours = (many: number): Promise<void> => here.lab.passTime(many * HOUR);
const apply = async (tunnel: Declared, input: object = {}) => endOf(await here.run({ tunnel: tunnel.name, ...input }));

/** The runs of a tunnel that nobody started by hand, since the last call, in order: who started them, and their end. */
const known = new Set<string>();
function automatic(tunnel: Declared): string[] {
  const runs = here.lab.executions().filter(({ ExecutionArn: arn }) => !known.has(arn));
  for (const { ExecutionArn: arn } of runs) known.add(arn);
  return runs
    .map((run) => ({ run, input: JSON.parse(run.Input) as Record<string, string> }))
    .filter(({ input }) => input['tunnel'] === tunnel.name && input['trigger'] !== undefined)
    .map(({ run, input }) => `${input['repair'] ? 'repair' : input['trigger']}: ${end(run)}`)
    .reverse();
}
const end = ({ Status: status, Output: output, Error: error }: ExecutionRecord): string =>
  status === 'SUCCEEDED' ? (JSON.parse(output!) as { endState: string }).endState : (error ?? status);

/** What people were told, since the last call. */
let toldBefore = 0;
function told(): string[] {
  let lines: string[] = [];
  try {
    lines = readFileSync(join(here.state, 'logs', 'notices.log'), 'utf8')
      .trim()
      .split('\n');
  } catch {
    // nobody has been told anything
  }
  const news = lines.slice(toldBefore).map((line) => (JSON.parse(line) as { Subject: string }).Subject);
  toldBefore = lines.length;
  return news;
}

/** How often a metric was counted today: the sum of what the function that measures printed for CloudWatch. */
function measured(metric: string): number {
  const logs = join(here.state, 'logs');
  const file = readdirSync(logs).find((name) => name.includes('Measure'))!;
  const lines = readFileSync(join(logs, file), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{')); // Node.js prints a warning of its own
  return lines.reduce((sum, line) => sum + Number((JSON.parse(line) as Record<string, unknown>)[metric] ?? 0), 0);
}

const item = async (tunnel: Declared): Promise<any> => here.lab.item(tunnel.name);

test('in the morning two tunnels are applied by hand, and stand quietly', async () => {
  expect(await apply(single)).toBe('Applied');
  expect(await apply(double)).toBe('Applied');
  const trips = here.lab.trips().length;
  const [before] = [here.dump()];
  await hours(2);
  expect([...automatic(single), ...automatic(double), ...told()]).toEqual([]);
  expect(here.dump()).toBe(before);
  // Four looks at two tunnels, of 2 and 4 devices: one trip each.
  expect(here.lab.trips().length - trips).toBe(4 * (2 + 4));
});

test('flows that are wiped, and a bridge that restarts, are healed by the next look', async () => {
  here.world.wipeFlows(NODE);
  await hours(1);
  expect(automatic(single)).toEqual(['schedule: Applied']);
  here.world.restartOvs(NODE);
  await hours(1);
  expect(automatic(single)).toEqual(['schedule: Applied']);
  expect(told()).toEqual([]);
  expect(JSON.parse((await item(single)).drifts)).toHaveLength(2);
});

test('a node that reboots, of which EC2 says nothing, is built again by the next look', async () => {
  here.world.reboot(NODE);
  await here.lab.settled();
  expect(automatic(single)).toEqual([]);
  await hours(1);
  expect(automatic(single)).toEqual(['schedule: Applied']);
  expect(told()).toEqual(['edge-ramp: edge-a: Repeated drift']);
});

test('a node that is stopped and started is built again by the event, without waiting for the schedule', async () => {
  here.world.gone(NODE);
  here.world.back(NODE);
  await here.lab.settled();
  expect(automatic(single)).toEqual(['event: Applied']);
  expect(told()).toEqual(['edge-ramp: edge-a: Repeated drift']);
  await hours(1);
  expect(automatic(single)).toEqual([]);
});

test('a storm of 200 events is one run', async () => {
  here.world.wipeFlows(NODE);
  for (let i = 0; i < 200; i++)
    here.lab.put({ source: 'edge-ramp', 'detail-type': 'Reapply requested', detail: { tunnel: single.name } });
  await here.lab.settled();
  const ends = automatic(single);
  expect(ends).toHaveLength(200);
  expect(ends.filter((each) => each !== 'event: Skipped')).toEqual(['event: Applied']);
  told();
});

test('a dead node leaves the pair degraded and carrying, and is completed when it is back', async () => {
  here.world.gone(FIRST);
  await hours(2);
  expect(automatic(double)).toEqual(['schedule: Unchanged']);
  expect(JSON.parse((await item(double)).degraded)).toEqual([`ramp node ${FIRST}`]);
  here.world.back(FIRST);
  await hours(1);
  expect(automatic(double)).toEqual(['schedule: Applied']);
  expect(JSON.parse((await item(double)).degraded)).toEqual([]);
  expect(await here.lab.hosts.dump(SECOND)).toContain('tun1');
});

test('a BIG-IP that cannot be reached is told once, and starts nothing', async () => {
  here.world.bigips[BIGIP]!.reachable = false;
  await hours(3);
  expect(automatic(single)).toEqual([]);
  expect(told()).toEqual(['edge-ramp: edge-a: The watch could not look']);
  here.world.bigips[BIGIP]!.reachable = true;
  await hours(1);
  expect([...automatic(single), ...told()]).toEqual([]);
});

test('a BIG-IP that refuses what is needed stops automation after two tries, until a person succeeds', async () => {
  await deleteRoute();
  await hours(3);
  expect(automatic(single)).toEqual(['schedule: RolledBack', 'schedule: RolledBack']);
  expect(told()).toEqual(['edge-ramp: edge-a: RolledBack', 'edge-ramp: edge-a: Automation is stopped']);
  expect(measured('AutomationStopped')).toBe(1);
  expect(await apply(single)).toBe('Applied');
  here.world.wipeFlows(NODE);
  await hours(1);
  expect(automatic(single)).toEqual(['schedule: Applied']);
  told();
});

test('a run that is stopped half-way is repaired by the event of its end, and then applied again by the watch', async () => {
  const before = here.dump();
  await deleteRoute();
  const drifted = here.dump();
  const { arn, done } = here.lab.start({ tunnel: single.name }, (event) => {
    if (exited(event) === 'Record before') void here.lab.stop(arn);
  });
  expect((await done).status).toBe('ABORTED');
  await here.lab.settled();
  expect(automatic(single)).toEqual(['repair: Restored']);
  expect(here.dump()).toBe(drifted);
  expect((await item(single)).owner).toBeUndefined();
  await hours(1);
  expect(automatic(single)).toEqual(['schedule: Applied']);
  expect(here.dump()).toBe(before);
  told();
});

test('a paused tunnel is left alone until the pause is over', async () => {
  const until = new Date(here.lab.now() + 2 * HOUR * 1000).toISOString();
  expect(await apply(single, { action: 'pause', until, reason: 'change 4711' })).toBe('Paused');
  here.world.wipeFlows(NODE);
  await hours(1.5);
  expect(automatic(single)).toEqual([]);
  await hours(1);
  expect(automatic(single)).toEqual(['schedule: Applied']);
  told();
});

test('a tunnel that was torn down stays down, whatever happens', async () => {
  expect(await apply(single, { action: 'teardown' })).toBe('TornDown');
  const down = held();
  here.world.gone(NODE);
  here.world.back(NODE);
  here.lab.put({ source: 'edge-ramp', 'detail-type': 'Reapply requested', detail: { tunnel: single.name } });
  await hours(4);
  expect(new Set(automatic(single))).toEqual(new Set(['event: Skipped']));
  expect(held()).toBe(down);
  expect(automatic(double)).toEqual([]);
  expect(told()).toEqual([]);
});
