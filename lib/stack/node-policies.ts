import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { InvalidRequest } from '../tunnel/errors/errors';
import { acknowledge } from './acknowledge';
import { arnOf, wildcardFinding } from './arns';
import type { DeclaredTunnelsProps } from './declared-tunnels';
import { namesOf } from './names';

/** IAM counts so many characters of a managed policy, blanks left out. */
const LONGEST_POLICY = 6144;

/**
 * What SSM Agent calls for Run Command: it says that it is there, and takes and answers messages, by the newer channel
 * or, on an older agent or where that is closed, by the older one.
 */
const RUN_COMMAND = [
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
  'ec2messages:AcknowledgeMessage',
  'ec2messages:DeleteMessage',
  'ec2messages:FailMessage',
  'ec2messages:GetEndpoint',
  'ec2messages:GetMessages',
  'ec2messages:SendReply',
];

/**
 * Policies that an account attaches to the roles of its own instances. The stack attaches them to nobody.
 *
 * `edge-ramp-node` is for every instance that takes commands, in place of AmazonSSMManagedInstanceCore, which also lets
 * an instance read every parameter of the account. `edge-ramp-bastion` is for a bastion, beside it. IAM knows no
 * regions: the names end in the region's, so that deployments in two of them do not meet.
 */
export class NodePolicies extends Construct {
  constructor(scope: Construct, id: string, { tunnels }: DeclaredTunnelsProps) {
    super(scope, id);
    const node = this.policy('Node', 'node', 'lets SSM Agent take commands', RUN_COMMAND, ['*']);
    acknowledge(
      node,
      'AwsSolutions-IAM5[Resource::*]',
      'ssmmessages and ec2messages know no resources; an agent says of itself which instance it is',
    );

    const secrets = [...new Set(tunnels.flatMap((tunnel) => (tunnel.bigip ?? []).map((unit) => unit.secret)))];
    if (secrets.length > 0) this.bastions(secrets.sort());
  }

  /**
   * The declared secrets, each by its name. Where a policy does not hold so many, those under a path are allowed by the first part of it
   * (`edge-ramp/*`), which is said at the synthesis.
   * @throws InvalidRequest when not even that fits
   */
  private bastions(secrets: readonly string[]): void {
    const allow = (names: readonly string[]): ManagedPolicy =>
      this.policy(
        'Bastion',
        'bastion',
        "lets a bastion read the keys of its BIG-IPs' users",
        ['secretsmanager:GetSecretValue'],
        names.map((name) => arnOf('secretsmanager', `secret:${name}`)),
      );
    // Secrets Manager ends the ARN of a secret in a hyphen and six characters of its own.
    const exactly = (name: string): string => `${name}-??????`;
    const each = secrets.map(exactly);
    if (fits(each)) {
      allow(each);
      return;
    }
    const paths = [...new Set(secrets.map((name) => (name.includes('/') ? `${name.split('/')[0]}/*` : exactly(name))))];
    if (!fits(paths))
      throw new InvalidRequest(
        'policy-too-large',
        `bigip.0.secret: ${secrets.length} secrets do not fit the policy for bastions, which holds ${LONGEST_POLICY} characters: name them under one path, as edge-ramp/NAME`,
      );
    Annotations.of(this).addWarningV2(
      'edge-ramp:secrets',
      `The policy for bastions does not hold the names of ${secrets.length} secrets: it allows ${paths.join(', ')}. Keep no other secrets there.`,
    );
    const policy = allow(paths);
    for (const path of paths.filter((name) => name.endsWith('*')))
      acknowledge(
        policy,
        wildcardFinding('secretsmanager', `secret:${path}`),
        'a policy does not hold the names of so many secrets; under this path stand the keys of BIG-IPs',
      );
  }

  private policy(id: string, name: string, what: string, actions: readonly string[], resources: readonly string[]) {
    const policy = new ManagedPolicy(this, id, {
      managedPolicyName: `${namesOf(this).prefix}-${name}-${Stack.of(this).region}`,
      description: `edge-ramp: ${what}`,
      statements: [new PolicyStatement({ actions: [...actions], resources: [...resources] })],
    });
    new CfnOutput(Stack.of(this), `${id}PolicyArn`, {
      value: policy.managedPolicyArn,
      description: `Attach to an instance's role: ${what}`,
    });
    return policy;
  }
}

/** Whether a policy of one statement holds the ARNs of these secrets, in the partition and region with the longest names. */
function fits(names: readonly string[]): boolean {
  const arn = (name: string): string => `arn:aws-us-gov:secretsmanager:ap-southeast-1:123456789012:secret:${name}`;
  const statement = { Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: names.map(arn) };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }).length <= LONGEST_POLICY;
}
