import type { Known } from '../../cli/aws/tunnels';
import { standingOf } from '../../cli/standing';
import { digestOf } from '../../lib/tunnel/declaration/digest';
import { readMemory } from '../../lib/tunnel/run/memory';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { declared } from '../examples';

const NOW = new Date('2026-11-23T08:00:00Z');
const HERE = {};
const EXAMPLE = declared('edge-a');
const SPEC: Declared = { ...EXAMPLE, example: false };
const OWNER = 'arn:aws:states:r:1:execution:edge-ramp:edge-a-apply-1';
const result = (endState: string, action = 'apply') =>
  JSON.stringify({ endState, action, execution: OWNER, at: '2026-11-23T07:55:00.000Z' });
const STANDS = {
  wanted: 'applied',
  applied: JSON.stringify(SPEC),
  provenAt: '2026-11-23T07:55:00.000Z',
  provenBy: OWNER,
  lastResult: result('Applied'),
};

/** What is said of a tunnel with such an item. */
function standing(item: Record<string, unknown>, more: Partial<Known> = {}) {
  return standingOf({ name: 'edge-a', declared: SPEC, memory: readMemory(item), owner: undefined, ...more }, HERE, NOW);
}
const run = (status: string) => ({
  arn: OWNER,
  status,
  error: null,
  input: null,
  began: new Date('2026-11-23T07:59:00Z'),
  ended: null,
});

describe('how a tunnel stands', () => {
  test('in order: proven, in sync, looked after, and nobody has to do anything', () => {
    expect(standing(STANDS)).toEqual({
      tunnel: 'edge-a',
      declared: true,
      wanted: 'applied',
      inSync: true,
      why: 'by the last run that looked',
      lastSeen: {
        at: '2026-11-23T07:55:00.000Z',
        by: OWNER,
        action: 'apply',
        outcome: 'Applied',
        changes: 0,
        cutting: 0,
        healed: [],
      },
      provenAt: '2026-11-23T07:55:00.000Z',
      provenBy: OWNER,
      lastDrift: null,
      lease: null,
      paused: null,
      degraded: [],
      leftAlone: null,
      automation: 'on',
      needs: [],
    });
  });

  test.each([
    ['never applied', {}, null, 'it was never applied', 'not wanted'],
    ['torn down', { wanted: 'absent' }, null, 'it was torn down', 'not wanted'],
    ['left half-way', { ...STANDS, before: '{}' }, false, 'a run left it half-way', 'on'],
    [
      'declared otherwise since',
      { ...STANDS, applied: JSON.stringify({ ...SPEC, clusterNetworks: ['10.0.0.0/14'] }) },
      false,
      'declared differs from what is applied',
      'on',
    ],
    [
      'found not carrying',
      { ...STANDS, lastResult: result('NotVerified') },
      false,
      'it stood as declared and did not carry',
      'on',
    ],
    [
      'left to a person',
      { ...STANDS, lastResult: result('Planned') },
      false,
      'what has to change would cut live traffic',
      'on',
    ],
    [
      'not looked at',
      { ...STANDS, lastResult: result('NotStarted') },
      null,
      'the last run failed before its first change; the automation looks every 5 minutes, and sends a notice when it cannot',
      'on',
    ],
    [
      'rolled back',
      { ...STANDS, lastResult: result('RolledBack') },
      false,
      'what had to change could not be changed, and was put back',
      'on',
    ],
    [
      'not torn down',
      { ...STANDS, lastResult: result('RolledBack', 'teardown') },
      null,
      'a teardown failed and was put back',
      'on',
    ],
    [
      'repaired',
      { ...STANDS, lastResult: result('Restored') },
      null,
      'what a run that died had left was put back, and nobody has looked since',
      'on',
    ],
    ['of an older version', { ...STANDS, lastResult: '?' }, null, 'of the last run nothing is known', 'on'],
  ])('%s', (_, item, inSync, why, automation) => expect(standing(item)).toMatchObject({ inSync, why, automation }));

  test('how often it is looked at is no difference on a device', () => {
    const applied = JSON.stringify({ ...SPEC, watch: 60, example: true });
    expect(standing({ ...STANDS, applied })).toMatchObject({ inSync: true, needs: [] });
  });

  test('a run that works on it holds the lease; one that died holds it, too', () => {
    const item = { ...STANDS, owner: OWNER, fence: 1 };
    const since = '2026-11-23T07:59:00.000Z';
    expect(standing(item, { owner: run('RUNNING') })).toMatchObject({
      inSync: null,
      why: 'a run works on it',
      lease: { owner: OWNER, since, alive: true },
      needs: [],
    });
    expect(standing(item, { owner: run('ABORTED') })).toMatchObject({ lease: { owner: OWNER, since, alive: false } });
    // Step Functions may not know it yet.
    expect(standing({ ...item, fence: NOW.getTime() - 1000 }).lease).toEqual({
      owner: OWNER,
      since: null,
      alive: true,
    });
    expect(standing(item).lease).toEqual({ owner: OWNER, since: null, alive: false });
  });

  test('a pause counts while it lasts', () => {
    const paused = (until: string | null) =>
      standing({ ...STANDS, paused: JSON.stringify({ until, reason: 'spare part', at: null, by: OWNER }) });
    expect(paused('2026-11-23T09:00:00Z')).toMatchObject({
      automation: 'paused',
      paused: { reason: 'spare part' },
      needs: [],
    });
    expect(paused('2026-11-23T07:00:00Z')).toMatchObject({ automation: 'on', paused: null });
  });

  test('what nobody looks at by itself, and what is an example, says so', () => {
    expect(standing(STANDS, { declared: { ...SPEC, watch: 0 } }).automation).toBe('events only');
    expect(standing(STANDS, { declared: EXAMPLE }).automation).toBe('example');
  });
});

