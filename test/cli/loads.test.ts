import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { temporary } from './fake';

const PROJECT = join(__dirname, '..', '..');

/** Tells, when a process ends, which files it has loaded and how it was started. */
const TELLS = `process.on('exit', () => {
  const told = { files: Object.keys(require.cache), options: process.execArgv };
  require('node:fs').writeFileSync(process.env.TOLD, JSON.stringify(told));
});`;

/** What a command line loads, started as a person starts it: files of other rooms than the command line's own, and packages. */
function loadedBy(...args: readonly string[]) {
  const folder = temporary();
  const [preload, told] = [join(folder, 'tells.cjs'), join(folder, 'told.json')];
  writeFileSync(preload, TELLS);
  spawnSync(join(PROJECT, 'bin', 'edge-ramp.ts'), args, {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'], NODE_OPTIONS: `--require ${preload}`, TOLD: told, XDG_STATE_HOME: folder },
  });
  const { files, options } = JSON.parse(readFileSync(told, 'utf8')) as { files: string[]; options: string[] };
  const own = files.filter((file) => file.startsWith(`${PROJECT}/`) && !file.includes('/node_modules/'));
  return {
    files: own
      .map((file) => relative(PROJECT, file))
      .filter((file) => !/^(?:bin|cli)\//.test(file))
      .sort(),
    packages: [...new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))].sort(),
    options,
  };
}

/** What every command has of the domain: how a text is made fit for a terminal. */
const WAY_OUT = ['lib/tunnel/printable.ts'];
/** What reads TypeScript. */
const RUNTIME = ['esbuild', 'tsx'];

describe('a command loads what it needs', () => {
  test.each([
    ['help', ['help']],
    ['the version', ['--version']],
    ['wrong usage', ['plan']],
  ])('%s: no lab, no domain, no client of AWS, no CDK', (_, args) => {
    const { files, packages } = loadedBy(...args);
    expect(files).toEqual(WAY_OUT);
    expect(packages).toEqual(RUNTIME);
  });

  test('validate: only what reads a declaration', () => {
    const { files, packages } = loadedBy('validate');
    expect(files.filter((file) => !file.startsWith('lib/tunnel/'))).toEqual([]);
    expect(packages).toEqual([...RUNTIME, 'yaml', 'zod']);
  });

  test('local host: no client of AWS, and no lab where there are no hosts', () => {
    const { files, packages } = loadedBy('local', 'host', 'i-0a4e90de0a4e90de0', 'reboot');
    expect(files).toEqual(WAY_OUT);
    expect(packages).toEqual(RUNTIME);
  });

  test('no command starts the thread that reads ES modules', () => {
    expect(loadedBy('help').options).not.toContain('--import');
  });
});
