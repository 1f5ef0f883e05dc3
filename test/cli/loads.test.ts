import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { temporary } from './fake';

const PROJECT = join(__dirname, '..', '..');

/** Tells, when a process ends, which files it has loaded. */
const TELLS = `process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.TOLD, JSON.stringify(Object.keys(require.cache)));
});`;

/** Runs a command line of a project as a person starts it. */
function edgeRamp(project: string, args: readonly string[], environment: Record<string, string> = {}): string {
  return spawnSync(join(project, 'bin', 'edge-ramp.js'), args, {
    cwd: project,
    env: { PATH: process.env['PATH'], ...environment },
    encoding: 'utf8',
  }).stdout;
}

/** What a command line loads: files of the project, and packages. */
function loadedBy(args: readonly string[], environment: Record<string, string> = {}) {
  const folder = temporary();
  const [preload, told] = [join(folder, 'tells.cjs'), join(folder, 'told.json')];
  writeFileSync(preload, TELLS);
  edgeRamp(PROJECT, args, {
    NODE_OPTIONS: `--require ${preload}`,
    TOLD: told,
    XDG_STATE_HOME: folder,
    ...environment,
  });
  const files = (JSON.parse(readFileSync(told, 'utf8')) as string[])
    .filter((file) => file !== preload)
    .map((file) => relative(PROJECT, file));
  const packages = files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return {
    files: files.filter((file) => !file.startsWith('node_modules/')),
    packages: [...new Set(packages)].sort(),
  };
}

test.each([
  ['help', ['help']],
  ['the version', ['--version']],
  ['wrong usage', ['plan']],
  ['validate', ['validate']],
  ['completion', ['complete', '--', 'plan', '']],
  ['local host where there are no hosts', ['local', 'host', 'i-0a4e90de0a4e90de0', 'reboot']],
])('%s runs from one file: no lab, no client of AWS', (_, args) => {
  edgeRamp(PROJECT, ['--version']); // makes that file, if a source has changed
  expect(loadedBy(args)).toEqual({ files: ['bin/edge-ramp.js'], packages: [] });
});

describe('of what is in that file, a command runs what it needs', () => {
  // Source by source, as whoever looks for a mistake runs it.
  const sources = (...args: string[]) => loadedBy(args, { EDGE_RAMP_DEBUG: '1' });
  const RUNTIME = ['esbuild', 'tsx'];

  test('help: nothing that reads declarations', () => {
    const { files, packages } = sources('help');
    expect(packages).toEqual(['@aws-sdk/util-dynamodb', 'commander', ...RUNTIME]);
    expect(files).not.toContainEqual(expect.stringMatching(/^(?:lab|lambdas|lib\/stack)\//));
  });

  test('validate: that, and no more', () => {
    expect(sources('validate').packages).toEqual(['@aws-sdk/util-dynamodb', 'commander', ...RUNTIME, 'yaml', 'zod']);
  });

  test('a command on AWS: its clients, and no lab', () => {
    const { files, packages } = sources('event', 'edge-a', '--region', 'eu-central-1', '--profile', 'nobody');
    expect(packages).toContain('@aws-sdk/client-ssm');
    expect(packages).not.toContain('@aws-sdk/client-sns');
    expect(files).not.toContainEqual(expect.stringMatching(/^lab\//));
  });
});

describe('the file that holds the commands is never older than its sources', () => {
  const SAYS = (text: string): string => `export const text: string = ${JSON.stringify(text)};`;

  /** A project whose commands say what a source of its own and a package tell them. */
  function project(): string {
    const folder = temporary();
    for (const each of ['bin', 'cli', 'lib', 'node_modules/said']) mkdirSync(join(folder, each), { recursive: true });
    copyFileSync(join(PROJECT, 'bin', 'edge-ramp.js'), join(folder, 'bin', 'edge-ramp.js'));
    writeFileSync(join(folder, 'tsconfig.json'), '{}');
    symlinkSync(join(PROJECT, 'node_modules', 'esbuild'), join(folder, 'node_modules', 'esbuild'));
    writeFileSync(
      join(folder, 'bin', 'commands.ts'),
      `import { text } from '../cli/said'; import { version } from 'said'; process.stdout.write(text + ' ' + version);`,
    );
    writeFileSync(join(folder, 'cli', 'said.ts'), SAYS('one'));
    install(folder, 1);
    return folder;
  }

  function install(folder: string, version: number): void {
    writeFileSync(join(folder, 'node_modules', 'said', 'index.js'), `exports.version = ${version};`);
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ said: version }));
  }

  test('a changed source counts for the next command, whatever its date', () => {
    const folder = project();
    const source = join(folder, 'cli', 'said.ts');
    utimesSync(source, 0, 0);
    expect(edgeRamp(folder, [])).toBe('one 1');
    writeFileSync(source, SAYS('two'));
    utimesSync(source, 0, 0);
    expect(edgeRamp(folder, [])).toBe('two 1');
  });

  test('so does another version of a package', () => {
    const folder = project();
    expect(edgeRamp(folder, [])).toBe('one 1');
    install(folder, 2);
    expect(edgeRamp(folder, [])).toBe('one 2');
  });

  test('where it cannot be kept, commands run all the same', () => {
    const folder = project();
    writeFileSync(join(folder, 'node_modules', '.cache'), 'no folder');
    expect(edgeRamp(folder, [])).toBe('one 1');
    expect(edgeRamp(folder, [])).toBe('one 1');
  });

  test('npx finds it although the link in its cache leads to a file that a release has renamed', () => {
    const folder = project();
    const file = (name: string): string => join(folder, 'bin', name);
    const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const release = (bin: string, prepare?: string): void =>
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({ name: 'edge-ramp', version: '1.0.0', bin: { 'edge-ramp': bin }, scripts: { prepare } }),
      );
    const run = (...command: string[]): string =>
      spawnSync(command[0]!, command.slice(1), {
        cwd: folder,
        env: { PATH: process.env['PATH'], npm_config_cache: join(folder, 'cache') },
        encoding: 'utf8',
      }).stdout;

    renameSync(file('edge-ramp.js'), file('earlier.js'));
    release('bin/earlier.js');
    expect(run('npx', 'edge-ramp')).toBe('one 1');

    renameSync(file('earlier.js'), file('edge-ramp.js'));
    release('bin/edge-ramp.js', scripts['prepare']);
    mkdirSync(join(folder, 'node_modules', '.bin'));
    run('npm', 'run', 'prepare'); // as npm ci does
    expect(run('npx', 'edge-ramp')).toBe('one 1');
  });
});
