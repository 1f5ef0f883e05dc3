import type { Execution } from '../../../lib/tunnel/run/automation';
import { isPairKey, pairHeld, pairKeys, readPairItem } from '../../../lib/tunnel/run/pair';
import { BIGIP_PAIR, PAIR_KEY } from './bigip-pair-spec';
import { EXAMPLE, merge } from './site';

const turned = { ...BIGIP_PAIR, name: 'edge-b', bigip: BIGIP_PAIR.bigip.toReversed() };
const other = merge(BIGIP_PAIR, {
  bigip: [BIGIP_PAIR.bigip[0], { ...BIGIP_PAIR.bigip[1]!, management: '10.3.88.79' }],
}) as typeof BIGIP_PAIR;

describe('the key of a pair', () => {
  test('names both units, in whatever order they are declared and for whatever tunnel', () => {
    expect(pairKeys([BIGIP_PAIR])).toEqual([PAIR_KEY]);
    expect(pairKeys([turned])).toEqual([PAIR_KEY]);
    expect(BIGIP_PAIR.bigip[0]!.management).toBe('10.3.88.81'); // the declaration keeps its order
  });

  test('is never that of a tunnel', () =>
    expect([PAIR_KEY, 'edge-a', 'pair'].map(isPairKey)).toEqual([true, false, false]));

  test('is none for a single BIG-IP', () => expect(pairKeys([EXAMPLE])).toEqual([]));

  test('is there for each pair of a tunnel that moves, in the same order for every tunnel', () => {
    const keys = ['pair 10.3.88.79+10.3.88.81', PAIR_KEY];
    expect(pairKeys([BIGIP_PAIR, EXAMPLE, other])).toEqual(keys);
    expect(pairKeys([other, BIGIP_PAIR, other])).toEqual(keys);
  });
});

describe('a pair', () => {
  const NOW = new Date('2026-11-28T08:00:00Z');
  const item = readPairItem({
    holder: { S: 'arn:other' },
    holderTunnel: { S: 'edge-b' },
    since: { N: String(NOW.getTime() - 60_000) },
  });
  const run = (status: string, error: string | null = null): Execution => ({
    arn: 'arn:other',
    status,
    error,
    input: null,
    ended: null,
  });
  const held = (holder: Execution | undefined, tunnel = 'edge-a', changes: Partial<typeof item> = {}) =>
    pairHeld({ ...item, ...changes }, holder, tunnel, NOW);

  test.each(['RUNNING', 'PENDING_REDRIVE'])('is held by a run that is %s, of whatever tunnel', (status) => {
    for (const tunnel of ['edge-a', 'edge-b'])
      expect(held(run(status), tunnel)).toBe('the pair of BIG-IPs is held by arn:other of tunnel edge-b');
  });

  test.each([
    ['SUCCEEDED', null],
    ['FAILED', 'NotStarted'],
    ['FAILED', 'RolledBack'],
    ['FAILED', 'RollbackFailed'],
    ['FAILED', 'TunnelBusy'],
  ])('is free after a run that ended as %s %s', (status, error) => expect(held(run(status, error))).toBeNull());

  test.each([
    ['ABORTED', null],
    ['TIMED_OUT', null],
    ['FAILED', 'States.Runtime'],
  ])('is kept by a run that died (%s %s), until a run of its own tunnel takes it over', (status, error) => {
    expect(held(run(status, error))).toMatch(
      /arn:other of tunnel edge-b, which died .* edge-b has to be repaired first$/,
    );
    expect(held(run(status, error), 'edge-b')).toBeNull();
  });

  test('is held by a run that Step Functions does not know yet, and not by one that it has forgotten', () => {
    expect(held(undefined, 'edge-a', { since: NOW.getTime() - 59_999 })).toContain('arn:other');
    expect(held(undefined)).toBeNull();
  });
});
