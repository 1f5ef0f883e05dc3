import type { Probe } from '../../../lib/tunnel/device/observation';
import { disagreements } from '../../../lib/tunnel/plan/disagreements';

const role = (from: string, holds: boolean): Probe => ({
  from,
  to: '10.3.89.80',
  what: 'whatever a person reads',
  ok: true,
  detail: holds ? 'ACTIVE' : 'STANDBY',
  held: 'active-role',
  holds,
});

describe('of two BIG-IPs', () => {
  test.each([
    ['one is active', [role('a', true), role('b', false)], []],
    ['both are active', [role('a', true), role('b', true)], ['not-one-active']],
    ['neither is', [role('a', false), role('b', false)], ['not-one-active']],
    ['one was not asked, since it has no tunnel: it may be the active one', [role('b', false)], []],
    ['the active one alone was asked', [role('a', true)], []],
  ])('%s', (_what, probes, codes) => expect(disagreements(probes).map(({ code }) => code)).toEqual(codes));
});
