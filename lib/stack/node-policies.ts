import { ArnFormat, CfnOutput, Stack } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

/** What is used of a declaration here: the secrets of its BIG-IPs. */
interface WithSecrets {
  readonly bigip?: readonly { readonly secret: string }[];
}

export interface NodePoliciesProps {
  /** The checked declarations. */
  readonly tunnels: readonly { readonly name: string }[];
}

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
  constructor(scope: Construct, id: string, { tunnels }: NodePoliciesProps) {
    super(scope, id);
    const node = this.policy('Node', 'node', 'lets SSM Agent take commands', RUN_COMMAND, ['*']);
    acknowledge(
      node,
      'AwsSolutions-IAM5[Resource::*]',
      'ssmmessages and ec2messages know no resources; an agent says of itself which instance it is',
    );

    const secrets = [
      ...new Set(tunnels.flatMap((tunnel) => ((tunnel as WithSecrets).bigip ?? []).map((unit) => unit.secret))),
    ];
    if (secrets.length > 0)
      this.policy(
        'Bastion',
        'bastion',
        "lets a bastion read the keys of its BIG-IPs' users",
        ['secretsmanager:GetSecretValue'],
        secrets.sort().map((name) => this.secret(name)),
      );
  }

  private policy(id: string, name: string, what: string, actions: readonly string[], resources: readonly string[]) {
    const policy = new ManagedPolicy(this, id, {
      managedPolicyName: `edge-ramp-${name}-${Stack.of(this).region}`,
      description: `edge-ramp: ${what}`,
      statements: [new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] })],
    });
    new CfnOutput(Stack.of(this), `${id}PolicyArn`, {
      value: policy.managedPolicyArn,
      description: `Attach to an instance's role: ${what}`,
    });
    return policy;
  }

  /** Secrets Manager ends the ARN of a secret in a hyphen and six characters of its own. */
  private secret(name: string): string {
    return Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: `${name}-??????`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
