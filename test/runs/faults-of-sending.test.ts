import type { Fault } from '../../lab/hosts/host';
import { BIGIP, discard, endOf, NODE, site, writes, type Site } from './support/site';

const OBSERVE = 'ramp-observe';
const APPLY = 'ramp-apply';
/** Where the flows of the example are made: the last lines of a fresh apply on its node. */
const FLOWS = '--bundle add-flows';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});
/** For runs that wait for deliveries that never happen. */
const FAST = 50;
const open = async (fault: Fault, speed?: number): Promise<Site> =>
  (here = await site({ faults: [fault], ...(speed === undefined ? {} : { speed }) }));

/** A BIG-IP's virtual servers, and all that it has saved. */
const servers = ({ world }: Site) => [world.bigips[BIGIP]!.running['ltm virtual'], world.bigips[BIGIP]!.saved];

describe('when Systems Manager asks to slow down', () => {
  test.each([
    ['before the first look', { match: OBSERVE, times: 4 }],
    ['before a change', { match: APPLY, times: 4 }],
    ['before anything', { times: 6 }],
  ])('%s, a run tries again, sends nothing twice, and ends Applied', async (_, more) => {
    const opened = await open({ host: NODE, nth: 1, effect: 'throttle', ...more });
    const { times, ...match } = more;
    const result = await opened.run();
    expect([endOf(result), result.cause]).toEqual(['Applied', undefined]);
    const pattern = new RegExp('match' in match ? match.match : '');
    const asked = opened.lab.sends().filter(({ instance, document }) => instance === NODE && pattern.test(document));
    const sent = opened.lab.trips().filter(({ instance, document }) => instance === NODE && pattern.test(document));
    expect(asked.length - sent.length).toBe(times);
    expect(endOf(await opened.run())).toBe('Unchanged');
  });
});

describe('when the result of a command is never known', () => {
  test('of a change: the run finds out by looking, and ends with everything as declared or as before', async () => {
    const opened = await open({ host: NODE, match: APPLY, nth: 1, effect: 'lose-result' });
    const before = opened.dump();
    const result = await opened.run();
    expect(
      result.events.filter(({ taskFailedEventDetails: failed }) => failed?.['error'] === 'OutcomeUnknown'),
    ).not.toEqual([]);
    expect(endOf(result)).toMatch(/^(Applied|RolledBack)$/);
    if (endOf(result) === 'RolledBack') expect(opened.dump()).toBe(before);
    expect(endOf(await opened.run())).toMatch(/^(Applied|Unchanged)$/);
  });

  test('of a look: nothing was changed yet, and nothing is', async () => {
    const opened = await open({ host: NODE, match: OBSERVE, nth: 1, effect: 'lose-result' });
    const before = opened.dump();
    const result = await opened.run();
    expect(result.cause).toContain('lost command');
    expect([writes(opened), opened.dump()]).toEqual([[], before]);
  });
});

describe('when a command was given up as undeliverable, and has run', () => {
  test('a change is not sent again: the run looks, and puts everything back', async () => {
    const opened = await open({ host: NODE, match: APPLY, nth: 1, effect: 'undeliverable' }, FAST);
    const before = opened.dump();
    const result = await opened.run();
    expect([endOf(result), opened.dump()]).toEqual(['RolledBack', before]);
    expect(result.cause).toContain('ended as Undeliverable without an exit code; whether it ran');
    expect(result.cause).toContain('(OutcomeUnknown)');
  });

  test('a look is sent again, and the run goes on', async () => {
    const opened = await open({ host: NODE, match: OBSERVE, nth: 1, effect: 'undeliverable' });
    const result = await opened.run();
    expect([endOf(result), result.cause]).toEqual(['Applied', undefined]);
  });
});

describe('when a ramp node goes off in the middle of an apply', () => {
  test('and comes back, rebooted: everything is as before, and a second apply builds it', async () => {
    const opened = await open({ host: NODE, match: FLOWS, nth: 1, effect: 'host-gone', for: 100 });
    const before = opened.dump().replace(/^link tun0 .*\n/gm, '');
    const result = await opened.run();
    expect([endOf(result), result.cause]).toEqual(['RolledBack', expect.stringContaining(NODE)]);
    // The SDN has made tun0 anew: its MAC is another one.
    expect(opened.dump().replace(/^link tun0 .*\n/gm, '')).toBe(before);
    expect(endOf(await opened.run())).toBe('Applied');
  });

  test('and stays off: traffic is as before, the run says what it could not reach, and the next one builds it', async () => {
    const opened = await open({ host: NODE, match: FLOWS, nth: 1, effect: 'host-gone' }, FAST);
    const before = servers(opened);
    const result = await opened.run();
    expect(endOf(result)).toBe('RollbackFailed');
    expect(result.cause).toContain(NODE);
    // What it built on BIG-IP waits there, without traffic: no virtual server has been moved, nothing was saved.
    expect(servers(opened)).toEqual(before);
    opened.world.back(NODE);
    expect(endOf(await opened.run())).toBe('Applied');
  });
});

test('a BIG-IP that goes off while it is configured comes back with its saved configuration, and the run ends as before', async () => {
  const opened = await open({ host: BIGIP, match: 'create net route', nth: 1, effect: 'host-gone', for: 100 });
  const before = opened.dump();
  const result = await opened.run();
  expect([endOf(result), result.cause]).toEqual(['RolledBack', expect.stringContaining(BIGIP)]);
  expect(opened.dump()).toBe(before);
  expect(endOf(await opened.run())).toBe('Applied');
});
