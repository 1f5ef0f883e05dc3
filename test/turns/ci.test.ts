import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * .ci/run with programs that only note that they were called: which steps there are in which turn, and how it ends.
 */

const CI = join(__dirname, '../../.ci/run');
/** Of which each turn has a share. */
const SUITES = ['ovs', 'vip', 'awscli', 'page', 'kernel', 'ovn', 'bench', 'runs'];
const TURNS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'edge-ramp-ci-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param turn undefined: the commit's. @param fails a call of npm or npx that fails, such as `run check` */
function ci(
  turn: number | undefined,
  fails = ' ',
  run = CI,
): { calls: readonly string[]; code: number | null; said: string } {
  const calls = join(folder, 'calls');
  const note = `#!/bin/bash
echo "\${EDGE_RAMP_SHARE:+share $EDGE_RAMP_SHARE: }$*" >>'${calls}'
[[ "$*" != '${fails}'* ]]
`;
  for (const [name, text] of [
    ['npm', note],
    ['npx', note],
    ['sudo', '#!/bin/bash\n"$@"\n'],
    ['apt-get', '#!/bin/bash\n'],
  ] as const) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(calls, '');
  const { status, stdout } = spawnSync('bash', [run], {
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, EDGE_RAMP_TURN: String(turn ?? '') },
    encoding: 'utf8',
  });
  return { calls: readFileSync(calls, 'utf8').trim().split('\n'), code: status, said: stdout };
}

test('every turn has the tests of the README, a tunnel on real interfaces, and a share of what takes long; six turns have all of that but the faults, which twelve have', () => {
  const turns = TURNS.map((turn) => ci(turn));
  const always = turns[0]!.calls.filter((call) => !/\/(6|12)\b/.test(call));
  expect(always).toEqual(expect.arrayContaining(['ci', 'run check', 'test', 'start', 'start -- --hosts kernel']));
  for (const [place, { calls, code, said }] of turns.entries()) {
    const share = `${(place % 6) + 1}/6`;
    expect(code).toBe(0);
    expect(said).toContain(`Turn ${place + 1} of 12`);
    expect(calls.filter((call) => !/\/(6|12)\b/.test(call))).toEqual(always);
    expect(calls.filter((call) => /\/(6|12)\b/.test(call))).toEqual([
      ...SUITES.map((suite) => `run test:${suite} -- --shard=${share} --passWithNoTests`),
      `share ${place + 1}/12: run test:faults`,
    ]);
  }
});

test('twelve commits in a row have twelve turns', () => {
  const git = (...args: readonly string[]): unknown =>
    spawnSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args]);
  cpSync(CI, join(folder, '.ci/run'));
  git('init', '--quiet');
  const turns = TURNS.map(() => {
    git('commit', '--quiet', '--allow-empty', '--message', 'one more');
    return /Turn (\d+) of 12/.exec(ci(undefined, 'ci', join(folder, '.ci/run')).said)![1];
  });
  expect(turns.map(Number).sort((a, b) => a - b)).toEqual(TURNS);
});

test('the time of each step stands at the end', () => {
  const { said } = ci(2);
  const table = said.slice(said.lastIndexOf('Turn 2 of 12'));
  for (const name of ['npm ci', 'npm run check', 'npm test', 'npm run test:faults, 2/12', 'in all'])
    expect(table).toMatch(new RegExp(`^ *\\d+ s {2}${name}$`, 'm'));
});

test('a step that fails ends it, is named behind the times of those before it, and is its exit code', () => {
  const { calls, code, said } = ci(1, 'run check');
  expect(calls).toEqual(['ci', 'run check']);
  expect(code).toBe(1);
  expect(said).toMatch(/ s {2}npm ci\n failed {2}npm run check\n/);
});

test('kernel hosts that fail are tried once more, what failed only, and fail then', () => {
  const { calls, code } = ci(3, 'run test:kernel -- --shard');
  const kernel = 'run test:kernel -- --shard=3/6';
  expect(calls.slice(-2)).toEqual([`${kernel} --passWithNoTests`, `${kernel} --onlyFailures`]);
  expect(code).toBe(1);
});
