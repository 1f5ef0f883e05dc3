import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { keeperEntered, parsed, stillSo, written } from './keeper-model';
import {
  BARE,
  BUNDLE,
  BY_FLOWS,
  BY_NAT,
  COUNT,
  counted,
  DIFF,
  FENCE,
  HEALS,
  KEPT,
  KeptNode,
  MADE,
  ROUTE,
  WHOLE,
} from './keeper-node';

let fakes: KeptNode;
beforeEach(() => (fakes = new KeptNode()));
afterEach(() => fakes.remove());

const look = (...asked: Parameters<KeptNode['look']>): ReturnType<KeptNode['look']> => fakes.look(...asked);

describe('never against a run', () => {
  const broken = (fence: string, ageSeconds = 0): ReturnType<KeptNode['look']> => {
    fakes.write(FENCE, fence);
    const then = Date.now() / 1000 - ageSeconds;
    utimesSync(join(fakes.root, FENCE), then, then);
    return look(BY_NAT, { [ROUTE]: [[], 0] });
  };

  test.each([
    ['that has looked', '1764403200001 -\n'],
    ['that is changing it', '1764403200001 fedcba9876543210\n'],
  ])('a node of a run %s is left alone for five minutes', (_, fence) => {
    expect(broken(fence, 270)).toMatchObject({
      word: 'broken',
      made: [],
      mark: 'put',
      what: expect.stringMatching(/not put back: a run worked on this node 2[7-9][0-9] s ago/),
    });
    expect(fakes.file(FENCE)).toBe(fence);
  });

  test('after that the run is over or dead: the keeper takes a later fence, so that a live one is refused', () => {
    expect(broken('1764403200001 fedcba9876543210\n', 301)).toMatchObject({ word: 'healed', made: [MADE[5]] });
    expect(fakes.file(FENCE)).toBe('1764403200002 - kept\n');
    const late = { SSM_Tunnel: 'edge-a', SSM_Fence: '1764403200001' };
    expect(fakes.script(['prelude'], 'enter node "$SSM_Fence" fedcba9876543210', late)).toMatchObject({
      code: 11,
      stderr: expect.stringContaining('from an overtaken run'),
    });
  });

  test.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is no fence', 'x[$(reboot)]\n'],
  ])('a fence that %s keeps it silent', (_, fence) => {
    if (fence === undefined) fakes.bash(['-c', `rm ${join(fakes.root, FENCE)}`]);
    const seen = fence === undefined ? look(BY_NAT, { [ROUTE]: [[], 0] }) : broken(fence, 3600);
    expect(seen).toMatchObject({ made: [], what: expect.stringContaining('the fence in') });
  });

  test.each([
    ['looked', '1764403200001 -\n'],
    ['allowed it to act', KEPT],
  ])('a clock that is behind the run which %s keeps it silent, and nothing gets a wrong time', (_, fence) => {
    expect(broken(fence, -3600)).toMatchObject({
      word: 'broken',
      made: [],
      what: expect.stringContaining('not put back: the clock is behind the last run'),
    });
    expect([fakes.file(FENCE), fakes.file(HEALS)]).toEqual([fence, undefined]);
  });

  test('what cannot write a fence of its own changes nothing, and says so', () => {
    fakes.program('dd', 'exit 1');
    const fence = '1764403200001 -\n';
    expect(broken(fence, 301)).toMatchObject({
      word: 'broken',
      made: [],
      what: expect.stringMatching(/not put back: cannot write to .*edge-ramp: is its file system full\?/),
    });
    expect([fakes.file(FENCE), fakes.file(HEALS)]).toEqual([fence, undefined]);
  });

  test('a command that holds the lock keeps it silent', () => {
    fakes.write('var/lib/edge-ramp/node.lock', '');
    fakes.program('flock', 'exit 1');
    expect(look(BY_NAT, { [ROUTE]: [[], 0] })).toMatchObject({
      made: [],
      what: expect.stringContaining('a command of a run holds this node'),
    });
  });

  test('a command of the run that allowed it to act takes nothing of that back', () => {
    const again = { SSM_Tunnel: 'edge-a', SSM_Fence: '1764403200000' };
    for (const digest of ['-', '0123456789abcdef'])
      expect(fakes.script(['prelude'], `enter node "$SSM_Fence" ${digest}`, again)).toMatchObject({ code: 0 });
    expect(fakes.file(FENCE)).toBe(KEPT);
    const next = { ...again, SSM_Fence: '1764403200009' };
    expect(fakes.script(['prelude'], 'enter node "$SSM_Fence" -', next)).toMatchObject({ code: 0 });
    expect(fakes.file(FENCE)).toBe('1764403200009 -\n');
  });

  describe('what comes between a look that missed flows and the lock:', () => {
    /** A look at a node without its flows. @returns the questions for them, and the bundles */
    const lockedAfter = (path: string, text: string): readonly string[] => {
      look(BY_FLOWS, { ...counted(0), [DIFF]: BARE[DIFF]! }); // so that the commands answer
      fakes.write('meanwhile', text);
      fakes.program('flock', `cp '${join(fakes.root, 'meanwhile')}' '${join(fakes.root, path)}'`);
      fakes.calls();
      fakes.once();
      return fakes.calls().filter((line) => line === COUNT || line === BUNDLE);
    };

    test('nothing, and one look is enough', () => expect(lockedAfter('no-matter', KEPT)).toEqual([COUNT, BUNDLE]));

    test('a run that allows it to act, and it looks again before it does', () =>
      expect(lockedAfter(FENCE, '1764403200009 fedcba9876543210 kept\n')).toEqual([COUNT, COUNT, BUNDLE]));

    test('a run that does not, and it does nothing', () =>
      expect(lockedAfter(FENCE, '1764403200009 fedcba9876543210\n')).toEqual([COUNT]));

    test('a pause, and it does nothing', () =>
      expect(lockedAfter('var/lib/edge-ramp/edge-a.pause', '7 paused - 2026-11-24T06:00:00.000Z\n')).toEqual([COUNT]));
  });

  test('the model that the search of keeper and runs stands on says of each two fences what the keeper does', () => {
    const files = ['5 aa', '5 aa kept', '5 - kept', '5 - old', '5 aa old', '9 bb kept', '9 bb'];
    const pairs = files.flatMap((seen) => files.map((now) => [seen, now] as const));
    // What it would ask and make is another matter.
    const script = `remember() { :; }; make_object() { :; }; send_bundle() { :; }; examine() { echo again; }
      touch -d '-301 seconds' "$state/then"
      put() { echo "\${1% old}" >"$fence_file" && { [[ $1 != *old ]] || touch -r "$state/then" "$fence_file"; }; }
      try() {
        local missing=('flow x') now=$2
        flock() { put "$now"; }
        put "$1" && read_leave
        did=$(put_back) && echo "\${did:-at once}, $(<"$fence_file")" || echo 'not at all'
      }
      changed='' unknown=''
      ${pairs.map(([seen, now]) => `try '${seen}' '${now}'`).join('\n')}`;
    fakes.write('var/lib/edge-ramp/edge-a.goal', `${BY_NAT.join('\n')}\n`);
    fakes.reply(WHOLE);
    const { stdout } = fakes.once(`echo; ${script}`);
    const said = pairs.map(([seen, now]) => {
      const after = keeperEntered(parsed(now));
      if (after === undefined) return 'not at all';
      return `${stillSo(parsed(seen), parsed(now)) ? 'at once' : 'again'}, ${written(after)}`;
    });
    expect(stdout.trimEnd().split('\n').slice(-pairs.length)).toEqual(said);
  });
});
