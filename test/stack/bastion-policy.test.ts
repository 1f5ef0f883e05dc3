import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { NodePolicies } from '../../lib/stack/node-policies';
import { tunnels } from './support/tunnels';
import { plain } from './support/template';

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
