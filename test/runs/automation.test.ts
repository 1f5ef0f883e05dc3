import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { ExecutionRecord, HistoryEvent } from '../../lab';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { BIGIP, NODE, discard, endOf, exited, example, site, type Site } from './support/site';

/*
 * What automation does about runs that died and nodes that boot, on the lab's clock, where nobody does anything but what
 * stands here. The rest of a day is in day.test.ts.
 */

const HALF_AN_HOUR = 1800;
const single: Tunnel = { ...example, example: false, watch: 30 };
const SITE = { spec: single };

const end = ({ Status: status, Output: output, Error: error }: ExecutionRecord): string =>
  status === 'SUCCEEDED' ? (JSON.parse(output!) as { endState: string }).endState : (error ?? status);

/** The automatic runs so far, in order: who started them, and their end. */
const automatic = ({ lab }: Site): string[] =>
  lab
    .executions()
    .map((run) => ({ run, input: JSON.parse(run.Input) as Record<string, string> }))
    .filter(({ input }) => input['trigger'] !== undefined)
    .map(
      ({ run, input }) =>
        `${input['trigger']}${input['repair'] ? ' repair' : ` ${input['action'] ?? 'apply'}`}: ${end(run)}`,
    )
    .reverse();

/** The states that a run entered, in order. */
async function states({ lab }: Site, { ExecutionArn: executionArn }: ExecutionRecord): Promise<readonly string[]> {
  const client = new SFNClient({
    endpoint: lab.url,
    region: 'local-1',
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
  });
  const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  client.destroy();
  return events!.flatMap(({ stateEnteredEventDetails: entered }) => (entered ? [entered.name!] : []));
}

/** Starts an apply of a tunnel whose flows are gone, and stops it when a state has done its work. */
async function stoppedAfter(state: string, { lab, world }: Site): Promise<void> {
  world.wipeFlows(NODE);
  await world.run(NODE, 'ip link set tun1 down');
  const stop = (event: HistoryEvent): void => {
    if (exited(event) === state) void lab.stop(arn);
  };
  const { arn, done } = lab.start({ tunnel: single.name }, stop);
  expect((await done).status).toBe('ABORTED');
}

describe('a tunnel that stands', () => {
  let here: Site;
  beforeEach(async () => {
    here = await site(SITE);
    const applied = endOf(await here.run());
    if (applied !== 'Applied') throw new Error(applied);
    await here.lab.close();
  });
  afterEach(() => discard(here));

  /** The same site, with its rules in force. */
  const watched = async (): Promise<Site> => {
    const folder = here.state;
    const next = await site({ ...SITE, events: true, from: folder });
    await discard(here);
    return (here = next);
  };

  test('on a node that boots slowly is built again when the node is there', async () => {
    const { lab, world } = await watched();
    world.gone(NODE);
    await world.boot(NODE, 120);
    await lab.settled();
    expect(automatic(here)).toEqual(['event apply: Applied']);
    const visited = await states(here, lab.executions()[0]!);
    expect(visited).toContain('Wait for the agent');
    expect(visited.lastIndexOf('Wait for the agent')).toBeLessThan(visited.indexOf('Take lease'));
  });

  test('and whose run died with its event lost is repaired by the watch, and then applied again', async () => {
    const folder = here.state;
    const blind = await site({ ...SITE, from: folder });
    await discard(here);
    here = blind;
    await stoppedAfter('Record before', here);
    const dead = here.dump();
    expect((await here.lab.item(single.name))!['owner']).toBeDefined();
    await here.lab.close();
    const { lab } = await watched();
    await lab.passTime(HALF_AN_HOUR);
    expect(automatic(here)).toEqual(['schedule repair: Restored']);
    expect(here.dump()).toBe(dead);
    await lab.passTime(HALF_AN_HOUR);
    expect(automatic(here).slice(1)).toEqual(['schedule apply: Applied']);
  });

  test('and whose repair a person stops is paused, until it is resumed', async () => {
    const { lab } = await watched();
    const stopping = setInterval(() => {
      for (const { ExecutionArn: arn, Status: status, Input: input } of lab.executions())
        if (status === 'RUNNING' && input.includes('"repair"')) void lab.stop(arn);
    }, 5);
    await stoppedAfter('Record before', here);
    await lab.settled();
    clearInterval(stopping);
    expect(automatic(here)).toEqual(['event repair: ABORTED', 'event pause: Paused']);
    await lab.passTime(2 * HALF_AN_HOUR);
    expect(automatic(here)).toHaveLength(2);
    expect(endOf(await here.run({ action: 'resume' }))).toBe('Resumed');
    await lab.passTime(2 * HALF_AN_HOUR);
    expect(automatic(here).slice(2)).toEqual(['schedule repair: Restored', 'schedule apply: Applied']);
  });

  test('and that two repairs could not put back is left to a person', async () => {
    const { lab, world } = await watched();
    world.wipeFlows(NODE);
    const stop = (event: HistoryEvent): void => {
      if (exited(event) !== 'Record before') return;
      world.bigips[BIGIP]!.reachable = false;
      void lab.stop(arn);
    };
    const { arn, done } = lab.start({ tunnel: single.name }, stop);
    expect((await done).status).toBe('ABORTED');
    await lab.settled();
    await lab.passTime(4 * HALF_AN_HOUR);
    expect(automatic(here)).toEqual(['event repair: RollbackFailed', 'schedule repair: RollbackFailed']);
    world.bigips[BIGIP]!.reachable = true;
    await lab.passTime(2 * HALF_AN_HOUR);
    expect(automatic(here)).toHaveLength(2);
    expect(endOf(await here.run())).toBe('Applied');
    expect((await lab.item(single.name))!['attempts']).toBeUndefined();
  }, 240_000);
});
