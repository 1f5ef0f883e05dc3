import { digestOf } from '../../../lib/tunnel/declaration/digest';
import {
  reactionTo,
  endedJustNow,
  heldBack,
  isDue,
  isPaused,
  mayWork,
  repairHeldBack,
  type Execution,
} from '../../../lib/tunnel/run/automation';
import { readMemory } from '../../../lib/tunnel/run/memory';
import { parseDeclaration } from '../../../lib/tunnel/declaration/parse';
import { EXAMPLE, tunnel } from './site';
import { pair } from './cluster-site';

const NOW = new Date('2026-11-24T06:00:00Z');
const WANTED = tunnel({ example: false });
const DIGEST = digestOf(WANTED);
const run = (name: string): string => `arn:aws:states:eu-central-1:123456789012:execution:edge-ramp:${name}`;

describe('a tunnel is looked at', () => {
  /** How many of a day's ticks look at it, with the schedule's phase in seconds. */
  const looks = (minutes: number, phase: number): number =>
    Array.from({ length: 288 }, (_, tick) => new Date(NOW.getTime() + tick * 300_000 + phase * 1000)).filter((tick) =>
      isDue(minutes, tick),
    ).length;

  test.each([
    [0, 0],
    [5, 288],
    [10, 144],
    [15, 96],
    [60, 24],
    [1440, 1],
  ])('every %i minutes: on %i ticks of a day, whenever the schedule began to tick', (minutes, expected) => {
    for (const phase of [0, 1, 137, 299]) expect(looks(minutes, phase)).toBe(expected);
  });
});

describe('the item of a tunnel', () => {
  test('that no run has touched says nothing', () => {
    const memory = readMemory(undefined);
    expect(memory).toMatchObject({ owner: null, fence: 0, wanted: null, paused: null, before: null, attempts: 0 });
    expect(memory).toMatchObject({ degraded: [], drifts: [], failures: 0, notified: null });
  });

  const drift = { at: NOW.toISOString(), execution: run('a'), changes: 2 };
  const pause = { until: null, reason: 'a new switch', at: NOW.toISOString(), by: run('b') };
  const wire = {
    tunnel: { S: 'edge-a' },
    owner: { S: run('c') },
    fence: { N: '1795000000000' },
    wanted: { S: 'applied' },
    paused: { S: JSON.stringify(pause) },
    degraded: { S: '["ramp node i-1"]' },
    drifts: { S: JSON.stringify([drift]) },
    failures: { N: '1' },
    failedSpec: { S: 'abc' },
    lookedAt: { N: '12' },
  };

  test('is read as DynamoDB gives it', () =>
    expect(readMemory(wire)).toMatchObject({
      owner: run('c'),
      fence: 1_795_000_000_000,
      wanted: 'applied',
      paused: pause,
      degraded: ['ramp node i-1'],
      drifts: [drift],
      failures: 1,
      failedSpec: 'abc',
      lookedAt: 12,
      attempts: 0,
      before: null,
    }));

  test('and the same as plain JavaScript', () =>
    expect(
      readMemory(Object.fromEntries(Object.entries(wire).map(([name, value]) => [name, Object.values(value)[0]]))),
    ).toEqual(readMemory(wire)));

  test.each([
    ['a boolean', { BOOL: true }],
    ['no JSON', { S: 'since Monday' }],
    ['a time that is none', { S: '{"until":"tomorrow"}' }],
  ])('with a pause that cannot be read, %s, is paused until somebody resumes it', (_, paused) => {
    const memory = readMemory({ paused });
    expect(isPaused(memory, NOW)).toBe(true);
    expect(memory.paused).toMatchObject({ until: null });
  });

  test.each([{ BOOL: false }, false])('whose pause was switched off by hand, %j, is not paused', (paused) =>
    expect(readMemory({ paused }).paused).toBeNull(),
  );

  test('with lists that cannot be read has none', () =>
    expect(readMemory({ drifts: { S: '{' }, degraded: { S: '"one"' } })).toMatchObject({ drifts: [], degraded: [] }));
});

