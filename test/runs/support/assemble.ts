import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Synthesizes the app once for all whole runs: what runs there is what a deployment would run. CDK's check of the template, which takes longest, is left to test/stack. */
export default function assemble(): void {
  const out = mkdtempSync(join(tmpdir(), 'edge-ramp-assembly-'));
  process.once('exit', () => rmSync(out, { recursive: true, force: true }));
  const root = join(__dirname, '../../..');
  const done = spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: out, CDK_VALIDATION: 'false' },
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`the app cannot be synthesized:\n${done.stdout}${done.stderr}`);
  process.env['EDGE_RAMP_TEST_ASSEMBLY'] = out;
}
