import { FAILOVER_STATE } from '../../../lib/tunnel/bigip/probes';
import type { Probe } from '../../../lib/tunnel/device/observation';
import { disagreements } from '../../../lib/tunnel/plan/disagreements';

const role = (from: string, holds: boolean): Probe => ({
  from,
  to: '10.3.89.80',
  what: FAILOVER_STATE,
  ok: true,
  detail: holds ? 'ACTIVE' : 'STANDBY',
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
