import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostAction } from '../../lab/hosts/host';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { end, expectBuilt, ONE, pairSite, TWO, units } from './support/bigip-pair';
import { discard, writes, type Site } from './support/site';

/*
 * What automation does about a pair of BIG-IPs, on the lab's clock: nobody does anything but what stands here.
 */

const HALF_AN_HOUR = 1800;
const watched: Tunnel = { ...units, example: false, watch: 30 };

let open: Site;
beforeEach(async () => {
  open = await pairSite({ spec: watched, events: true });
  const applied = await end(open);
  if (applied !== 'Applied') throw new Error(applied);
});
afterEach(() => discard(open));

const act = (unit: string, ...actions: HostAction[]): Promise<unknown> =>
  Promise.all(actions.map((action) => open.lab.hosts.act(unit, action)));
const type = async (unit: string, ...lines: string[]): Promise<void> => {
  for (const line of lines) expect([line, (await open.world.run(unit, line)).err]).toEqual([line, '']);
};

/** The watch looks once. @returns the ends of the runs that it started, and the subjects of the notices that people got */
async function afterALook(): Promise<{ readonly runs: readonly string[]; readonly notices: readonly string[] }> {
  const [runs, notices] = [open.lab.executions().length, told().length];
  await open.lab.passTime(HALF_AN_HOUR);
  const started = open.lab.executions().slice(0, open.lab.executions().length - runs);
  return {
    runs: started.map(({ Output: output, Error: error }) =>
      output === undefined ? `${error}` : (JSON.parse(output) as { endState: string }).endState,
    ),
    notices: told().slice(notices),
  };
}

function told(): readonly string[] {
  try {
    return readFileSync(join(open.state, 'logs', 'notices.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => {
        const { Subject: subject, Message: message } = JSON.parse(line) as { Subject: string; Message: string };
        return `${subject}: ${message.split('\n')[0]}`;
      });
  } catch {
    return []; // nobody has been told anything
  }
}

const NOTHING = { runs: [], notices: [] };

test('a failover is no drift: both units are looked at, and nothing is started', async () => {
  expect(await afterALook()).toEqual(NOTHING);
  await act(ONE, 'failover');
  const before = writes(open).length;
  expect(await afterALook()).toEqual(NOTHING);
  expect(writes(open)).toHaveLength(before);
  const asked = open.lab.hosts.journal().slice(-200);
  for (const unit of [ONE, TWO])
    expect(asked.some(({ host, line }) => host === unit && line === 'show cm failover-status')).toBe(true);
});

test('what somebody removed from both units is made again', async () => {
  await type(ONE, 'delete net route SDN_10.128.0.0_14', 'run cm config-sync to-group edge-dg');
  for (let i = 0; i < 4; i++) await type(ONE, 'show cm sync-status');
  expect(await afterALook()).toEqual({ runs: ['Applied'], notices: [] });
  expectBuilt(open);
  expect(await afterALook()).toEqual(NOTHING);
});

test('a unit that goes, and one that comes back, start a run each; what was changed alone is synchronised by the second', async () => {
  await act(TWO, 'gone');
  expect(await afterALook()).toEqual({ runs: ['Unchanged'], notices: [] });
  expect(await afterALook()).toEqual(NOTHING);
  await type(ONE, 'delete net route SDN_10.128.0.0_14');
  expect(await afterALook()).toEqual({ runs: ['Applied'], notices: [] });
  await act(TWO, 'back');
  expect(await afterALook()).toEqual({ runs: ['Applied'], notices: [] });
  expectBuilt(open);
  expect(await afterALook()).toEqual(NOTHING);
});

test('a sync that a run of this tunnel left pending is drift, though nothing differs and both units are there', async () => {
  await type(ONE, 'create ltm snatpool ours members add { 10.3.88.9 }', 'delete ltm snatpool ours');
  const { EDGE_RAMP_ROOT: root } = open.lab.hosts.host(units.bigip[0]!.bastion)!.environment;
  writeFileSync(join(root!, 'var/lib/edge-ramp', `${ONE}.pending`), `${units.name}\n`);
  expect(await afterALook()).toEqual({ runs: ['Applied'], notices: [] });
  expectBuilt(open);
  expect(await afterALook()).toEqual(NOTHING);
});

test.each<[what: string, happens: () => Promise<unknown>, why: RegExp]>([
  ['both units do not answer', () => Promise.all([act(ONE, 'cut-ssh'), act(TWO, 'cut-ssh')]), /cannot be reached/],
  [
    'one does not answer, and the other reaches it',
    () => act(TWO, 'cut-ssh'),
    /does not call bigip2.example.com disconnected/,
  ],
  [
    'a change of somebody else’s is pending',
    () => type(ONE, 'create ltm snatpool theirs members add { 10.3.88.9 }'),
    /changes pending that are not edge-ramp's/,
  ],
])('where %s, people are told once, and no run is started', async (_what, happens, why) => {
  expect(await afterALook()).toEqual(NOTHING);
  await happens();
  const { runs, notices } = await afterALook();
  expect([runs, notices]).toEqual([[], [expect.stringMatching(why)]]);
  expect(await afterALook()).toEqual(NOTHING);
});
