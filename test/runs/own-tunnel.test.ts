import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Aws } from '../../cli/aws/aws';
import { projectAt } from '../../cli/local/project';
import { openLab } from '../../lab';
import { call } from '../cli/fake';

/*
 * README, "Your own tunnel": from an empty repository of one's own to a tunnel that stands on simulated hosts, by what is typed there.
 */

const PRODUCT = join(__dirname, '..', '..');

const own = mkdtempSync(join(tmpdir(), 'edge-ramp-own-'));
afterAll(() => rmSync(own, { recursive: true, force: true }));

/** A command as it is typed there. */
const typed = (...words: readonly string[]) =>
  call(
    words,
    {},
    {
      product: PRODUCT,
      ...projectAt(own, {}, PRODUCT),
      folder: own,
      environment: { XDG_STATE_HOME: join(own, 'state') },
      openLab: (options) => openLab({ ...options, speed: 25 }),
      aws: (reach) => new Aws(reach),
    },
  );

/** A program as it is typed there. @returns its exit code and all that it said */
function started(program: string, ...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: own,
    encoding: 'utf8',
    // CDK's own check of the template takes longer than all the rest.
    env: { ...process.env, CDK_VALIDATION: 'false' },
  });
  return [status, `${stdout}${stderr}`];
}

/** What the workflow of docs/own-repository.md types in a job, as far as it needs neither a registry nor AWS. */
function ofWorkflow(job: string): readonly string[] {
  const text = readFileSync(join(PRODUCT, 'docs', 'own-repository.workflow.yml'), 'utf8');
  const { jobs } = parse(text) as { jobs: Record<string, { steps: { run?: string }[] }> };
  const lines = jobs[job]!.steps.flatMap(({ run }) => run ?? []);
  expect(lines).toEqual([
    'npm ci',
    'npx edge-ramp validate',
    'npx cdk synth --quiet',
    expect.stringMatching(/^npx cdk deploy --app cdk\.out /),
  ]);
  return lines.slice(1, -1);
}

test('whoever has no devices yet declares a tunnel of his own, assembles it, sees its plan, and applies it', async () => {
  const settings = {
    app: `node --import tsx ${join(PRODUCT, 'bin', 'app.ts')}`,
    context: { tunnels: 'tunnels' },
    versionReporting: false,
    notices: false,
  };
  writeFileSync(join(own, 'cdk.json'), JSON.stringify(settings));
  symlinkSync(join(PRODUCT, 'node_modules'), join(own, 'node_modules'));
  expect(started('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', 'any')).toEqual([0, '']);
  const hostKey = readFileSync(join(own, 'any.pub'), 'utf8').trim();

  const answers = {
    '--bigip-management': '10.9.88.66',
    '--bigip-bastion': 'i-0123456789abcdef0',
    '--bigip-host-key': hostKey,
    '--bigip-address': '10.9.89.66',
    '--node-instance': 'i-0123456789abcdef1',
    '--node-address': '10.9.89.89',
    '--tunnel-bigip': '10.9.91.216/24',
    '--tunnel-node': '10.9.91.217',
    '--virtual-server': 'my-vserver',
  };
  expect(await typed('init', 'mine', ...Object.entries(answers).flat())).toMatchObject({ code: 0, err: '' });
  expect(await typed('validate')).toMatchObject({ code: 0, err: '' });
  for (const line of ofWorkflow('deploy')) expect([line, ...started('sh', '-c', line)].slice(0, 2)).toEqual([line, 0]);

  const plan = await typed('plan', 'mine', '--local');
  expect([plan.code, plan.out]).toEqual([0, expect.stringContaining('Planned: an apply would make')]);
  const apply = await typed('apply', 'mine', '--local');
  expect([apply.code, apply.out]).toEqual([
    0,
    expect.stringContaining('Applied: mine stands as declared and was proven'),
  ]);
  expect((await typed('apply', 'mine', '--local')).out).toContain('Unchanged: mine stands as declared already');
});
