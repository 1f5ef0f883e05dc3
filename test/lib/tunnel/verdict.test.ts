import fc from 'fast-check';
import { restoreInWords, verdictOf, type RequestedAction } from '../../../lib/tunnel/plan/verdict';

const plan = (operations: number, reachable = true, interrupts: string[] = []) => ({
  operations,
  reachable,
  interrupts,
});
const asked = (action: RequestedAction['action'], trigger: RequestedAction['trigger'] = null): RequestedAction => ({
  action,
  trigger,
});

test.each([
  ['a plan with changes', asked('plan'), plan(3), 'Planned'],
  ['a plan without', asked('plan'), plan(0), 'Planned'],
  ['a verify that finds all in place', asked('verify'), plan(0), 'Verified'],
  ['a verify that finds something else', asked('verify'), plan(1), 'NotVerified'],
  ['a verify of a tunnel that does not carry', asked('verify'), plan(0, false), 'NotVerified'],
  ['a teardown of what is gone, which cannot carry', asked('teardown'), plan(0, false), 'TornDown'],
  ['a teardown of what stands', asked('teardown'), plan(4, true, ['cuts']), 'CarryOut'],
  ['an apply of what stands', asked('apply'), plan(0), 'Unchanged'],
  ['an apply of what stands and does not carry', asked('apply'), plan(0, false), 'NotVerified'],
  ['an apply with changes', asked('apply'), plan(1, false), 'CarryOut'],
  ['a person’s apply that cuts, which was allowed', asked('apply'), plan(1, true, ['cuts']), 'CarryOut'],
  ['an event’s apply that cuts nothing', asked('apply', 'event'), plan(1), 'CarryOut'],
  ['an event’s apply that cuts', asked('apply', 'event'), plan(1, true, ['cuts']), 'LeftToAPerson'],
] as const)('%s: %s', (_, request, found, verdict) =>
  expect(verdictOf(request.action === 'teardown' ? 'absent' : 'declared', request, found, false)).toBe(verdict),
);

test.each(['apply', 'verify'] as const)(
  '%s of what stands and does not carry: it is looked at once more, where nothing differs',
  (action) => {
    expect(verdictOf('declared', asked(action), plan(0, false), true)).toBe('LookAgain');
    expect(verdictOf('declared', asked(action), plan(0), true)).not.toBe('LookAgain');
    expect(verdictOf('declared', asked(action), plan(1, false), true)).not.toBe('LookAgain');
  },
);

const plans = fc.record({
  operations: fc.nat(3),
  reachable: fc.boolean(),
  interrupts: fc.array(fc.constant('cuts'), { maxLength: 2 }),
});
const requests = fc.record({
  action: fc.constantFrom('apply', 'plan', 'verify', 'teardown'),
  trigger: fc.constantFrom(null, 'event', 'schedule'),
} as const);

test('a restore goes on exactly as long as something is left to put back, whoever asked and whatever it cuts', () =>
  fc.assert(
    fc.property(requests, plans, fc.boolean(), (request, found, looksAgain) =>
      expect(verdictOf('recorded', request, found, looksAgain)).toBe(found.operations === 0 ? 'Restored' : 'CarryOut'),
    ),
  ));

test('nothing is carried out that finds nothing to change, that only looks, or that cuts without a person', () =>
  fc.assert(
    fc.property(requests, plans, fc.boolean(), (request, found, looksAgain) => {
      fc.pre(verdictOf('declared', request, found, looksAgain) === 'CarryOut');
      expect(found.operations).toBeGreaterThan(0);
      expect(['apply', 'teardown']).toContain(request.action);
      expect(request.trigger === null || found.interrupts.length === 0).toBe(true);
    }),
  ));

test('a restore says what it left alone, and what is not put back', () => {
  const change = { device: 'BIG-IP x', stage: 'shape', text: '+ tunnel SDN', interrupts: null } as const;
  expect(restoreInWords({ left: [], changes: [] })).toEqual({
    left: '',
    remaining: 'everything was put back, but the record of it could not be written',
  });
  expect(restoreInWords({ left: ['virtual a', 'route b'], changes: [change, change] })).toEqual({
    left: '; left, since another changed it: virtual a, route b',
    remaining: 'not put back: BIG-IP x: + tunnel SDN; BIG-IP x: + tunnel SDN',
  });
  const many = Array.from({ length: 2000 }, () => change);
  expect(restoreInWords({ left: [], changes: many }).remaining).toHaveLength(8_000);
});
