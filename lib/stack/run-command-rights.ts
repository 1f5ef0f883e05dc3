import { ArnFormat, Stack } from 'aws-cdk-lib';
import { KINDS, STEP_KINDS } from '../tunnel/plan/devices';
import type { CommandDocuments, DocumentPair } from './command-documents';
import { namesOf } from './names';
import type { StepHandler } from './step-handler';

/**
 * Lets a handler send its two documents, and nothing else, to the instances tagged for its kind of device; and follow
 * what it sent.
 *
 * @param role - the value of the role tag (`edge-ramp:role`)
 */
export function allowRunCommand(handler: StepHandler, documents: DocumentPair, role: string): void {
  handler.allow({ actions: ['ssm:SendCommand'], resources: [documents.observe.arn, documents.apply.arn] });
  allowInstances(handler, role, `=${role}`);
  // IAM knows no resources for these three, so `*` is as narrow as they get; the step tags what it sends and asks by tag.
  handler.allow({ actions: FOLLOWING, resources: ['*'] });
  handler.acknowledge('AwsSolutions-IAM5[Resource::*]', `X-Ray, ${listed(FOLLOWING)} know no resources`);
}

/** Lets a handler send the documents that only look, and nothing else, to every instance that is tagged; and see which of them are connected. */
export function allowLooking(handler: StepHandler, documents: CommandDocuments): void {
  const looking = [...FOLLOWING, 'ssm:DescribeInstanceInformation'];
  handler.allow({
    actions: ['ssm:SendCommand'],
    resources: STEP_KINDS.map((kind) => documents.of(kind).observe.arn),
  });
  allowInstances(
    handler,
    STEP_KINDS.map((kind) => KINDS[kind].record.role),
    '',
  );
  handler.allow({ actions: looking, resources: ['*'] });
  handler.acknowledge('AwsSolutions-IAM5[Resource::*]', `${listed(looking)} know no resources`);
}

/** What follows a command that was sent. */
const FOLLOWING = ['ssm:GetCommandInvocation', 'ssm:ListCommands', 'ssm:CancelCommand'];

function allowInstances(handler: StepHandler, roles: string | string[], shown: string): void {
  const stack = Stack.of(handler);
  const { roleTag } = namesOf(handler);
  const every = (service: string, resource: string) =>
    stack.formatArn({ service, resource, resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  handler.allow({
    actions: ['ssm:SendCommand'],
    resources: [every('ec2', 'instance'), every('ssm', 'managed-instance')],
    conditions: { StringEquals: { [`ssm:resourceTag/${roleTag}`]: roles } },
  });
  for (const kind of [
    'ec2:<AWS::Region>:<AWS::AccountId>:instance',
    'ssm:<AWS::Region>:<AWS::AccountId>:managed-instance',
  ])
    handler.acknowledge(
      `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${kind}/*]`,
      `the condition on the tag ${roleTag}${shown} narrows it: instances come and go without a deployment`,
    );
}

/** `ssm:A, ssm:B` as `A and B`. */
function listed(actions: readonly string[]): string {
  return actions.map((action) => action.replace('ssm:', '')).join(', ');
}
