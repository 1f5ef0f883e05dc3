import { CONFLICT, failoverStatus, IN_SYNC, recommended, syncStatus } from '../bigip-pair';
import { Bastion, type Ran } from './bastion';

let bastion: Bastion;
beforeEach(() => (bastion = new Bastion()));
afterEach(() => bastion.remove());

const [REFUSED, CHANGED] = [20, 22];
const NOTE = 'var/lib/edge-ramp/management.pending';
const POOL = 'create~snatpool SDN_pool~-~members 10.3.91.216 description ours';
const CREATED = 'create ltm snatpool /Common/SDN_pool { members add { 10.3.91.216 } description ours }';
const SYNC = 'run cm config-sync to-group edge-dg';
const STATUS = 'show cm sync-status';
const [FROM_ACTIVE, ANY_ROLE] = ['check~group edge-dg~ACTIVE~manual', 'check~group edge-dg~-~manual'];
const TO_GROUP = 'sync~group edge-dg~-~-';

const told = (status: string, text: string, ...notes: string[]): string[] =>
  syncStatus(status, 'bigip2.example.com: connected', `edge-dg (${status}): ${text}`, ...notes);
const PENDING = told('Changes Pending', 'Changes pending', recommended('bigip1'));
const BOTH_CHANGED = told('Changes Pending', CONFLICT, recommended('bigip1'));
const AT_WORK = told('Not All Devices Synced', 'bigip2.example.com did not receive last sync successfully');
const FAILED = told(
  'Sync Failure',
  'A validation error occurred while syncing to a remote device',
  ' - Sync error on bigip2.example.com: Load failed from /Common/bigip1.example.com',
  '01070712:3: Values (/Common/SDN) specified for Self IP do not exist.',
);
const CUT = syncStatus(
  'Disconnected',
  'bigip2.example.com: disconnected',
  'edge-dg (Disconnected): One or more devices are unreachable',
);
const OTHERS_PENDING = syncStatus(
  'Changes Pending',
  'bigip2.example.com: connected',
  'datasync-global-dg (Changes Pending): Changes pending',
  recommended('bigip2', 'datasync-global-dg'),
  'edge-dg (In Sync): All devices in the device group are in sync',
);

/** Carries operations out on a unit that says these statuses one after the other, the last one for good. */
function apply(operations: readonly string[], statuses: readonly (readonly string[])[], role = 'ACTIVE'): Ran {
  statuses.forEach((lines, i) => bastion.write(`status.${i + 1}`, lines.map((line) => `${line}\n`).join('')));
  bastion.hasten();
  bastion.answer(
    { 'show cm failover-status': [failoverStatus(role)], [SYNC]: [[]] },
    `if [ "$line" = '${STATUS}' ]; then
  n=$(($(cat ${bastion.root}/asked 2>/dev/null) + 1))
  [ -e "${bastion.root}/status.$n" ] && echo "$n" >${bastion.root}/asked || n=$((n - 1))
  cat "${bastion.root}/status.$n"
  exit 0
fi`,
  );
  return bastion.apply(operations);
}

const typed = ({ lines }: Ran): readonly string[] => lines.filter((line) => !line.startsWith('show '));

test('a round with shared objects asks role and group, changes, asks for a conflict, and waits for the sync', () => {
  const ran = apply([FROM_ACTIVE, POOL, TO_GROUP], [IN_SYNC, PENDING, PENDING, AT_WORK, IN_SYNC]);
  expect([ran.code, ran.complaint]).toEqual([0, '']);
  expect(ran.lines).toEqual(['show cm failover-status', STATUS, CREATED, STATUS, SYNC, STATUS, STATUS, STATUS]);
  expect(bastion.file(NOTE)).toBeUndefined();
});

describe('blanks never count', () => {
  const wider = (lines: readonly string[]): string[] => lines.map((line) => ` ${line.replaceAll(' ', '  ')} `);

  test('in what a group says', () => {
    const ran = apply([FROM_ACTIVE, POOL, TO_GROUP], [IN_SYNC, PENDING, FAILED, AT_WORK, IN_SYNC].map(wider));
    expect([ran.code, typed(ran)]).toEqual([0, [CREATED, SYNC]]);
  });

  test.each([
    ['a conflict', BOTH_CHANGED, 'have both been changed since the last sync'],
    ["somebody's failure", FAILED, "that are not this tunnel's"],
    ['a lost link', CUT, 'has lost the other unit'],
  ])('in what it says of %s', (_, status, why) =>
    expect(apply([FROM_ACTIVE, POOL], [wider(status)]).complaint).toContain(why),
  );

  test('in what a unit is', () =>
    expect(apply([FROM_ACTIVE, POOL], [IN_SYNC], 'FORCED  OFFLINE').complaint).toContain(
      'is FORCED  OFFLINE and no longer',
    ));
});

