import { rmSync } from 'node:fs';
import type { ExecutionResult } from '../../lab';
import { changedUnits } from '../../lab/hosts/bigip/sync';
import type { Fault, HostAction } from '../../lab/hosts/host';
import { ONE, pairOf, synchronise, TWO, unitOf } from '../runs/support/bigip-pair';
import { difference, rehearse, type Rehearsed, type Scenario } from '../runs/support/faulty';
import { keptRun } from '../runs/support/keepers';
import { discard, endOf, settled, site, type Site } from '../runs/support/site';
import { shareOf } from '../turns/turn';
import { at, isShared, placesOf, wrongSide, type Place } from './bigip-pair-places';

/** What a stranger makes on each unit: an object that both share, and that is no tunnel's. */
const THEIRS = { [ONE]: 'theirs1', [TWO]: 'theirs2' } as Readonly<Record<string, string>>;
const making = (unit: string): string => `create ltm snatpool ${THEIRS[unit]} members add { 10.3.88.9 }`;

/** A stranger changes a unit just before a command runs. */
const changes = (unit: string, place: Place): Fault => ({
  ...at(place),
  effect: 'meanwhile',
  on: unit,
  types: making(unit),
});
const does = (action: HostAction, place: Place): Fault => ({
  ...at(place),
  effect: 'meanwhile',
  on: ONE,
  does: action,
});
/** Where the next session on the unit of a place begins. */
const nextSession = ({ unit, session }: Place): Place => ({
  unit,
  line: 'tmsh -v',
  nth: session + 1,
  session: session + 1,
  writes: false,
});

/** Places on the unit that is changed: before a round's check, at a change of what both units share, and at its sync. */
const isBeforeCheck = ({ unit, line }: Place): boolean => unit === ONE && line === 'tmsh -v';
const isChange = ({ unit, line, writes }: Place): boolean => unit === ONE && writes && isShared(line);
const isSync = ({ line }: Place): boolean => line.startsWith('run cm config-sync ');

/** What somebody else does at one command, or what becomes of a sync. */
interface Meeting {
  readonly meets: string;
  readonly strikes: (place: Place) => boolean;
  /** `next`: the command that follows. */
  readonly faults: (place: Place, next: Place) => readonly Fault[];
  readonly autoSync?: true;
  /** Each script begins with most of its time gone. */
  readonly hurried?: true;
}

const MEETINGS: readonly Meeting[] = [
  {
    // Not at the sync itself: within the moment since the last question BIG-IP overwrites it (BIP-43).
    meets: 'a change on the standby unit',
    strikes: (place) => isBeforeCheck(place) || isChange(place),
    faults: (place) => [changes(TWO, place)],
  },
  {
    meets: 'a change on the active unit',
    strikes: (place) => isBeforeCheck(place) || isSync(place),
    faults: (place) => [changes(ONE, place)],
  },
  {
    meets: 'a change on each unit',
    strikes: isBeforeCheck,
    faults: (place, next) => [changes(ONE, place), changes(TWO, next)],
  },
  {
    meets: 'a unit that refuses each load from then on',
    strikes: isSync,
    faults: (place) => [does('fail-syncs', place)],
  },
  {
    meets: 'a unit that refuses one load',
    strikes: isSync,
    faults: (place) => [does('fail-syncs', place), does('mend-syncs', nextSession(place))],
  },
  {
    meets: 'a sync that never ends',
    strikes: isSync,
    faults: (place) => [does('stall-syncs', place)],
    hurried: true,
  },
  {
    meets: 'a change on the standby unit, in a group that synchronises by itself',
    strikes: (place) => isBeforeCheck(place) || isChange(place),
    faults: (place) => [changes(TWO, place)],
    autoSync: true,
  },
];

const CONVERGED = ['Applied', 'TornDown', 'Unchanged'];
const AS_BEFORE = ['RolledBack', 'NotStarted', 'NotVerified'];
/** Which unit is concerned, and what a person has to do: decide in a conflict, finish what is pending, or look at why it was not loaded. */
const SAYS_WHAT_TO_DO =
  /BIG-IP 10\.3\.88\.7[12]:? .*(?:synchronise from it|undo them, or synchronise them|did not synchronise device group edge-dg)/s;

/** All that the hosts hold but what strangers made. */
function withoutTheirs(open: Site): string {
  return settled(open).replace(/^ltm snatpool theirs\d \{\n(?: .*\n)*\}\n/gm, '');
}

/** Whether a unit has what the stranger made there. */
function has(open: Site, unit: string, object: string): boolean {
  return unitOf(open, unit).running['ltm snatpool'][object] !== undefined;
}

/** The units that were changed since the last sync. */
function pendingOn(open: Site): readonly string[] {
  return changedUnits(pairOf(open), unitOf(open, ONE), unitOf(open, TWO)).map(({ management }) => management);
}

/** Where strangers have made something: the unit, the object, and what was typed on any host since. */
function madeBy(open: Site) {
  const lines = open.lab.hosts.journal();
  return [ONE, TWO].flatMap((unit) => {
    const made = lines.findIndex(({ host, line }) => host === unit && line === making(unit));
    return made < 0 ? [] : [{ unit, object: THEIRS[unit]!, since: lines.slice(made) }];
  });
}

