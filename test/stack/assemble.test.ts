import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble, refuseLongTemplates } from '../../lib/stack/assemble';
import { EXAMPLE_FILE } from '../lib/tunnel/site';
import { PROJECT } from './support/template';

const EXAMPLE_TEXT = readFileSync(EXAMPLE_FILE, 'utf8');

/** A folder of declarations, and one with an assembly of an earlier synthesis. */
function site(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'edge-ramp-assemble-'));
  const [folder, out] = [join(root, 'tunnels'), join(root, 'cdk.out')];
  for (const path of [folder, out]) mkdirSync(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(out, 'manifest.json'), '{}');
  return { folder, out, manifest: join(out, 'manifest.json') };
}

const refused = (files: Record<string, string>, context: Record<string, unknown> = {}) => {
  const { folder, out, manifest } = site(files);
  const said: string[] = [];
  const code = assemble(folder, out, (text) => said.push(text), {
    context: { 'aws:cdk:bundling-stacks': [], ...context },
  });
  return { code, said: said.join(''), left: existsSync(manifest) };
};

describe('a mistake in a declaration', () => {
  const mistaken = refused({
    'edge-a.yaml': `${EXAMPLE_TEXT.replace('10.3.89.66', '127.0.0.1')}\nextra: 1\n`,
    'edge-b.yaml': 'kind: ramp\nname: edge-b\nname: edge-b\n',
  });

  test('is told in one message with all others: path, value, rule', () => {
    expect(mistaken.said.split('\n')).toEqual([
      'tunnels/edge-a.yaml:13:14: bigip.0.address: "127.0.0.1": must be the address of a host, not a loopback address (127.0.0.0/8)',
      'tunnels/edge-a.yaml:30:1: extra: is not a known key',
      'tunnels/edge-b.yaml:3:1: the key "name" stands twice, first in line 2',
      expect.stringMatching(
        /^Nothing is assembled in .*cdk\.out, also nothing of an earlier synthesis: mend this and start again\.$/,
      ),
      '',
    ]);
    expect(mistaken.code).toBe(2);
  });

  test('leaves no earlier assembly that looks like what is declared', () => expect(mistaken.left).toBe(false));

  test('that only the stack sees is told in the same way', () => {
    const virtualServers = Array.from({ length: 40 }, (_, i) => `${String(i).padStart(3, '0')}${'v'.repeat(187)}`);
    const long = refused({
      'edge-a.yaml': EXAMPLE_TEXT.replace(/^virtualServers:.*$/m, `virtualServers: [${virtualServers.join(', ')}]`),
    });
    expect(long.said).toMatch(
      /^tunnel edge-a: the declaration has \d+ bytes as JSON; Parameter Store holds at most 8192\./,
    );
    expect([long.code, long.left]).toEqual([2, false]);
    const named = refused({ 'edge-a.yaml': EXAMPLE_TEXT }, { stack: 'Staging' });
    expect(named.said).toMatch(/^context: stack: "Staging": must be 1 to 16 of lower case letters/);
    expect([named.code, named.left]).toEqual([2, false]);
  });
});

test('a template that CloudFormation does not take is told at the synthesis, with what to do', () => {
  const directory = mkdtempSync(join(tmpdir(), 'edge-ramp-long-'));
  const assembly = { directory, artifacts: [], stacks: [{ templateFile: 'EdgeRamp.template.json' }] };
  writeFileSync(join(directory, 'EdgeRamp.template.json'), ' '.repeat(1_000_000));
  expect(() => refuseLongTemplates(assembly)).not.toThrow();
  writeFileSync(join(directory, 'EdgeRamp.template.json'), ' '.repeat(1_000_001));
  expect(() => refuseLongTemplates(assembly)).toThrow(
    /^EdgeRamp\.template\.json: has 1000001 bytes, and CloudFormation takes 1000000: .* \(--context stack=NAME\)$/,
  );
});

test('`cdk synth` and `cdk deploy` end with that message, and without a stack of node', () => {
  const { folder, out, manifest } = site({ 'edge-a.yaml': 'kind: bridge\n' });
  const app = `process.exitCode = require(${JSON.stringify(join(PROJECT, 'lib/stack/assemble'))}).assemble(${JSON.stringify(folder)}, process.env.CDK_OUTDIR, (text) => process.stderr.write(text));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '-e', app], {
    cwd: PROJECT,
    env: { ...process.env, CDK_OUTDIR: out, CDK_VALIDATION: 'false' },
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^tunnels\/edge-a\.yaml:[0-9]+:[0-9]+: kind: .*\nNothing is assembled in .*\n$/);
  expect(existsSync(manifest)).toBe(false);
});
