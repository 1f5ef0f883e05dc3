import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const PROJECT = join(__dirname, '..');
const KEPT = join(PROJECT, 'node_modules', '.cache', 'edge-ramp');
const DAY_MS = 86_400_000;

/** All that the app is synthesized from. */
const SOURCES = ['bin/app.ts', 'lib', 'lambdas', 'documents', 'tunnels', 'cdk.json', 'package-lock.json'];

/**
 * Synthesizes the app once for all suites: what runs there is what a deployment would run. It is kept under the hash of its sources, and taken
 * from there as long as no source is another. CDK's own check of the template, which takes longest, is left to `cdk synth`.
 */
export default function assemble(): void {
  const kept = join(KEPT, hashOf(SOURCES));
  if (!existsSync(kept)) {
    forgetOld();
    const made = mkdtempSync(join(KEPT, 'new-'));
    synthesize(made);
    moveTo(kept, made);
  }
  process.env['EDGE_RAMP_TEST_ASSEMBLY'] = kept;
}

function synthesize(out: string): void {
  const done = spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: PROJECT,
    env: { ...process.env, CDK_OUTDIR: out, CDK_VALIDATION: 'false' },
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`the app cannot be synthesized:\n${done.stdout}${done.stderr}`);
}

/** A folder appears whole or not at all; of two processes that made the same one the first wins. */
function moveTo(kept: string, made: string): void {
  try {
    renameSync(made, kept);
  } catch (error) {
    if (!existsSync(kept)) throw error;
    rmSync(made, { recursive: true });
  }
}

function hashOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of sources.flatMap((source) => filesOf(join(PROJECT, source))))
    hash
      .update(`${relative(PROJECT, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

/** Younger ones may be in use by another run of tests. */
function forgetOld(): void {
  mkdirSync(KEPT, { recursive: true });
  for (const name of readdirSync(KEPT)) {
    const path = join(KEPT, name);
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
}
