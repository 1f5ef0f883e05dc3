import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { call, project } from './fake';

const PROJECT = join(__dirname, '..', '..');
const TUNNELS = { 'edge-a.yaml': '', 'edge-b.yaml': '', 'notes.txt': '' };

/** What may stand where the line ends. */
const after = async (line: string) =>
  (await call(['complete', '--', ...line.split(' ')], {}, { project: project({ tunnels: TUNNELS }) })).out
    .split('\n')
    .filter((word) => word !== '');

describe('where somebody presses Tab', () => {
  test.each([
    ['pl', ['plan']],
    ['p', ['plan', 'preflight', 'pause']],
    ['plan ', ['edge-a', 'edge-b']],
    ['plan edge-b', ['edge-b']],
    ['plan edge-a ', []],
    ['plan --local ', ['edge-a', 'edge-b']],
    ['plan --region ', []],
    ['plan --region edge-a ', ['edge-a', 'edge-b']],
    ['plan --hosts ', ['simulated', 'kernel']],
    ['apply edge-a --f', ['--fresh', '--fault', '--forget']],
    ['status --w', ['--watch']],
    ['validate ', []],
    ['local ', ['host']],
    ['local host i-0 w', ['wipe-flows']],
    ['local host i-0 wipe-flows kee', ['keep']],
    ['local host i-0 gone --s', ['--state']],
    ['completion ', ['bash', 'zsh']],
    ['nonsense ', []],
  ])('after "%s" these can be meant: %j', async (line, words) => {
    expect(await after(line)).toEqual(words);
  });

  test('what is only for the shell is not offered', async () => {
    expect(await after('comp')).toEqual(['completion']);
    expect((await call(['help'])).out).not.toContain('complete ');
  });
});

/** Line by line what a shell shows that was told the script and then asked. Outside of its line editor zsh has no completion: what that would be told is printed. */
const SHELLS = [
  {
    shell: 'bash',
    before: '',
    asks: `complete -p edge-ramp; COMP_WORDS=(edge-ramp local host i-0 re) COMP_CWORD=4; _edge_ramp; printf '%s\\n' "\${COMPREPLY[@]}"`,
    told: 'complete -o default -F _edge_ramp edge-ramp',
  },
  {
    shell: 'zsh',
    before: 'compdef() { print "compdef $@" }; compadd() { shift; print -l -- "$@" }\n',
    asks: 'words=(edge-ramp local host i-0 re); CURRENT=5; _edge_ramp',
    told: 'compdef _edge_ramp edge-ramp',
  },
];
const installed = SHELLS.filter(({ shell }) => spawnSync(shell, ['-c', 'exit']).status === 0);

test.each(installed)('the script for $shell completes what is typed', async ({ shell, before, asks, told }) => {
  const { out: script } = await call(['completion', shell], {}, { project: PROJECT });
  const { stdout, stderr } = spawnSync(shell, ['-c', `${before}${script}${asks}`], { encoding: 'utf8' });
  expect([stdout.trim().split('\n'), stderr]).toEqual([[told, 'reboot', 'restart-ovs'], '']);
});
