import fc from 'fast-check';
import { HELD_BACK, seenIn } from '../../lib/stack/workflow/memory';
import { heldBack, isPaused, repairHeldBack } from '../../lib/tunnel/automation';
import { readMemory } from '../../lib/tunnel/memory';
import type { Declared } from '../../lib/tunnel/tunnel';
import { EXECUTION, evaluate } from './support/walk';

/*
 * Whether automation leaves a tunnel alone is asked in two places and two languages: by the watch and `status` in TypeScript, and by
 * the state machine, which decides. They must not contradict each other.
 */

const DIGEST = '00000000000000aa';
const PAUSES = [
  { S: '{"until":null,"reason":"x"}' },
  { S: '{"until":"2999-01-01T00:00:00.000Z","reason":"x"}' },
  { S: '{"until":"2020-01-01T00:00:00.000Z","reason":"x"}' },
  { S: 'by hand' },
  { BOOL: true },
  { BOOL: false },
];
const number = (most: number) => fc.nat(most).map((n) => ({ N: String(n) }));
const items = fc.record(
  {
    wanted: fc.constantFrom({ S: 'applied' }, { S: 'absent' }),
    paused: fc.constantFrom(...PAUSES),
    failures: number(3),
    failedSpec: fc.constantFrom({ S: DIGEST }, { S: '00000000000000bb' }, { S: 'none' }),
    attempts: number(3),
  },
  { requiredKeys: [] },
);

/** What the state machine says of an automatic run; empty: it goes on. */
async function machineSays(item: object, example: boolean, repair: string | null): Promise<string> {
  const context = { Execution: { Id: EXECUTION } };
  const seen = await evaluate(`{% ${seenIn('$item')} %}`, { item }, { context });
  const request = { trigger: 'schedule', asked: null, repair, specDigest: DIGEST, spec: { example } };
  return evaluate(`{% ${HELD_BACK} %}`, { seen, request }, { context });
}

const spec = (example: boolean) => ({ example }) as Declared;

test('the watch looks exactly at those tunnels of which the state machine lets an automatic run go on', () =>
  fc.assert(
    fc.asyncProperty(items, fc.boolean(), async (item, example) => {
      const reason = heldBack(readMemory(item), spec(example), DIGEST, new Date());
      expect((await machineSays(item, example, null)) === '').toBe(reason === null);
    }),
    { numRuns: 300 },
  ));

test('the watch starts exactly those repairs that the state machine carries out', () =>
  fc.assert(
    fc.asyncProperty(items, fc.boolean(), async (item, example) => {
      const reason = repairHeldBack(readMemory(item), spec(example), new Date());
      expect((await machineSays(item, example, 'arn:dead')) === '').toBe(reason === null);
    }),
    { numRuns: 300 },
  ));

test.each(PAUSES.map((paused) => [JSON.stringify(paused), paused] as const))(
  'a pause is one for both: %s',
  async (_, paused) => {
    const item = { wanted: { S: 'applied' }, paused };
    expect((await machineSays(item, false, null)).includes('paused')).toBe(isPaused(readMemory(item), new Date()));
  },
);
