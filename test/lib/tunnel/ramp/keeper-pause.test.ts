import { createHash } from 'node:crypto';
import { ROUTE, BY_NAT, HEALS, MADE, FENCE, KEPT, KeptNode } from './keeper-node';

const PAUSE = 'var/lib/edge-ramp/edge-a.pause';
const UNIT_FILE = 'etc/systemd/system/edge-ramp-edge-a.service';
const SINCE = '2026-11-24T06:00:00.000Z';
const NO_ROUTE = { [ROUTE]: [[], 0] } as const;

let fakes: KeptNode;
beforeEach(() => (fakes = new KeptNode()));
afterEach(() => fakes.remove());

const look = (...asked: Parameters<KeptNode['look']>): ReturnType<KeptNode['look']> => fakes.look(...asked);

/** The command of a pause, a resume or a run that says how it stands, as the apply document carries it out. */
const told = (pause: string, env: Readonly<Record<string, string>> = {}) =>
  fakes.script(['prelude', 'ramp-objects', 'keeper-unit', 'ramp-make', 'ramp-apply'], '', {
    SSM_Tunnel: 'edge-a',
    SSM_Fence: '0',
    SSM_Digest: '0123456789abcdef',
    SSM_Operations: `modify~pause edge-a~-~${pause}`,
    keeper: 'the present text\n',
    keeper_digest: createHash('sha256').update('the present text\n').digest('hex'),
    ...env,
  });

describe('the keeper of a paused tunnel', () => {
  beforeEach(() => {
    const { code, stderr } = told(`7 paused - ${SINCE}`);
    if (code !== 0) throw new Error(stderr);
  });

  test('puts nothing back, and says that the tunnel is paused and since when', () => {
    expect(look(BY_NAT, NO_ROUTE)).toEqual({
      word: 'broken',
      what: `no route to 10.3.91.216; not put back: the tunnel is paused since ${SINCE}`,
      made: [],
      mark: 'put',
    });
    expect(fakes.file(HEALS)).toBeUndefined();
  });

  test('says so also where nothing is missing', () =>
    expect(look(BY_NAT)).toMatchObject({ word: 'resting', what: `the tunnel is paused since ${SINCE}`, made: [] }));

  test('takes no fence, however long ago the last run was', () => {
    fakes.write(FENCE, '1764403200001 -\n');
    fakes.bash(['-c', `touch -d 2020-01-01 ${fakes.root}/${FENCE}`]);
    look(BY_NAT, NO_ROUTE);
    expect(fakes.file(FENCE)).toBe('1764403200001 -\n');
  });

  test('rests on after a restart of the node, since a file says so, and so it does when a run has started it anew', () => {
    fakes.bash(['-c', `rm -r ${fakes.root}/run`]);
    fakes.write(FENCE, KEPT);
    expect(look(BY_NAT, NO_ROUTE).made).toEqual([]);
  });

  test('works again once it is told that the tunnel is resumed', () => {
    expect(told('8 resumed - -')).toMatchObject({ code: 0 });
    expect(look(BY_NAT, NO_ROUTE)).toMatchObject({ word: 'healed', made: [MADE[5]] });
    expect(look(BY_NAT)).toMatchObject({ word: 'ok', what: '' });
  });

  test('rests on when an older resume arrives late', () => {
    expect(told('6 resumed - -')).toMatchObject({ code: 0 });
    expect(look(BY_NAT, NO_ROUTE).made).toEqual([]);
  });

  test('is told the same twice without harm', () => {
    expect(told(`7 paused - ${SINCE}`)).toMatchObject({ code: 0 });
    expect(fakes.file(PAUSE)).toBe(`7 paused - ${SINCE}\n`);
  });
});

test('a pause that arrives late, behind its resume, lets the keeper work', () => {
  told('8 resumed - -');
  told(`7 paused - ${SINCE}`);
  expect(look(BY_NAT, NO_ROUTE)).toMatchObject({ word: 'healed' });
});

test('the keeper works again by itself when the time of the pause has come', () => {
  told(`7 paused 32472144000 ${SINCE}`);
  expect(look(BY_NAT, NO_ROUTE)).toMatchObject({
    made: [],
    what: expect.stringContaining(`the tunnel is paused since ${SINCE}`),
  });
  told(`8 paused 1767225600 ${SINCE}`);
  expect(look(BY_NAT, NO_ROUTE)).toMatchObject({ word: 'healed' });
});

test.each([
  ['a power cut has emptied', ''],
  ['is of another version', '7 paused tomorrow -\n'],
  ['has a shell in it', '7 paused $(reboot) -\n'],
])('a keeper whose note of the pause %s rests, until it is told again', (_, text) => {
  fakes.write(PAUSE, text);
  expect(look(BY_NAT, NO_ROUTE)).toMatchObject({
    made: [],
    what: expect.stringMatching(/edge-a\.pause cannot be read/),
  });
  expect(told('8 resumed - -')).toMatchObject({ code: 0 });
  expect(look(BY_NAT, NO_ROUTE)).toMatchObject({ word: 'healed' });
});

describe('telling a node', () => {
  test('needs no lease, and stamps no fence', () => {
    told(`7 paused - ${SINCE}`);
    expect(fakes.file(FENCE)).toBe(KEPT);
  });

  test('that has no keeper yet is remembered for the one to come', () => {
    expect(told(`7 paused - ${SINCE}`)).toMatchObject({ code: 0 });
    expect(fakes.file(PAUSE)).toBe(`7 paused - ${SINCE}\n`);
  });

  test('whose keeper is of an earlier version fails, since that one may know of no pause', () => {
    fakes.write(UNIT_FILE, 'an earlier unit\n');
    expect(told(`7 paused - ${SINCE}`)).toMatchObject({
      code: 10,
      stderr: expect.stringMatching(
        /the keeper here is of another version, which may know of no pause: apply the tunnel/,
      ),
    });
  });

  test('whose disk is full fails', () => {
    fakes.program('dd', 'exit 1');
    expect(told(`7 paused - ${SINCE}`)).toMatchObject({
      code: 10,
      stderr: expect.stringMatching(/cannot write .*edge-a\.pause: is its file system full\?/),
    });
  });

  test('waits for what the keeper is putting back, and is refused where that does not end', () => {
    fakes.program('flock', 'exit 1');
    expect(told(`7 paused - ${SINCE}`)).toMatchObject({ code: 12 });
    expect(fakes.file(PAUSE)).toBeUndefined();
  });

  test('shows what it would do, and does nothing', () => {
    const { stdout } = told(`7 paused - ${SINCE}`, { EDGE_RAMP_PRINT: '1' });
    expect(stdout).toContain(`echo 7 paused - ${SINCE} > `);
    expect(fakes.file(PAUSE)).toBeUndefined();
  });
});