/**
 * What a stranger made goes to the other unit only with a sync whose round had begun, for which the plan has a remark; by itself where the group
 * synchronises so.
 * @returns what went along otherwise, in words
 */
function carriedAlong(open: Site, result: ExecutionResult): string | undefined {
  if (pairOf(open).autoSync) return undefined;
  const { remarks = [] } = (result.output ?? {}) as { remarks?: readonly string[] };
  for (const { unit, object, since } of madeBy(open)) {
    if (!has(open, unit === ONE ? TWO : ONE, object)) continue;
    const next = since.find(({ host, line }) => host === unit && /^(?:tmsh -v$|run cm config-sync )/.test(line));
    if (next?.line === 'tmsh -v') return `${object} was carried along although a check came after it`;
    if (!remarks.some((remark) => remark.includes('takes along whatever somebody else changes')))
      return `${object} was carried along without a word`;
  }
  return undefined;
}

/** How a run came out: converged or as before but for what the stranger made; or it says what a person has to do. Else it is wrong, in words. */
function judge(
  open: Site,
  { before, after }: Rehearsed,
  result: ExecutionResult,
): 'right' | 'left' | { wrong: string } {
  const [end, found] = [endOf(result), withoutTheirs(open)];
  // Who synchronises by itself types nothing.
  const ours = pairOf(open).autoSync ? [] : open.lab.hosts.journal().filter(({ line }) => !line.includes(' theirs'));
  const lost = madeBy(open).find(({ unit, object }) => !has(open, unit, object));
  const wrong = lost === undefined ? wrongSide(ours) : `${lost.object} is lost`;
  if (wrong !== undefined) return { wrong: `${end}: ${wrong}` };
  if (end === 'RollbackFailed' && SAYS_WHAT_TO_DO.test(result.cause ?? '')) return 'left';
  const wanted = CONVERGED.includes(end) ? after : AS_BEFORE.includes(end) ? before : undefined;
  const unsynced = pendingOn(open).filter((unit) => !has(open, unit, THEIRS[unit]!));
  if (found === wanted && unsynced.length === 0) return 'right';
  return {
    wrong: `${end}: ${result.cause ?? ''}\npending on ${unsynced.join()}\n${difference(wanted ?? before, found)}`,
  };
}

/**
 * A person does what the runbook says: loses nothing in a conflict and decides for the first unit, gives away what is pending of a stranger's, and
 * mends what refused a load.
 */
async function person(open: Site): Promise<void> {
  await open.lab.hosts.act(ONE, 'mend-syncs');
  const pending = pendingOn(open);
  if (pending.length === 2) {
    if (!has(open, ONE, THEIRS[TWO]!)) await open.world.run(ONE, making(TWO));
    await synchronise(open, ONE);
  } else if (pending.length === 1 && has(open, pending[0]!, THEIRS[pending[0]!]!)) await synchronise(open, pending[0]!);
}

/** Carries a scenario out, and lets it meet somebody at one command. @returns what is wrong; undefined: nothing */
async function met(rehearsed: Rehearsed, meeting: Meeting, place: Place, next: Place): Promise<string | undefined> {
  const { scenario, folder } = rehearsed;
  const open = await site({
    from: folder,
    spec: scenario.spec,
    faults: meeting.faults(place, next),
    // A sync is waited for until a script is 95 s old, in real time.
    ...(meeting.hurried ? { environment: (usual) => ({ ...usual, SECONDS: '80' }) } : {}),
  });
  pairOf(open).autoSync = meeting.autoSync === true;
  try {
    const result = await keptRun(open, scenario.spec, scenario.input);
    const carried = carriedAlong(open, result);
    let judged = carried === undefined ? judge(open, rehearsed, result) : { wrong: carried };
    if (judged === 'left') {
      await person(open);
      judged = judge(open, rehearsed, await keptRun(open, scenario.spec, scenario.input));
    }
    if (judged === 'right') return undefined;
    return `${place.unit}: ${place.line} (${place.nth}): ${judged === 'left' ? 'it is still left' : judged.wrong}`;
  } finally {
    await discard(open);
  }
}

/** Each meeting at each command that it may strike, or the share whose turn it is. The ramp node's keeper looks on. */
export function everyCommandMet(scenario: Scenario): void {
  describe(`${scenario.name}, where a command`, () => {
    let rehearsed: Rehearsed;
    beforeAll(async () => {
      rehearsed = await rehearse(scenario);
    });
    afterAll(() => rmSync(rehearsed.folder, { recursive: true, force: true }));

    test.each(MEETINGS)(
      'meets $meets, converges or leaves both units as they were, or says what to do first; what a stranger made is not lost',
      async (meeting) => {
        const all = placesOf(rehearsed);
        const places = all.filter(meeting.strikes);
        expect(places.length).toBeGreaterThanOrEqual(3);
        const wrong: string[] = [];
        for (const place of shareOf(places)) {
          const found = await met(rehearsed, meeting, place, all[all.indexOf(place) + 1]!);
          if (found !== undefined) wrong.push(found);
        }
        expect(wrong.join('\n\n')).toBe('');
      },
      3_600_000,
    );
  });
}
