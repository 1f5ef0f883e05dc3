import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DOCUMENTS = join(__dirname, '../../../../documents');
const TOOLS = { 'ssh-agent': 'exec sleep 5', aws: 'echo key' };

/** What the bastion says when it opens its SSH connection with this `ssh` and `ssh-add`. One command may take 1 s. */
function opened(tools: Partial<Record<'ssh' | 'ssh-add', string>>): readonly [code: number | null, said: string] {
  const bin = mkdtempSync(join(tmpdir(), 'edge-ramp-'));
  try {
    for (const [name, line] of Object.entries({ ...TOOLS, ...tools })) {
      writeFileSync(join(bin, name), `#!/bin/bash\n${line}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const scripts = ['prelude', 'bigip-session'].map((name) => readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8'));
    const input = `${scripts.join('\n').replace('limit=20', 'limit=1')}\nopen_session\necho opened`;
    const names = ['Tunnel', 'Fence', 'Management', 'User', 'Secret', 'HostKey'];
    const env = Object.fromEntries(names.map((name) => [`SSM_${name}`, name.toLowerCase()]));
    const { status, stdout, stderr } = spawnSync('bash', ['-s'], {
      input,
      encoding: 'utf8',
      env: { ...env, EDGE_RAMP_ROOT: bin, PATH: `${bin}:${process.env['PATH']}` },
    });
    return [status, `${stdout}${stderr}`];
  } finally {
    rmSync(bin, { recursive: true });
  }
}
const LOADS = '[ "$1" = -l ] && exit 1; cat >/dev/null';

describe('the SSH way from the bastion to BIG-IP', () => {
  test('stands', () => expect(opened({ ssh: 'exit 0', 'ssh-add': LOADS })).toEqual([0, 'opened\n']));

  test('does not stand when ssh says so, in its words', () =>
    expect(opened({ ssh: 'echo "Host key verification failed." >&2; exit 255', 'ssh-add': LOADS })).toEqual([
      21,
      'edge-ramp: cannot be reached from the bastion: Host key verification failed.\n',
    ]));

  test('does not stand when BIG-IP takes the connection and says nothing more: ssh has no words for it', () =>
    expect(opened({ ssh: '[[ "$*" == *"-O exit"* ]] || exec sleep 5', 'ssh-add': LOADS })).toEqual([
      21,
      'edge-ramp: cannot be reached from the bastion: no SSH connection stood within 1 s\n',
    ]));

  test('is not tried without a key', () =>
    expect(
      opened({
        ssh: 'exit 0',
        'ssh-add': '[ "$1" = -l ] && exit 1; cat >/dev/null; echo "error in libcrypto" >&2; exit 1',
      }),
    ).toEqual([10, 'edge-ramp: the key in secret secret could not be loaded on the bastion: error in libcrypto\n']));
});