test('what the other unit has lost is undone whatever the role, though no note of it is here', () => {
  const undone = apply(['check~group edge-dg~undo~manual', POOL, TO_GROUP], [PENDING, PENDING, IN_SYNC], 'STANDBY');
  expect([undone.code, typed(undone)]).toEqual([0, [CREATED, SYNC]]);
});

test('where both were changed it is not undone', () => {
  const ran = apply(['check~group edge-dg~undo~manual', POOL, TO_GROUP], [BOTH_CHANGED]);
  expect([ran.code, typed(ran)]).toEqual([CHANGED, []]);
});

test('a hidden group with changes pending is none of its business, whatever the status above says', () => {
  const ran = apply([FROM_ACTIVE, POOL, TO_GROUP], [OTHERS_PENDING, PENDING, OTHERS_PENDING]);
  expect([ran.code, typed(ran)]).toEqual([0, [CREATED, SYNC]]);
});

describe('nothing is changed', () => {
  const stops = (ran: Ran, code: number, why: string): void => {
    expect({ code: ran.code, typed: typed(ran), why: ran.complaint }).toEqual({
      code,
      typed: [],
      why: expect.stringContaining(why),
    });
  };

  test.each(['STANDBY', 'FORCED OFFLINE', 'OFFLINE'])('on a unit that is %s', (role) =>
    stops(apply([FROM_ACTIVE, POOL, TO_GROUP], [IN_SYNC], role), CHANGED, 'no longer ACTIVE'),
  );

  test.each<[string, readonly string[], string]>([
    ['both units have been changed', BOTH_CHANGED, 'have both been changed since the last sync'],
    ["somebody's changes are pending", PENDING, "that are not this tunnel's"],
    ["somebody's sync failed", FAILED, "that are not this tunnel's"],
    ["somebody's sync is at work", AT_WORK, "that are not this tunnel's"],
    ['the other unit is not reached', CUT, 'has lost the other unit'],
    ['the group is not told of', syncStatus('In Sync', 'bigip2.example.com: connected'), 'does not say in words'],
    ['the answer is cut short', IN_SYNC.slice(0, 7), 'does not say in words'],
    [
      'it is another group that is in sync',
      syncStatus('In Sync', 'edge-dg-2 (In Sync): All devices in the device group are in sync'),
      'does not say in words',
    ],
  ])('where %s', (_, status, why) => stops(apply([FROM_ACTIVE, POOL, TO_GROUP], [status]), CHANGED, why));
});

test("this tunnel's own pending changes are no hindrance; another tunnel's are", () => {
  bastion.write(NOTE, 'other\n');
  expect(apply([FROM_ACTIVE, POOL], [PENDING]).code).toBe(CHANGED);
  bastion.write(NOTE, 'tunnel\n');
  expect(apply([FROM_ACTIVE, POOL], [PENDING]).code).toBe(0);
});

test('a restore goes on whatever the role is; what it changed is remembered until it is synchronised', () => {
  const ran = apply([ANY_ROLE, POOL], [IN_SYNC], 'STANDBY');
  expect([ran.code, ran.lines]).toEqual([0, [STATUS, CREATED]]);
  expect(bastion.file(NOTE)).toBe('tunnel\n');
});

test('of a unit whose peer is away nothing is synchronised, and the change stays noted', () => {
  const ran = apply(['check~group edge-dg~ACTIVE~alone', POOL, TO_GROUP], [CUT]);
  expect([ran.code, typed(ran), bastion.file(NOTE)]).toEqual([0, [CREATED], 'tunnel\n']);
});

test('a group that synchronises by itself is only waited for', () => {
  const ran = apply(['check~group edge-dg~ACTIVE~auto', POOL, TO_GROUP], [IN_SYNC, PENDING, AT_WORK, IN_SYNC]);
  expect([ran.code, typed(ran)]).toEqual([0, [CREATED]]);
});

