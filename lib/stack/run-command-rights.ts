import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { DocumentPair } from './command-documents';
import type { StepHandler } from './step-handler';

/** The tag by which an account says which instances edge-ramp may use, and as what. */
const ROLE_TAG = 'edge-ramp:role';

/** What an instance is used as: the way to a BIG-IP, a ramp node, the host that runs oc. */
export type InstanceRole = 'bastion' | 'ramp' | 'admin';

/**
 * Lets a handler send its two documents, and nothing else, to the instances tagged for its kind of device; and follow
 * what it sent.
 *
 * @param role - the value of the tag `edge-ramp:role`
 */
export function allowRunCommand(handler: StepHandler, documents: DocumentPair, role: InstanceRole): void {
  const stack = Stack.of(handler);
  const every = (service: string, resource: string) =>
    stack.formatArn({ service, resource, resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME });

  handler.allow({ actions: ['ssm:SendCommand'], resources: [documents.observe.arn, documents.apply.arn] });
  handler.allow({
    actions: ['ssm:SendCommand'],
    resources: [every('ec2', 'instance'), every('ssm', 'managed-instance')],
    conditions: { StringEquals: { [`ssm:resourceTag/${ROLE_TAG}`]: role } },
  });
  for (const kind of [
    'ec2:<AWS::Region>:<AWS::AccountId>:instance',
    'ssm:<AWS::Region>:<AWS::AccountId>:managed-instance',
  ])
    handler.acknowledge(
      `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${kind}/*]`,
      `the condition on the tag ${ROLE_TAG}=${role} narrows it: instances come and go without a deployment`,
    );

  // IAM knows no resources for these three, so `*` is as narrow as they get; the step tags what it sends and asks by tag.
  handler.allow({ actions: ['ssm:GetCommandInvocation', 'ssm:ListCommands', 'ssm:CancelCommand'], resources: ['*'] });
  handler.acknowledge(
    'AwsSolutions-IAM5[Resource::*]',
    'X-Ray, GetCommandInvocation, ListCommands and CancelCommand know no resources',
  );
}
