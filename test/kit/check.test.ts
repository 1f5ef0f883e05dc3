import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, main, writeFixture } from '../../kit/check';
import type { Transcript } from '../../kit/transcript';
import { closeAll } from '../lab/hosts/bench';
import { askCluster, bothTranscripts, lab } from './asked';

const PROJECT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-kit-'));
const file = join(folder, 'cluster.transcript');
afterAll(async () => {
  await closeAll();
  rmSync(folder, { recursive: true });
});

function kitCheck(...args: string[]): { readonly code: number; readonly said: string } {
  const lines: string[] = [];
  const code = main(args, (line) => lines.push(line));
  return { code, said: lines.join('\n') };
}

describe('npm run kit:check', () => {
  beforeAll(async () => writeFileSync(file, (await askCluster(await lab())).out));

  test('says of each assumption what became of it, and ends with 0 when none fell', () => {
    const { status, stdout } = spawnSync('npx', ['tsx', 'kit/check.ts', file], { cwd: PROJECT, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^OS-35 +held +maps and lists .* \(get node /m);
  });

  test('says that a simulated device is no evidence, and writes no fixture of one', () => {
    const { code, said } = kitCheck(file, '--fixtures', join(folder, 'none'));
    expect(code).toBe(0);
    expect(said).toContain('a SIMULATED device answered: this is no evidence');
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  test('ends with 1 when one fell', async () => {
    const four = join(folder, 'four.transcript');
    writeFileSync(four, (await askCluster(await lab('tmsh', 4))).out);
    const { code, said } = kitCheck(file, four);
    expect(code).toBe(1);
    expect(said).toMatch(/^OS-30 +fell /m);
  });

  test('refuses a transcript that was cut or altered', () => {
    const cut = join(folder, 'cut.transcript');
    writeFileSync(cut, readFileSync(file, 'utf8').slice(0, -30));
    expect(kitCheck(cut)).toMatchObject({ code: 2, said: expect.stringContaining('no end mark') });
    writeFileSync(cut, readFileSync(file, 'utf8').replace('labeled', 'marked'));
    expect(kitCheck(cut)).toMatchObject({ code: 2, said: expect.stringContaining('altered on its way') });
  });

  test.each([[[]], [['--fixtures', 'folder']], [['transcript', '--fixtures']]])('of %j says how it is used', (args) =>
    expect(kitCheck(...args)).toMatchObject({ code: 2, said: expect.stringContaining('usage: ') }),
  );
});

/** The transcripts of real devices that are kept there, none as yet, stay true of the product that reads them. */
const FIXTURES = join(__dirname, 'fixtures');
const fixtures = (from: string): Transcript[] =>
  (existsSync(from) ? readdirSync(from) : []).map(
    (name) => JSON.parse(readFileSync(join(from, name), 'utf8')) as Transcript,
  );

test('what real devices answered is read as it was when it became a fixture', async () => {
  const written = join(folder, 'written');
  const real = Object.values(await bothTranscripts()).map((each) => ({ ...each, simulated: false }));
  for (const each of real) writeFixture(written, each.part, each);
  expect(fixtures(written)).toEqual(real);
  const kept = [...fixtures(written), ...fixtures(FIXTURES)];
  expect(kept.filter(({ simulated }) => simulated)).toEqual([]);
  expect(kept.flatMap(check).filter(({ is }) => is === 'fell')).toEqual([]);
});
