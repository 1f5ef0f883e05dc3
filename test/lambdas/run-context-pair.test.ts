import { readRunContext } from '../../lambdas/read-request/run-context';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import { readMemory } from '../../lib/tunnel/run/memory';
import { MOST_WAITS, readPairItem } from '../../lib/tunnel/run/pair';
import { BIGIP_PAIR, PAIR_KEY } from '../lib/tunnel/bigip-pair-spec';
import { EXAMPLE } from '../lib/tunnel/site';
import { arnOf } from './fake-runs';

const [ME, OTHER] = [arnOf('me'), arnOf('other')];
const NOW = new Date('2026-11-28T08:00:00Z');
const HELD = { holder: OTHER, holderTunnel: 'edge-b', since: 0 };
const BY_OTHER = `the pair of BIG-IPs is held by ${OTHER} of tunnel edge-b`;

interface Around {
  /** The pair's item. */
  readonly pair?: Readonly<Record<string, unknown>>;
  /** The tunnel's item. */
  readonly item?: Readonly<Record<string, unknown>>;
  /** How every run is that holds something. */
  readonly status?: string;
  readonly waited?: number;
  readonly spec?: typeof EXAMPLE;
}

/** What Read request answers about the tunnel of a pair, and which items it read beside the tunnel's. */
async function open(input: object, { pair, item, status = 'RUNNING', waited = 0, spec = BIGIP_PAIR }: Around = {}) {
  const read: string[] = [];
  const context = await readRunContext(
    { contract: CONTRACT, execution: ME, input: { tunnel: 'edge-a', ...input }, waited },
    {
      declaration: async () => JSON.stringify(spec),
      memory: async () => readMemory({ wanted: 'applied', ...item }),
      pair: async (key) => {
        read.push(key);
        return readPairItem(pair);
      },
      describe: async (arn) => ({ arn, status, error: null, input: null, ended: null }),
      now: () => NOW,
    },
  );
  return { ...context, read };
}

const EVENT = { trigger: 'event', asked: NOW.toISOString() };
const GOES_ON = { wait: false, busy: null, heldBack: null };

test.each([
  ['nobody has ever held', undefined, null],
  ['a run held that has ended', HELD, OTHER],
])('a pair that %s is taken, as it was read', async (_, pair, holder) =>
  expect(await open({}, { status: 'SUCCEEDED', ...(pair ? { pair } : {}) })).toMatchObject({
    ...GOES_ON,
    pair: { key: PAIR_KEY, holder },
  }),
);

test('a run that holds its pair goes on to the lease', async () =>
  expect(await open({}, { pair: { ...HELD, holder: ME } })).toMatchObject({ ...GOES_ON, pair: null }));

describe("while another tunnel's run works on the pair", () => {
  test.each([
    ['a person', {}],
    ['an event', EVENT],
    ['a repair', { repair: OTHER }],
  ])('the run of %s waits', async (_, input) =>
    expect(await open(input, { pair: HELD, waited: MOST_WAITS - 1 })).toMatchObject({ ...GOES_ON, wait: true }),
  );

  test('a person is told by whom it is held when the waits are over', async () =>
    expect(await open({}, { pair: HELD, waited: MOST_WAITS })).toMatchObject({ ...GOES_ON, busy: BY_OTHER }));

  test('a run of automation is skipped then: the watch starts another one', async () =>
    expect(await open(EVENT, { pair: HELD, waited: MOST_WAITS })).toMatchObject({ ...GOES_ON, heldBack: BY_OTHER }));

  test('a run of a tunnel that is busy itself does not wait for the pair', async () =>
    expect(await open({}, { pair: HELD, item: { owner: arnOf('same') } })).toMatchObject({
      wait: false,
      busy: `the lease is held by ${arnOf('same')}`,
      pair: null,
      read: [],
    }));

  test.each([{ action: 'plan' }, { action: 'verify' }, { action: 'pause', reason: 'x' }, { action: 'resume' }])(
    '%j goes on without it',
    async (input) => expect(await open(input, { pair: HELD })).toMatchObject({ ...GOES_ON, pair: null, read: [] }),
  );
});

test("after a run that died on the pair, other tunnels' runs wait, and end in the name of the tunnel to repair", async () => {
  const dead = { pair: HELD, status: 'ABORTED' };
  expect(await open({}, dead)).toMatchObject({ ...GOES_ON, wait: true });
  const { busy } = await open({}, { ...dead, waited: MOST_WAITS });
  expect(busy).toBe(
    `${BY_OTHER}, which died and may have left changes by half: tunnel edge-b has to be repaired first`,
  );
});

test('the repair of a run that died on the pair takes both over', async () => {
  const item = { owner: OTHER, before: '{}' };
  const pair = { ...HELD, holderTunnel: 'edge-a' };
  expect(await open({ repair: OTHER, ...EVENT }, { pair, item, status: 'ABORTED' })).toMatchObject({
    ...GOES_ON,
    pair: { key: PAIR_KEY, holder: OTHER },
  });
});

test('a tunnel with one BIG-IP has no pair, and no item but its own is read', async () =>
  expect(await open({}, { spec: EXAMPLE, pair: HELD })).toMatchObject({ ...GOES_ON, pair: null, read: [] }));

test.each([
  ['as it was applied', { applied: JSON.stringify(BIGIP_PAIR) }],
  ['as a run began it', { before: JSON.stringify({ declared: [EXAMPLE, BIGIP_PAIR], touched: {} }) }],
])('a tunnel that left its pair takes it still, %s', async (_, item) =>
  expect(await open({}, { spec: EXAMPLE, item })).toMatchObject({
    ...GOES_ON,
    pair: { key: PAIR_KEY, holder: null },
  }),
);
