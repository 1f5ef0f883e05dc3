import { mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Stack } from 'aws-cdk-lib';
import { declarations } from '../../cli/assembly';
import { readAssembly } from '../../lab/cloud/template';
import { NodePolicies } from '../../lib/stack/node-policies';
import { parseDeclaration } from '../../lib/tunnel/parse';
import { EXAMPLE } from '../lib/tunnel/site';
import { synthesize } from './support/synthesized';
import { plain } from './support/template';

const tunnels = (count: number, secret: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => ({
    ...parseDeclaration(EXAMPLE, 'example'),
    name: `tunnel-${i}`,
    bigip: [{ ...EXAMPLE.bigip[0]!, secret: secret(i) }],
  }));

describe('500 tunnels', () => {
  const declared = tunnels(500, () => 'edge-ramp/ssh-key');
  const { directory, template } = synthesize(declared);
  const templates = readdirSync(directory).filter((file) => file.endsWith('.template.json'));
  const contents = templates.map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')).Resources);

  test('are assembled in templates that CloudFormation takes: 1 MB and 500 resources each', () => {
    expect(templates).toHaveLength(17);
    for (const file of templates) expect(statSync(join(directory, file)).size).toBeLessThan(1_000_000);
    for (const resources of contents) expect(Object.keys(resources).length).toBeLessThan(500);
  });

  test('are each declared once, by the same parameter as ever', () => {
    const names = contents.flatMap((resources) =>
      Object.values<any>(resources)
        .filter(({ Type }) => Type === 'AWS::SSM::Parameter')
        .map(({ Properties }) => Properties.Name),
    );
    expect(names.filter((name) => name.startsWith('/edge-ramp/tunnels/')).sort()).toEqual(
      declared.map(({ name }) => `/edge-ramp/tunnels/${name}`).sort(),
    );
  });

  test('are found, each of them, by the command line and by the lab', () => {
    const project = mkdtempSync(join(tmpdir(), 'edge-ramp-many-'));
    symlinkSync(directory, join(project, 'cdk.out'));
    const names = declared.map(({ name }) => name).sort();
    expect([...declarations(project).keys()].sort()).toEqual(names);
    const parameters = readAssembly(directory).resources('AWS::SSM::Parameter');
    expect(parameters.filter(({ name }) => name.startsWith('/edge-ramp/tunnels/'))).toHaveLength(names.length);
  });

  test('are not written with indentation', () =>
    expect(readFileSync(join(directory, 'EdgeRamp.template.json'), 'utf8')).toBe(JSON.stringify(template)));
});

describe("a bastion's policy", () => {
  const policyFor = (count: number, secret: (i: number) => string) => {
    const stack = new Stack();
    new NodePolicies(stack, 'Offered', { tunnels: tunnels(count, secret) });
    const found = Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy');
    const [, { Properties }] = Object.entries<any>(found).find(([id]) => id.includes('Bastion'))!;
    const [statement] = Properties.PolicyDocument.Statement;
    const secrets = [statement.Resource].flat().map((arn) => plain(arn).split(':secret:')[1]);
    const longest = JSON.stringify(Properties.PolicyDocument).length;
    return { stack, secrets, longest };
  };
  const warnings = (stack: Stack) =>
    Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('policy for bastions'));

  test('names each secret as long as it holds them', () => {
    const { stack, secrets } = policyFor(60, (i) => `edge-ramp/t-${i}/ssh-key`);
    expect(secrets).toHaveLength(60);
    expect(secrets.every((name) => name!.endsWith('/ssh-key-??????'))).toBe(true);
    expect(warnings(stack)).toEqual([]);
  });

  test('allows 100 secrets by their path, and says so at the synthesis', () => {
    const { stack, secrets } = policyFor(100, (i) =>
      i === 0 ? 'alone' : `${i % 2 ? 'edge-ramp' : 'site'}/t-${i}/ssh-key`,
    );
    expect(secrets.sort()).toEqual(['alone-??????', 'edge-ramp/*', 'site/*']);
    expect(warnings(stack)).toEqual([
      expect.objectContaining({
        entry: expect.objectContaining({ data: expect.stringContaining('edge-ramp/*, site/*') }),
      }),
    ]);
  });

  test('of 100 secrets without a path is refused at the synthesis', () =>
    expect(() => policyFor(100, (i) => `secret-of-tunnel-${i}`)).toThrow(
      'bigip.0.secret: 100 secrets do not fit the policy for bastions, which holds 6144 characters: name them under one path',
    ));
});
