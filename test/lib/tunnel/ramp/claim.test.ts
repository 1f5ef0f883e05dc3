import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DOCUMENTS = join(__dirname, '../../../../documents');
const MARK = 'edge-ramp:edge-a';
const ADDRESS = '10.129.1.254';

let root = '';
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'edge-ramp-'))));
afterEach(() => rmSync(root, { recursive: true }));

/** What the node's apply script does with its claim, after these lines of bash. @returns the CNI's folder, file by file, and what was said */
function claimed(first = '', dumped = 'OFPST_FLOW reply', held: Readonly<Record<string, string>> = {}) {
  const folder = join(root, 'var/lib/cni/networks/openshift-sdn');
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(root, 'bin'));
  writeFileSync(
    join(root, 'bin/ovs-ofctl'),
    `#!/bin/bash\n${dumped.startsWith('!') ? 'exit 1' : `echo "${dumped}"`}\n`,
    {
      mode: 0o755,
    },
  );
  for (const [address, text] of Object.entries(held)) writeFileSync(join(folder, address), text);
  const script = ['prelude', 'ramp-objects', 'ramp-make', 'ramp-apply']
    .map((name) => readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8'))
    .join('\n')
    .replace(/^carry_out_all$/m, `${first}\ncarry_out_all`);
  const { status, stderr } = spawnSync('bash', ['-c', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: {
      PATH: `${join(root, 'bin')}:${process.env['PATH']}`,
      EDGE_RAMP_ROOT: root,
      SSM_Tunnel: 'edge-a',
      SSM_Fence: '1',
      SSM_Digest: '0123456789abcdef',
      SSM_Operations: `create~claim ${ADDRESS}~-~${MARK}`,
    },
  });
  const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  return { code: status, said: stderr, files };
}

test('a claim is a file of its address with our mark, and nothing stands beside it', () =>
  expect(claimed()).toEqual({ code: 0, said: '', files: { [ADDRESS]: `${MARK}\n` } }));

test('a claim that stands is no mistake', () =>
  expect(claimed('', 'reply', { [ADDRESS]: `${MARK}\n` })).toMatchObject({
    code: 0,
    files: { [ADDRESS]: `${MARK}\n` },
  }));

describe('whole or not at all', () => {
  // A write of more than nothing fails, as on a full file system: the kernel says so at the same place.
  const FULL = "trap '' XFSZ; ulimit -f 0";

  test('on a file system that is full no reservation is left, which nobody would ever take away', () => {
    const { code, said, files } = claimed(FULL);
    expect(files).toEqual({});
    expect(code).toBe(20);
    expect(said).toContain('is its file system full?');
  });

  test.each([
    ['by the CNI', 'c0ffee\neth0'],
    ['by another tunnel', 'edge-ramp:edge-a2\n'],
    ['by the CNI, whose own file is empty', ''],
  ])('an address that is held %s stays held', (_by, text) => {
    const { code, said, files } = claimed('', 'reply', { [ADDRESS]: text });
    expect(files).toEqual({ [ADDRESS]: text });
    expect(code).toBe(22);
    expect(said).toContain(`address ${ADDRESS} was given to a Pod or another tunnel meanwhile`);
  });

  test.each([
    ['a Pod has the address although nobody claimed it', 'nw_dst=10.129.1.254 actions=load:0x1->NXM_NX_REG1[]', 22],
    ['the bridge does not tell', '!', 20],
  ])('where %s the claim is taken away again', (_why, dumped, expected) =>
    expect(claimed('', dumped)).toMatchObject({ code: expected, files: {} }),
  );
});
