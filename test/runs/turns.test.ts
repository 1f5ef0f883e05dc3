import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PROJECT = join(__dirname, '../..');

/** The files that jest would run, of one project. */
function files(project: string, ...more: readonly string[]): readonly string[] {
  const jest = join(PROJECT, 'node_modules/.bin/jest');
  const asked = [jest, '--selectProjects', project, '--listTests', '--json', ...more];
  const { stdout } = spawnSync(process.execPath, asked, { cwd: PROJECT, encoding: 'utf8' });
  return (JSON.parse(stdout) as string[]).sort();
}

test.each(['ovs', 'vip', 'awscli', 'page', 'kernel', 'ovn', 'bench', 'runs'])(
  'six shares of %s are all of its files, and no file is in two',
  (project) => {
    const shares = [1, 2, 3, 4, 5, 6].map((index) => files(project, `--shard=${index}/6`));
    expect(shares.flat().sort()).toEqual(files(project));
  },
);
