import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionRecord } from '../../lab';
import type { Declared, Tunnel } from '../../lib/tunnel/tunnel';
import { BIGIP, FIRST, NODE, SECOND, discard, endOf, example, pair, site, type Site } from './support/site';

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
/** The first apply of a changed declaration hangs, so that it can be stopped. */

let here: Site;
beforeAll(async () => {
  here = await site({ spec: single, specs: [single, double], events: true, speed: 50, faults: STUBBORN });
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

const item = async (tunnel: Declared): Promise<any> => here.lab.item(tunnel.name);

test('in the morning two tunnels are applied by hand, and stand quietly', async () => {
  expect(await apply(single)).toBe('Applied');
  expect(await apply(double)).toBe('Applied');
});

test('a storm of 200 events is one run', async () => {
  here.world.wipeFlows(NODE);
  for (let i = 0; i < 200; i++)
    here.lab.put({ source: 'edge-ramp', 'detail-type': 'Reapply requested', detail: { tunnel: single.name } });
  await here.lab.settled();
  for (const e of here.lab.executions()) if (e.Status !== 'SUCCEEDED') console.log(e.Status, e.Error, e.Cause?.slice(0, 600));
  const ends = automatic(single);
  expect(ends).toHaveLength(200);
  expect(ends.filter((each) => each !== 'event: Skipped')).toEqual(['event: Applied']);
  told();
});

