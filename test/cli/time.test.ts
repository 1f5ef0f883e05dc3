import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const TIME = join(__dirname, '../../cli/report/time.ts');

/** What a process in another zone shows. */
function inZone(zone: string, expression: string): string {
  const script = `const time = require(${JSON.stringify(TIME)}); process.stdout.write(String(${expression}))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], {
    cwd: join(__dirname, '../..'),
    env: { PATH: process.env['PATH'], TZ: zone },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout;
}

test.each([
  ['Europe/Berlin', '2026-11-23 08:55 CET|2026-07-01 14:00 CEST|2026-11-23 08:55|08:55:10|Europe/Berlin'],
  ['UTC', '2026-11-23 07:55 UTC|2026-07-01 12:00 UTC|2026-11-23 07:55|07:55:10|UTC'],
  ['America/New_York', '2026-11-23 02:55 GMT-5|2026-07-01 08:00 GMT-4|2026-11-23 02:55|02:55:10|America/New_York'],
])('a reader in %s sees the times there, and which zone that is', (zone, shown) => {
  const [winter, summer] = [`'2026-11-23T07:55:10.000Z'`, `'2026-07-01T12:00:00Z'`];
  const all = `[time.minute(${winter}, '-'), time.minute(${summer}, '-'), time.minuteInZone(${winter}, '-'), time.clock(${winter}), time.zone()]`;
  expect(inZone(zone, `${all}.join('|')`)).toBe(shown);
});

test('a sentence that a run or a device made has its times in the same zone, and is else as it was', () => {
  const sentence = `'until 2026-11-23T07:55:10.123Z, since 2026-07-01T12:00Z: edge-a-20261123T075510Z, 2026-99-99T07:55:10Z'`;
  expect(inZone('Europe/Berlin', `time.timesInZone(${sentence})`)).toBe(
    'until 2026-11-23 08:55 CET, since 2026-07-01 14:00 CEST: edge-a-20261123T075510Z, 2026-99-99T07:55:10Z',
  );
});

test('what is no time is shown as that', () => {
  expect(inZone('UTC', `[time.minute(null, 'never'), time.minute('soon', '-')].join()`)).toBe('never,-');
});
