import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { DOCUMENT_SETS, STEP_KINDS, rolesOf } from '../tunnel/plan/devices';
import type { CommandDocument, CommandDocuments, DocumentPair } from './command-documents';
import { namesOf } from './names';
import type { StepHandler } from './step-handler';
import { arnOf } from './arns';

/** Lets a function read one declaration at a time. */
export function allowReadingDeclaration(handler: StepHandler): void {
  allowDeclarations(handler, 'ssm:GetParameter', `parameter${namesOf(handler).tunnels}*`);
}

/** Lets a function read every declaration, and no other parameter. */
export function allowReadingDeclarations(handler: StepHandler): void {
  const path = `parameter${namesOf(handler).tunnels}`;
  handler.allow({ actions: ['ssm:GetParametersByPath'], resources: [arnOf('ssm', path.replace(/\/$/, ''))] });
  allowDeclarations(handler, 'ssm:GetParametersByPath', `${path}*`);
}

function allowDeclarations(handler: StepHandler, action: string, resource: string): void {
  const because = 'which tunnels are declared changes with tunnels/; under this prefix stand only declarations';
  handler.allowEvery('ssm', resource, { actions: [action], because });
}

/** Lets a function start runs, and look at how they are. */
export function allowStartingRuns(handler: StepHandler, machine: StateMachine): void {
  machine.grantStartExecution(handler.function);
  allowDescribingRuns(handler);
}

/** Lets a function look at how runs are. */
export function allowDescribingRuns(handler: StepHandler): void {
  handler.allowEvery('states', `execution:${namesOf(handler).prefix}:*`, {
    actions: ['states:DescribeExecution'],
    because: 'any execution of this machine, and of no other: which run it is about is known only when it has ended',
  });
}

/**
 * Lets a handler send its documents, and nothing else, to the instances tagged for its kind of device; and follow what it
 * sent.
 *
 * @param roles - values of the role tag (`edge-ramp:role`)
 */
export function allowRunCommand(handler: StepHandler, pairs: readonly DocumentPair[], roles: readonly string[]): void {
  const documents = pairs.flatMap(({ observe, apply }) => [observe, apply]);
  allowSending(handler, documents, roles);
  allowAnywhere(handler, FOLLOWING);
}

/** Lets a handler send the documents that only look, and nothing else, to every instance that is tagged; and see which of them are connected. */
export function allowLooking(handler: StepHandler, documents: CommandDocuments): void {
  const looking = DOCUMENT_SETS.map((set) => documents.of(set).observe);
  allowSending(handler, looking, [...new Set(STEP_KINDS.flatMap(rolesOf))]);
  allowAnywhere(handler, [...FOLLOWING, 'ssm:DescribeInstanceInformation']);
}

/** What follows a command that was sent. The step tags what it sends and asks by tag. */
const FOLLOWING = ['ssm:GetCommandInvocation', 'ssm:ListCommands', 'ssm:CancelCommand'];

function allowSending(handler: StepHandler, documents: readonly CommandDocument[], roles: readonly string[]): void {
  const { roleTag } = namesOf(handler);
  const actions = ['ssm:SendCommand'];
  handler.allow({ actions, resources: documents.map(({ arn }) => arn) });
  const tagged = {
    actions,
    conditions: { StringEquals: { [`ssm:resourceTag/${roleTag}`]: roles.length === 1 ? roles[0] : roles } },
    because: `the condition on the tag ${roleTag} narrows it: instances come and go without a deployment`,
  };
  handler.allowEvery('ec2', 'instance/*', tagged);
  handler.allowEvery('ssm', 'managed-instance/*', tagged);
}

/** IAM knows no resources for these actions, so `*` is as narrow as they get. */
function allowAnywhere(handler: StepHandler, actions: string[]): void {
  handler.allow({ actions, resources: ['*'] });
  handler.acknowledge('AwsSolutions-IAM5[Resource::*]', `${actions.join(', ')} know no resources`);
}
