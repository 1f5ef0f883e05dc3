import type { Fault } from '../../lab/hosts/host';
import { wrongSide } from '../faults/bigip-pair-places';
import { expectBuilt, pairSite, run, units, type Run } from './support/bigip-pair';
import { discard, endOf, type Site } from './support/site';

/** The two units' bastion, to which all their commands are sent. */
const BASTION = units.bigip[0]!.bastion;
const APPLY = 'bigip-apply';

let open: Site;
afterEach(() => discard(open));

/** The tags of the commands that changed units. Each command of a round has its own, and every try of a step the same. */
const tags = ({ lab }: Site): readonly string[] =>
  lab
    .trips()
    .filter(({ document }) => document.includes(APPLY))
    .map(({ comment }) => comment);

/** Builds the tunnel and takes it down. */
async function thereAndBack(faults: readonly Fault[]): Promise<readonly Run[]> {
  open = await pairSite({ faults });
  const untouched = open.dump();
  const fresh = await run(open);
  if (fresh.end === 'Applied') expectBuilt(open);
  const gone = await run(open, { action: 'teardown' });
  if (gone.end === 'TornDown') expect(open.dump()).toBe(untouched);
  return [fresh, gone];
}

/** Units that work side by side are typed on in any order. */
const typedIn = (runs: readonly Run[]): readonly string[] => runs.flatMap(({ typed }) => typed).sort();

describe('a pair of BIG-IPs is built and removed, each command sent once and each sync made once, where', () => {
  let undisturbed: readonly string[];
  beforeAll(async () => {
    undisturbed = typedIn(await thereAndBack([]));
    await discard(open);
  });

  test.each<[what: string, faults: readonly Fault[]]>([
    [
      'every other command is throttled',
      Array.from({ length: 16 }, (_, i) => ({ host: BASTION, match: APPLY, nth: 2 * i + 1, effect: 'throttle' })),
    ],
    [
      'the answer to each command that was sent is lost',
      [{ host: BASTION, match: APPLY, nth: 1, times: 100, effect: 'lose-answer' }],
    ],
    [
      'questions about the outcome of each command are throttled',
      [{ host: BASTION, match: APPLY, nth: 1, times: 100, effect: 'throttle-result' }],
    ],
  ])('%s', async (_what, faults) => {
    const runs = await thereAndBack(faults);
    expect(runs.map(({ end }) => end)).toEqual(['Applied', 'TornDown']);
    expect(typedIn(runs)).toEqual(undisturbed);
    const sent = tags(open);
    expect(new Set(sent).size).toBe(sent.length);
    const struck = open.lab.sends().filter(({ document, effect }) => document.includes(APPLY) && effect !== undefined);
    expect(struck).toHaveLength(sent.length);
  });
});

/** A fresh pair has seven commands: a shared round, own parts on both units, a shared round; a shared round, a save on both. */
describe.each([1, 4, 6])('of a fresh pair, where at command %i of seven', (nth) => {
  test.each<Fault['effect'] & ('lose-result' | 'end-sender')>(['end-sender', 'lose-result'])(
    '%s strikes, nobody sends it again: both units are as before',
    async (effect) => {
      open = await pairSite({ faults: [{ host: BASTION, match: APPLY, nth, effect }] });
      const untouched = open.dump();
      const result = await open.run();
      expect([endOf(result), open.dump()]).toEqual(['RolledBack', untouched]);
      const sent = tags(open);
      expect(new Set(sent).size).toBe(sent.length);
      expect(wrongSide(open.lab.hosts.journal())).toBeUndefined();
    },
  );
});