describe('what a verify saw', () => {
  const VERIFY = 'arn:aws:states:r:1:execution:edge-ramp:edge-a-verify-2';
  const change = (interrupts: string | null) => ({ device: 'BIG-IP x', stage: 'shape', text: '~ tunnel', interrupts });
  const seen = (endState: string, more: object = {}) =>
    standing({
      ...STANDS,
      fence: 7,
      lastLook: JSON.stringify({
        endState,
        action: 'verify',
        execution: VERIFY,
        at: '2026-11-23T07:59:00.000Z',
        changes: [],
        fence: 7,
        free: true,
        ...more,
      }),
    });

  test('counts like a run: it stands and carries, and was proven', () => {
    expect(seen('Verified')).toMatchObject({
      inSync: true,
      lastSeen: { by: VERIFY, action: 'verify', outcome: 'Verified' },
      provenAt: '2026-11-23T07:59:00.000Z',
      provenBy: VERIFY,
      needs: [],
    });
  });

  test('differences need an apply, and what cuts traffic is said', () => {
    expect(seen('NotVerified', { changes: [change(null)] })).toMatchObject({
      inSync: false,
      provenAt: STANDS.provenAt,
      needs: [{ what: 'it did not stand as declared: 1 change is needed', command: 'npx edge-ramp apply edge-a' }],
    });
    expect(seen('NotVerified', { changes: [change(null), change('replaced')] }).needs).toEqual([
      {
        what: 'it did not stand as declared: 2 changes are needed, 1 of which cut live traffic',
        command: 'npx edge-ramp apply edge-a --allow-interruption',
      },
    ]);
  });

  test('what keepers had put back is known as of that look', () => {
    const healed = [{ device: 'ramp node i-1', times: 6, repeated: true, secondsAgo: 61, what: 'no route' }];
    expect(seen('Verified', { healed }).lastSeen!.healed).toEqual([
      { device: 'ramp node i-1', times: 6, repeated: true, lastAt: '2026-11-23T07:57:59.000Z', what: 'no route' },
    ]);
    expect(seen('Verified', { healed, at: undefined }).lastSeen!.healed).toMatchObject([{ lastAt: null }]);
  });

  test.each([
    ['a run has begun since', { fence: 6 }],
    ['a run worked meanwhile', { free: false }],
  ])('does not count when %s', (_, more) => {
    expect(seen('NotVerified', { changes: [change(null)], ...more })).toMatchObject({
      inSync: true,
      lastSeen: { by: OWNER },
      needs: [],
    });
  });
});