describe('the command of a sync says nothing of its outcome', () => {
  const sync = (...after: (readonly string[])[]): Ran =>
    apply([FROM_ACTIVE, POOL, TO_GROUP], [IN_SYNC, PENDING, ...after]);

  test.each<[string, readonly string[], string]>([
    ['a failed load', FAILED, '01070712:3: Values (/Common/SDN)'],
    ['a conflict', BOTH_CHANGED, 'possible change conflict'],
    ['a lost link', CUT, 'edge-dg (Disconnected)'],
  ])('%s ends it, in BIG-IP’s own words', (_, status, words) => {
    const ran = sync(status);
    expect([ran.code, ran.complaint, typed(ran)]).toEqual([REFUSED, expect.stringContaining(words), [CREATED, SYNC]]);
    expect(bastion.file(NOTE)).toBe('tunnel\n');
  });

  test('an earlier failure may stand for some questions', () => {
    expect(sync(FAILED, FAILED, FAILED, AT_WORK, IN_SYNC).code).toBe(0);
  });
});

test('what a stranger changes on the other unit after the check is not overwritten', () => {
  const ran = apply([FROM_ACTIVE, POOL, TO_GROUP], [IN_SYNC, BOTH_CHANGED]);
  expect([ran.code, typed(ran)]).toEqual([REFUSED, [CREATED]]);
  expect(ran.complaint).toContain('possible change conflict');
});

describe('before a unit saves', () => {
  const TUNNEL = 'list net tunnels tunnel /Common/SDN';
  const THERE = ['net tunnels tunnel SDN {', '    description ours', '    profile ipip', '}'];
  const MISSING = ['01020036:3: The requested Tunnel (/Common/SDN) was not found.'];
  const save = (to: string, ...answer: [string[], number?]): Ran => {
    bastion.answer({ 'save sys config': [[]], [TUNNEL]: answer });
    return bastion.apply([`stands~tunnel SDN~-~${to}`, 'modify~config saved~1111111111111111~2222222222222222']);
  };

  test('it is asked for what was made last; for what was deleted last it says that there is no such object', () => {
    expect(save('profile ipip description ours', THERE).lines).toEqual([TUNNEL, 'save sys config']);
    expect(save('-', MISSING, 1).lines).toEqual([TUNNEL, 'save sys config']);
    expect(save('-', [], 1).lines).toEqual([TUNNEL, 'save sys config']);
  });

  test.each<[what: string, to: string, answer: [string[], number?], complaint: RegExp]>([
    ['lacks', 'profile ipip description ours', [MISSING, 1], /is gone; it was "profile ipip description ours" before/],
    ['has otherwise', 'profile gre description ours', [THERE], /is no longer "profile gre description ours"/],
    ['has again', '-', [THERE], /is back, and was deleted before this unit was to save that/],
    [
      'does not tell of',
      '-',
      [['01070734:3: Configuration error: busy'], 1],
      /does not say whether net tunnels tunnel .*deleted/,
    ],
  ])('one that %s what was changed does not save', (_what, to, answer, complaint) => {
    const ran = save(to, ...answer);
    expect([ran.code, ran.lines]).toEqual([CHANGED, [TUNNEL]]);
    expect(ran.complaint).toMatch(complaint);
    expect(ran.complaint).toMatch(/\(has the unit restarted\?\)/);
  });
});

describe('what is saved', () => {
  const SAVED = 'var/lib/edge-ramp/tunnel.management.saved';
  const save = (code: number): Ran => {
    bastion.answer(
      { 'save sys config': [[], code] },
      `[ "$line" != 'save sys config' ] || cp ${bastion.root}/${SAVED} ${bastion.root}/seen`,
    );
    return bastion.apply(['modify~config saved~1111111111111111~2222222222222222']);
  };

  test('is remembered after it was saved, and nothing while it is', () => {
    expect(save(0).code).toBe(0);
    expect([bastion.file('seen'), bastion.file(SAVED)]).toEqual(['0000000000000000\n', '2222222222222222\n']);
  });

  test('is in doubt after a save that failed', () => {
    expect(save(1).code).toBe(REFUSED);
    expect(bastion.file(SAVED)).toBe('0000000000000000\n');
  });
});
