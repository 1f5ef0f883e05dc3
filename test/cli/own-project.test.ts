import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectAt } from '../../cli/local/project';
import { namedFolder } from '../../lib/stack/tunnels-folder';
import { call, project, temporary } from './fake';

const PRODUCT = '/opt/edge-ramp';
const INSTALLED = '/srv/own/node_modules/@edge-ramp/edge-ramp';

/** A folder with a cdk.json. */
function withSettings(text: string): string {
  const folder = temporary();
  writeFileSync(join(folder, 'cdk.json'), text);
  return folder;
}

describe('the folder of the declarations', () => {
  test('is what the cdk.json of the current folder names, seen from there', () => {
    const folder = withSettings('{"context": {"tunnels": "sites/east"}}');
    expect(projectAt(folder, {}, PRODUCT)).toEqual({ project: folder, tunnels: join(folder, 'sites', 'east') });
  });

  test('is the same from a folder within', () => {
    const folder = withSettings('{"context": {"tunnels": "tunnels"}}');
    mkdirSync(join(folder, 'tunnels'));
    expect(projectAt(join(folder, 'tunnels'), {}, PRODUCT)).toEqual({
      project: folder,
      tunnels: join(folder, 'tunnels'),
    });
  });

  test('is what EDGE_RAMP_TUNNELS names, before all else', () => {
    const folder = withSettings('{"context": {"tunnels": "tunnels"}}');
    const environment = { EDGE_RAMP_TUNNELS: '../west' };
    expect(projectAt(folder, environment, PRODUCT)).toEqual({ project: folder, tunnels: join(folder, '..', 'west') });
    expect(projectAt(folder, { EDGE_RAMP_TUNNELS: '' }, PRODUCT).tunnels).toBe(join(folder, 'tunnels'));
  });

  test("is edge-ramp's own where nothing names one, the cdk.json of another app included", () => {
    const folder = withSettings('{"app": "node other.js", "context": {"tunnels": 1}}');
    expect(projectAt(folder, {}, PRODUCT)).toEqual({ project: PRODUCT, tunnels: join(PRODUCT, 'tunnels') });
  });

  test("is in the current folder where edge-ramp is an installed package: its own examples are nobody's tunnels", () => {
    const folder = temporary();
    expect(projectAt(folder, {}, INSTALLED)).toEqual({ project: folder, tunnels: join(folder, 'tunnels') });
  });

  test('is not guessed where cdk.json cannot be read', () => {
    const folder = withSettings('{');
    expect(() => projectAt(folder, {}, PRODUCT)).toThrow(`${join(folder, 'cdk.json')} cannot be read: `);
  });

  test('is the same for the app, which the CDK starts beside cdk.json', () => {
    expect(namedFolder('sites/east', {})).toBe(join(process.cwd(), 'sites', 'east'));
    expect(namedFolder('sites/east', { EDGE_RAMP_TUNNELS: '/west' })).toBe('/west');
    expect(namedFolder(undefined, { EDGE_RAMP_TUNNELS: '' })).toBe(join(process.cwd(), 'tunnels'));
  });
});

test('commands read the declarations of that folder, and name its schema', async () => {
  const [product, own] = [project({ tunnels: { 'edge-a.yaml': 'not read' } }), temporary()];
  const there = { product, project: own, tunnels: join(own, 'sites'), folder: own };
  expect((await call(['validate'], {}, there)).out).toBe(
    `No tunnel is declared in ${there.tunnels}: npx edge-ramp init NAME\n`,
  );
  mkdirSync(there.tunnels);
  writeFileSync(join(there.tunnels, 'mine.yaml'), 'kind: bridge\n');
  expect((await call(['validate'], {}, there)).err).toContain('sites/mine.yaml:1:7: kind: "bridge"');
  expect((await call(['complete', '--', 'plan', ''], {}, there)).out).toBe('mine\n');
});

describe('the workflow for a repository of declarations', () => {
  interface Job {
    readonly if: string;
    readonly steps: readonly {
      readonly uses?: string;
      readonly run?: string;
      readonly with?: Record<string, unknown>;
    }[];
  }
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'own-repository.workflow.yml'), 'utf8');
  const workflow = parse(text) as { permissions: unknown; on: { push: unknown }; jobs: Record<'diff' | 'deploy', Job> };
  const roleOf = ({ steps }: Job) => steps.flatMap((step) => step.with?.['role-to-assume'] ?? []);

  test('compares a pull request, deploys main alone, and takes another role for each', () => {
    const { on, jobs } = workflow;
    expect([on.push, jobs.diff.if, jobs.deploy.if]).toEqual([
      { branches: ['main'] },
      "github.event_name == 'pull_request'",
      "github.event_name == 'push'",
    ]);
    expect([roleOf(jobs.diff), roleOf(jobs.deploy)]).toEqual([
      ['${{ vars.AWS_DIFF_ROLE }}'],
      ['${{ vars.AWS_DEPLOY_ROLE }}'],
    ]);
  });

  test('keeps no secret, and takes actions of their makers, by major version', () => {
    expect(text).not.toMatch(/secret|access-key/i);
    expect(workflow.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    const used = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    for (const action of used) expect(action).toMatch(/^(?:actions|aws-actions)\/[a-z-]+@v\d+$/);
  });

  test('validates and assembles before it takes a role', () => {
    for (const { steps } of Object.values(workflow.jobs)) {
      const taken = steps.findIndex((step) => step.uses?.startsWith('aws-actions/'));
      expect(steps.slice(taken).flatMap(({ run }) => run ?? [])).toEqual([expect.stringContaining('--app cdk.out ')]);
      expect(steps.slice(0, taken).flatMap(({ run }) => run ?? [])).toContain('npx edge-ramp validate');
    }
  });
});

describe('what is packed', () => {
  const PROJECT = join(__dirname, '..', '..');
  const read = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');
  const { files, name, bin } = JSON.parse(read('package.json')) as Record<'files', string[]> & Record<string, unknown>;

  test('holds what the command and the app load: sources, scripts for devices, the lab, the schema', () => {
    const folders = /const FOLDERS = \[(.*)\];/.exec(read('bin/edge-ramp.js'))![1]!.match(/[a-z]+/g);
    // `packed: installed packages` and the rooms of .dependency-cruiser.cjs hold that these import nothing else.
    expect(files).toEqual(
      expect.arrayContaining([...folders!, 'documents', 'lab', 'lambdas', 'tunnels', 'tsconfig.json']),
    );
    expect(files).not.toEqual(expect.arrayContaining(['test']));
  });

  test('has a name in a scope, and a command that npx finds by its own name', () => {
    expect([name, bin]).toEqual(['@edge-ramp/edge-ramp', { 'edge-ramp': 'bin/edge-ramp.js' }]);
  });
});
