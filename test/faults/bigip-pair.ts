import { rmSync } from 'node:fs';
import type { ExecutionResult } from '../../lab';
import { changedUnits } from '../../lab/hosts/bigip/sync';
import type { Fault } from '../../lab/hosts/host';
import { ONE, pairOf, TWO, unitOf } from '../runs/support/bigip-pair';
import { difference, rehearse, type Rehearsed, type Scenario } from '../runs/support/faulty';
import { keptRun } from '../runs/support/keepers';
import { discard, endOf, settled, site, type Site } from '../runs/support/site';
import { shareOf } from '../turns/turn';
import { at, placesOf, wrongSide, type Place } from './bigip-pair-places';

/** Something that goes wrong at one command on a unit. */
interface Trouble {
  /** How the command fares. */
  readonly fares: string;
  readonly strikes: (place: Place) => boolean;
  readonly faults: (place: Place) => readonly Fault[];
  /** It lasts: the run may say what it could not put back, and the next one, when it is over, converges. */
  readonly lasts?: true;
}
const always = (): boolean => true;
const changes = ({ writes }: Place): boolean => writes;
/** Where a session begins, where something changes, and where the units are to be synchronised. */
const isTurningPoint = ({ line, writes }: Place): boolean => writes || line === 'tmsh -v';
const otherThan = (unit: string): string => (unit === ONE ? TWO : ONE);

const TROUBLES: readonly Trouble[] = [
  { fares: 'fails before', strikes: always, faults: (place) => [{ ...at(place), effect: 'fail-before' }] },
  { fares: 'fails after', strikes: changes, faults: (place) => [{ ...at(place), effect: 'fail-after' }] },
  { fares: 'hangs', strikes: always, faults: (place) => [{ ...at(place), effect: 'hang' }] },
  {
    fares: 'finds the roles changed',
    strikes: always,
    faults: (place) => [{ ...at(place), effect: 'meanwhile', on: ONE, does: 'failover' }],
  },
  {
    fares: 'finds the link between the units cut',
    strikes: isTurningPoint,
    faults: (place) => [{ ...at(place), effect: 'meanwhile', on: ONE, does: 'cut-link' }],
    lasts: true,
  },
  {
    fares: 'finds the link between the units cut, until the next session on its unit',
    strikes: isTurningPoint,
    faults: (place) => [
      { ...at(place), effect: 'meanwhile', on: ONE, does: 'cut-link' },
      { host: place.unit, match: '^tmsh -v$', nth: place.session + 1, effect: 'meanwhile', on: ONE, does: 'mend-link' },
    ],
  },
  {
    fares: 'finds its unit without SSH',
    strikes: isTurningPoint,
    faults: (place) => [{ ...at(place), effect: 'meanwhile', on: place.unit, does: 'cut-ssh' }],
    lasts: true,
  },
  {
    fares: 'finds the other unit without SSH',
    strikes: isTurningPoint,
    faults: (place) => [{ ...at(place), effect: 'meanwhile', on: otherThan(place.unit), does: 'cut-ssh' }],
    lasts: true,
  },
];

const CONVERGED = ['Applied', 'TornDown', 'Unchanged'];
const AS_BEFORE = ['RolledBack', 'NotStarted', 'NotVerified'];
const NOT_PUT_BACK = /not put back: BIG-IP 10\.3\.88\.7[12]: ./;

/** How a run came out: converged or as before on both units, and those in sync; or it says what it left. Else it is wrong, in words. */
function judge(
  open: Site,
  { before, after }: Rehearsed,
  result: ExecutionResult,
): 'right' | 'left' | { wrong: string } {
  const [end, found] = [endOf(result), settled(open)];
  const changed = changedUnits(pairOf(open), unitOf(open, ONE), unitOf(open, TWO));
  const conflict = changed.length === 2 ? 'a conflict' : undefined;
  const wrong = wrongSide(open.lab.hosts.journal()) ?? conflict;
  if (wrong !== undefined) return { wrong: `${end}: ${wrong}` };
  if (end === 'RollbackFailed' && NOT_PUT_BACK.test(result.cause ?? '')) return 'left';
  const wanted = CONVERGED.includes(end) ? after : AS_BEFORE.includes(end) ? before : undefined;
  if (found === wanted) return changed.length === 0 ? 'right' : 'left';
  return { wrong: `${end}: ${result.cause ?? ''}\n${difference(wanted ?? before, found)}` };
}

/** Carries a scenario out with a trouble at one command, beside the ramp node's keeper. @returns what is wrong; undefined: nothing */
async function troubled(rehearsed: Rehearsed, trouble: Trouble, place: Place): Promise<string | undefined> {
  const { scenario, folder } = rehearsed;
  const open = await site({ from: folder, spec: scenario.spec, faults: trouble.faults(place) });
  const run = async (): Promise<ReturnType<typeof judge>> =>
    judge(open, rehearsed, await keptRun(open, scenario.spec, scenario.input));
  try {
    let judged = await run();
    if (judged === 'left' && trouble.lasts) {
      await open.lab.hosts.act(ONE, 'mend-link');
      for (const unit of [ONE, TWO]) await open.lab.hosts.act(unit, 'mend-ssh');
      judged = await run();
    }
    if (judged === 'right') return undefined;
    return `${place.unit}: ${place.line} (${place.nth}) ${trouble.fares}: ${judged === 'left' ? judged : judged.wrong}`;
  } finally {
    await discard(open);
  }
}

/** Each trouble at each command that it may strike, or the share whose turn it is. The ramp node's keeper looks on. */
export function everyCommandTroubled(scenario: Scenario): void {
  describe(`${scenario.name}, where a command`, () => {
    let rehearsed: Rehearsed;
    beforeAll(async () => {
      rehearsed = await rehearse(scenario);
    });
    afterAll(() => rmSync(rehearsed.folder, { recursive: true, force: true }));

    test.each(TROUBLES)(
      '$fares, converges or leaves both units as they were; what it says it left the next run completes',
      async (trouble) => {
        const places = placesOf(rehearsed).filter(trouble.strikes);
        expect(places.length).toBeGreaterThan(8);
        const wrong: string[] = [];
        for (const place of shareOf(places)) {
          const found = await troubled(rehearsed, trouble, place);
          if (found !== undefined) wrong.push(found);
        }
        expect(wrong.join('\n\n')).toBe('');
      },
      3_600_000,
    );
  });
}
