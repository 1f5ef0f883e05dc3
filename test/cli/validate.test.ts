import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, project } from './fake';

const EXAMPLE = readFileSync(join(__dirname, '..', '..', 'tunnels', 'edge-a.yaml'), 'utf8');

const validate = (tunnels: Record<string, string>, ...files: string[]) => {
  const folder = project({ tunnels });
  return call(['validate', ...files], {}, { project: folder, folder: join(folder, 'tunnels') });
};

describe('validate', () => {
  test('all declared tunnels, together', async () => {
    expect(await validate({ 'edge-a.yaml': EXAMPLE, 'README.md': 'not one of them' })).toMatchObject({
      code: 0,
      out: '1 tunnel declared without mistake: edge-a.\n',
      err: '',
    });
    expect((await validate({})).code).toBe(0);
    const twice = await validate({ 'edge-a.yaml': EXAMPLE, 'edge-b.yaml': EXAMPLE.replace('edge-a', 'edge-b') });
    expect(twice.code).toBe(2);
    expect(twice.err).toMatch(/^tunnels\/edge-b.yaml:24:14: tunnel.interface: "tun1": is taken by tunnel edge-a/m);
  });

  test('each mistake by path, value and rule, in every file', async () => {
    const { code, out, err } = await validate({
      'edge-a.yaml':
        EXAMPLE.replace('10.3.89.66', '010.3.89.66').replace('10.128.0.0/14', '10.128.0.1/14') + 'extra: 1\n',
      'edge-b.yaml': 'kind: ramp\nname: edge-b\nname: edge-b\n',
    });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/edge-a.yaml:13:14: bigip.0.address: "010.3.89.66": must be an IPv4 address in canonical form/);
    expect(err).toMatch(/edge-a.yaml:26:19: clusterNetworks.0: "10.128.0.1\/14": must be an IPv4 network/);
    expect(err).toMatch(/edge-a.yaml:29:1: extra: is not a known key/);
    expect(err).toMatch(/edge-b.yaml:3:1: the key "name" stands twice, first in line 2/);
    expect(err).toMatch(/^4 mistakes: nothing was contacted or changed.$/m);
  });

  test('named files only', async () => {
    const tunnels = { 'edge-a.yaml': EXAMPLE, 'broken.yaml': 'kind: bridge\n' };
    expect((await validate(tunnels, 'edge-a.yaml')).code).toBe(0);
    expect(await validate(tunnels, 'broken.yaml')).toMatchObject({ code: 2 });
  });

  describe('a virtual IP', () => {
    const pair = readFileSync(join(__dirname, '..', '..', 'tunnels', 'edge-b.yaml'), 'utf8');
    const withVip = async (vip: string) => {
      const { code, out } = await validate({ 'edge-b.yaml': pair.replace(/(vip: )[0-9.]+/, `$1${vip}`) });
      return { code, remarks: out.split('\n').slice(1, -1) };
    };

    test('is told where it is in no /24 with its nodes: the network in which it would be has to be so large', async () => {
      expect(await withVip('10.20.29.4')).toEqual({
        code: 0,
        remarks: [
          "Remark: edge-b: ramp.vip 10.20.29.4 lies in one network with the nodes' 10.20.30.2 and 10.20.30.3 only if that has a prefix length of 22 or less. Outside of it BIG-IP reaches the address only where a router knows the way; the plan, which sees the network, says so.",
        ],
      });
      expect((await withVip('10.200.30.4')).remarks).toEqual([
        expect.stringContaining('a prefix length of 8 or less.'),
      ]);
    });

    test('needs no remark in the /24 of its nodes', async () =>
      expect(await withVip('10.20.30.254')).toEqual({ code: 0, remarks: [] }));
  });

  test.each([
    ['bombs of aliases', 'a: &a [1]\nb: [*a, *a]\n', 'must not use YAML aliases'],
    ['two documents', '---\na: 1\n---\nb: 2\n', 'is not YAML'],
    ['nothing', '', 'is empty'],
    ['a bare word', 'tunnel\n', 'must be keys with values'],
    ['a foreign tag', 'kind: !!js/function "function () {}"\n', 'kind'],
    ['a prototype', '__proto__:\n  kind: ramp\n', ''],
    ['deep nesting', '['.repeat(100_000), ''],
    ['an escape sequence', 'kind: "\\e[2J"\n', 'kind'],
  ])('survives %s', async (_, text, rule) => {
    const { code, err } = await validate({ 'edge-a.yaml': text });
    expect(code).toBe(2);
    expect(err).toContain(rule);
    expect(err).toMatch(/^tunnels\/edge-a.yaml:[0-9]+:[0-9]+: /);
    expect(err).not.toMatch(/^ {4}at /m);
    expect(err).not.toContain('\u001b');
  });

  test('files that are none', async () => {
    const folder = project({ tunnels: { 'edge-a.yaml': EXAMPLE } });
    mkdirSync(join(folder, 'some.yaml'));
    writeFileSync(join(folder, 'latin.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
    writeFileSync(join(folder, 'big.yaml'), '#'.repeat(300_000));
    const { code, err } = await call(
      ['validate', 'gone.yaml', 'some.yaml', 'latin.yaml', 'big.yaml', '/dev/null'],
      {},
      { project: folder, folder },
    );
    expect(code).toBe(2);
    expect(err.split('\n')).toEqual([
      'gone.yaml: there is no such file',
      'some.yaml: is a folder; name the files in it',
      'latin.yaml: is not text in UTF-8',
      expect.stringMatching(/^big.yaml: has 300000 bytes/),
      '/dev/null: is not a file',
      '5 mistakes: nothing was contacted or changed.',
      '',
    ]);
  });
});