describe('automation', () => {
  const memory = (more: object = {}) => readMemory({ wanted: 'applied', ...more });

  test('maintains what is wanted', () => expect(heldBack(memory(), WANTED, DIGEST, NOW)).toBeNull());

  const paused = (until: string | null) => ({ paused: JSON.stringify({ until, reason: 'a new switch' }) });
  test.each([
    ['an example', memory(), EXAMPLE, 'the tunnel is declared as an example'],
    ['not wanted', memory({ wanted: 'absent' }), WANTED, 'the tunnel is not wanted'],
    ['never applied', readMemory(undefined), WANTED, 'the tunnel is not wanted'],
    ['paused', memory(paused(null)), WANTED, 'the tunnel is paused: a new switch'],
    [
      'paused for a while',
      memory(paused('2026-11-24T06:00:01Z')),
      WANTED,
      'the tunnel is paused until 2026-11-24T06:00:01Z: a new switch',
    ],
    [
      'failed twice with this declaration',
      memory({ failures: 2, failedSpec: DIGEST }),
      WANTED,
      'automation is stopped, since 2 automatic runs in a row failed with this declaration',
    ],
  ])('leaves alone what is %s', (_, memory, spec, reason) => expect(heldBack(memory, spec, DIGEST, NOW)).toBe(reason));

  test.each([
    ['whose pause is over', memory(paused('2026-11-24T06:00:00Z'))],
    ['that failed once', memory({ failures: 1, failedSpec: DIGEST })],
    ['that failed with another declaration', memory({ failures: 7, failedSpec: 'another' })],
  ])('goes on with one %s', (_, memory) => expect(heldBack(memory, WANTED, DIGEST, NOW)).toBeNull());

  test('repairs what was never applied, and what its failures have stopped', () => {
    expect(repairHeldBack(readMemory(undefined), WANTED, NOW)).toBeNull();
    expect(repairHeldBack(memory({ failures: 2, failedSpec: DIGEST }), WANTED, NOW)).toBeNull();
  });

  test('repairs no example, nothing paused, and nothing a third time', () => {
    expect(repairHeldBack(memory(), EXAMPLE, NOW)).toContain('example');
    expect(repairHeldBack(memory(paused(null)), WANTED, NOW)).toContain('a new switch');
    expect(repairHeldBack(memory({ attempts: 1 }), WANTED, NOW)).toBeNull();
    expect(repairHeldBack(memory({ attempts: 2 }), WANTED, NOW)).toBe('2 repairs were tried already');
  });

  test('counts failures by the same digest, whether the declaration comes from a file or from its parameter', () => {
    for (const spec of [WANTED, pair()])
      expect(digestOf(JSON.parse(JSON.stringify(spec)))).toBe(
        digestOf(parseDeclaration(JSON.parse(JSON.stringify(spec)), 'stored')),
      );
  });
});

describe('the run that holds a lease', () => {
  const now = NOW.getTime();
  const at = (status: string, ended: Date | null = null): Execution => ({
    arn: run('x'),
    status,
    error: null,
    input: '{"tunnel":"edge-a"}',
    ended,
  });

  test.each(['RUNNING', 'PENDING_REDRIVE'])('works while it is %s', (status) =>
    expect(mayWork(at(status), 0, NOW)).toBe(true),
  );
  test.each(['ABORTED', 'FAILED', 'TIMED_OUT', 'SUCCEEDED'])('does not work when it is %s', (status) =>
    expect(mayWork(at(status), now, NOW)).toBe(false),
  );
  test('may have begun just now when Step Functions does not know it', () => {
    expect(mayWork(undefined, now - 59_000, NOW)).toBe(true);
    expect(mayWork(undefined, now - 60_000, NOW)).toBe(false);
  });
  test('is left to the event of its end for a minute', () => {
    expect(endedJustNow(at('ABORTED', new Date(now - 59_000)), NOW)).toBe(true);
    expect(endedJustNow(at('ABORTED', new Date(now - 60_000)), NOW)).toBe(false);
    expect(endedJustNow(undefined, NOW)).toBe(false);
  });
});

describe('a run that ended', () => {
  const ended = (status: string, input: object | string | null, error: string | null = null): Execution => ({
    arn: run('run-1'),
    status,
    error,
    input: typeof input === 'object' && input !== null ? JSON.stringify(input) : input,
    ended: NOW,
  });
  const APPLY = { tunnel: 'edge-a' };

  test.each([
    ['was stopped', ended('ABORTED', APPLY)],
    ['ran out of time', ended('TIMED_OUT', APPLY)],
    ['broke in Step Functions', ended('FAILED', APPLY, 'States.Runtime')],
    ['was a teardown that was stopped', ended('ABORTED', { ...APPLY, action: 'teardown' })],
    ['was a repair that ran out of time', ended('TIMED_OUT', { ...APPLY, repair: run('dead') })],
  ])('and %s is repaired', (_, run) => expect(reactionTo(run)).toEqual({ to: 'repair' }));

  test.each([
    ['RolledBack', 'RolledBack'],
    ['NotStarted', 'NotStarted'],
    ['RollbackFailed', 'RollbackFailed'],
  ])('by itself, as %s, is not', (_, error) => expect(reactionTo(ended('FAILED', APPLY, error))).toBeNull());

  test.each(['plan', 'verify', 'pause', 'resume'])('and was a %s is not: it changed no device', (action) =>
    expect(reactionTo(ended('ABORTED', { ...APPLY, action }))).toBeNull(),
  );

  test.each([
    ['names no tunnel', {}],
    ['is no JSON', '{'],
    ['is a list', '[]'],
    ['is not known', null],
  ])('and whose input %s is not', (_, input) => expect(reactionTo(ended('ABORTED', input))).toBeNull());

  test.each([
    ['automatic', { ...APPLY, trigger: 'event', repair: run('dead') }],
    ["a person's", { ...APPLY, repair: run('dead') }],
  ])('as a repair that was stopped, %s, pauses the tunnel', (_, input) =>
    expect(reactionTo(ended('ABORTED', input))).toEqual({ to: 'pause', reason: 'a repair was stopped: run-1' }),
  );

  test('gives a reason in the letters that a request may have', () =>
    expect(reactionTo({ ...ended('ABORTED', { ...APPLY, repair: 'x' }), arn: run("it's=mine!") })).toEqual({
      to: 'pause',
      reason: 'a repair was stopped: it-s-mine-',
    }));
});