describe('what needs a person', () => {
  test.each([
    [
      'it left the declarations and still stands',
      STANDS,
      { declared: undefined },
      'it is not declared any more, and still stands',
      'npx edge-ramp teardown edge-a',
    ],
    [
      'the declaration has changed',
      { ...STANDS, applied: JSON.stringify({ ...SPEC, virtualServers: [] }) },
      {},
      'declared differs from what is applied',
      'npx edge-ramp plan edge-a',
    ],
    [
      'the automation has stopped',
      { ...STANDS, failures: 2, failedSpec: digestOf(SPEC) },
      {},
      'the automation has stopped after 2 runs in a row that failed',
      'npx edge-ramp history edge-a',
    ],
    [
      'a plan waits',
      { ...STANDS, lastResult: result('Planned'), notified: '0123456789abcdef' },
      {},
      'what has to change would cut live traffic, which the automation leaves to a person',
      'npx edge-ramp apply edge-a --allow-interruption --expect 0123456789abcdef',
    ],
    [
      'it does not carry',
      { ...STANDS, lastResult: result('NotVerified') },
      {},
      'it stood as declared and did not carry',
      'npx edge-ramp verify edge-a',
    ],
    [
      'the last run could not look, and nobody does by himself',
      { ...STANDS, lastResult: result('NotStarted') },
      { declared: { ...SPEC, watch: 0 } },
      'the last run failed before its first change, and nobody has looked since',
      'npx edge-ramp verify edge-a',
    ],
    [
      'the last run of an example could not look',
      { ...STANDS, lastResult: result('NotStarted') },
      { declared: EXAMPLE },
      'the last run failed before its first change, and nobody has looked since',
      'npx edge-ramp verify edge-a',
    ],
    [
      'the last run with the declaration of before could not look',
      { ...STANDS, applied: JSON.stringify({ ...SPEC, virtualServers: [] }), lastResult: result('NotStarted') },
      { declared: EXAMPLE },
      'declared differs from what is applied',
      'npx edge-ramp plan edge-a',
    ],
    [
      'the automation has stopped, since its runs could not look',
      { ...STANDS, failures: 2, failedSpec: digestOf(SPEC), lastResult: result('NotStarted') },
      {},
      'the automation has stopped after 2 runs in a row that failed',
      'npx edge-ramp history edge-a',
    ],
    [
      'nobody ends its pause',
      { ...STANDS, paused: JSON.stringify({ until: null, reason: 'spare part' }) },
      {},
      'it is paused until somebody resumes it (spare part)',
      'npx edge-ramp resume edge-a',
    ],
    [
      'a device is away',
      { ...STANDS, degraded: JSON.stringify(['ramp node mi-1']) },
      {},
      'degraded: ramp node mi-1 could not be reached; when that is back',
      'npx edge-ramp apply edge-a',
    ],
    [
      'repairs gave up',
      { ...STANDS, before: '{}', closedBy: OWNER, attempts: 2 },
      {},
      'a run left it half-way, and nobody puts it back by himself: 2 repairs were tried already',
      'npx edge-ramp repair edge-a',
    ],
    [
      'repairs gave up, and nobody knows of which run',
      { ...STANDS, before: '{}', attempts: 2 },
      {},
      'a run left it half-way, and nobody puts it back by himself: 2 repairs were tried already',
      'npx edge-ramp apply edge-a',
    ],
    [
      'a run died and the tunnel is not watched',
      { ...STANDS, owner: OWNER, fence: 1 },
      { declared: { ...SPEC, watch: 0 } },
      'a run left it half-way, and nobody puts it back by himself: it is not watched',
      'npx edge-ramp repair edge-a',
    ],
  ])('%s', (_, item, more, what, command) => expect(standing(item, more).needs).toEqual([{ what, command }]));

  test('where the last run could not look, the automation does by itself, and a tunnel that is not wanted needs nobody', () => {
    const lastResult = result('NotStarted');
    expect(standing({ ...STANDS, lastResult })).toMatchObject({ automation: 'on', inSync: null, needs: [] });
    expect(standing({ wanted: 'absent', lastResult }, { declared: EXAMPLE }).needs).toEqual([]);
  });

  test('what the automation puts back by itself needs nobody', () => {
    expect(standing({ ...STANDS, before: '{}' }).needs).toEqual([]);
  });

  test('failures with another declaration than now do not count', () => {
    expect(standing({ ...STANDS, failures: 5, failedSpec: 'another' })).toMatchObject({ automation: 'on', needs: [] });
  });
});
