import { buildSync } from 'esbuild';
import { openLab, type Lab, type LabOptions } from '../../../lab';
import { documentResource, FakeHosts, parameter, table, writeAssembly } from './support';

/*
 * A small deployment: a state machine of eight states with two functions, three documents and one declared tunnel, on hosts that answer by their name.
 */

export const NODE = 'i-0aaa';
export const spec = {
  name: 'edge-a',
  bigip: [{ bastion: 'i-0fff', secret: 'edge-a/key' }],
  ramp: { nodes: [{ instance: NODE }] },
};

/** A handler with the real SSM client: reads the declared tunnel and runs a command on its node. */
const reads = bundle(`
  import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';
  const ssm = new SSMClient({});
  export const handler = async ({ tunnel, ...rest }) => {
    try {
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/edge-ramp/tunnels/' + tunnel }));
      return { ...rest, tunnel, spec: JSON.parse(Parameter.Value) };
    } catch (error) { throw Object.assign(new Error('no such tunnel'), { name: error.name === 'ParameterNotFound' ? 'InvalidRequest' : error.name }); }
  };`);
const sends = bundle(`
  import { SSMClient, SendCommandCommand, GetCommandInvocationCommand } from '@aws-sdk/client-ssm';
  import { setTimeout } from 'node:timers/promises';
  const ssm = new SSMClient({});
  export const handler = async ({ document, instance, execution }) => {
    const { Command } = await ssm.send(new SendCommandCommand({ DocumentName: document, InstanceIds: [instance], Parameters: { Word: ['hi'] }, Comment: execution.slice(-36), TimeoutSeconds: 60 }));
    for (;;) {
      await setTimeout(1000);
      try {
        const answer = await ssm.send(new GetCommandInvocationCommand({ CommandId: Command.CommandId, InstanceId: instance }));
        if (['Pending', 'InProgress'].includes(answer.Status)) continue;
        if (answer.StatusDetails === 'Success') return answer.StandardOutputContent;
        throw Object.assign(new Error(answer.StandardErrorContent), { name: answer.StatusDetails === 'ExecutionTimedOut' ? 'OutcomeUnknown' : 'DeviceRefused' });
      } catch (error) { if (error.name !== 'InvocationDoesNotExist') throw error; }
    }
  };`);

function bundle(contents: string): string {
  const built = buildSync({
    stdin: { contents, resolveDir: __dirname },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    write: false,
  });
  return built.outputFiles[0]!.text;
}

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const call = (id: string, payload: string, rest: Record<string, unknown>) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: arn(id), Payload: payload },
  ...rest,
});
const fail = [{ ErrorEquals: ['States.ALL'], Assign: { why: '{% $states.errorOutput %}' }, Next: 'Notify' }];
const key = { TableName: { Ref: 'Table' }, Key: { tunnel: { S: '{% $request.tunnel %}' } } };

/** Takes a lease as the product does, sends to the node in one branch, and records the end. */
const states = {
  'Read request': call('Reads', '{% $states.input %}', {
    Assign: { request: '{% $states.result.Payload %}' },
    Next: 'Read tunnel',
    Catch: fail,
  }),
  'Read tunnel': {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:getItem',
    Arguments: { ...key, ConsistentRead: true },
    Assign: { owner: "{% $exists($states.result.Item.owner.S) ? $states.result.Item.owner.S : '' %}" },
    Next: 'Free?',
  },
  'Free?': {
    Type: 'Choice',
    Choices: [{ Condition: "{% $owner = '' %}", Next: 'Take lease' }],
    Default: 'Look up owner',
  },
  'Look up owner': {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:sfn:describeExecution',
    Arguments: { ExecutionArn: '{% $owner %}' },
    Output: '{% $states.result.Status %}',
    Catch: [{ ErrorEquals: ['Sfn.ExecutionDoesNotExistException'], Output: 'UNKNOWN', Next: 'Runs?' }],
    Next: 'Runs?',
  },
  'Runs?': {
    Type: 'Choice',
    Choices: [
      {
        Condition: "{% $states.input = 'RUNNING' %}",
        Next: 'Failed',
        Assign: { why: { Error: 'TunnelBusy', Cause: '{% $owner %}' } },
      },
    ],
    Default: 'Take lease',
  },
  'Take lease': {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:updateItem',
    Arguments: {
      ...key,
      UpdateExpression: 'SET #owner = :me, fence = :fence',
      ConditionExpression: 'attribute_not_exists(#owner) OR #owner = :seen',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: {
        ':me': { S: '{% $states.context.Execution.Id %}' },
        ':seen': { S: "{% $owner = '' ? 'nobody' : $owner %}" },
        ':fence': { N: '{% $string($millis()) %}' },
      },
    },
    Next: 'Configure',
  },
  Configure: {
    Type: 'Parallel',
    Branches: [
      {
        StartAt: 'Configure node',
        States: {
          'Configure node': call(
            'Sends',
            `{% { 'document': $request.document, 'instance': '${NODE}', 'execution': $states.context.Execution.Id } %}`,
            {
              Output: '{% $states.result.Payload %}',
              End: true,
            },
          ),
        },
      },
    ],
    Catch: fail,
    Next: 'Record',
  },
  Record: {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:updateItem',
    Arguments: {
      ...key,
      UpdateExpression: 'REMOVE #owner',
      ConditionExpression: '#owner = :me',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':me': { S: '{% $states.context.Execution.Id %}' } },
    },
    Output: '{% $states.input[0] %}',
    Next: 'Applied',
  },
  Applied: { Type: 'Succeed', Output: { endState: 'Applied', said: '{% $states.input %}' } },
  Notify: {
    Type: 'Task',
    Resource: 'arn:aws:states:::sns:publish',
    Arguments: { TopicArn: 'arn:aws:sns:local-1:000000000000:Failures', Message: '{% $why.Error %}' },
    Next: 'Failed',
  },
  Failed: { Type: 'Fail', Error: '{% $why.Error %}', Cause: '{% $why.Cause %}' },
};

/** A DefinitionString as CDK writes it: text joined with references. */
function definition(machine: unknown): unknown {
  const parts = JSON.stringify(machine).split(/(\{"(?:Ref|Fn::GetAtt)":(?:"[^"]*"|\[[^\]]*\])\})/);
  return { 'Fn::Join': ['', parts.flatMap((part, i) => (i % 2 ? ['"', JSON.parse(part) as unknown, '"'] : [part]))] };
}
const document = (word: string) =>
  documentResource(
    'say',
    ['#!/bin/sh', 'case $SSM_Word in', `hi) echo "${word} from $AWS_ENDPOINT_URL_SECRETS_MANAGER" ;;`, 'esac'],
    {
      Word: parameter(),
    },
  );
/** Its assembly. `word`: what its document says to `hi`; `extra`: other resources, or these in place of its own. */
export const assemble = (word: string, extra: Record<string, unknown> = {}) =>
  writeAssembly(
    {
      Table: table,
      Say: document(word),
      Refuses: documentResource('refuses', ['echo "01020066: already exists" >&2; exit 1'], { Word: parameter() }),
      Hangs: documentResource('hangs', ['hangs'], { Word: parameter() }),
      Tunnel: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: '/edge-ramp/tunnels/edge-a', Value: JSON.stringify(spec) },
      },
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          DefinitionString: definition({ QueryLanguage: 'JSONata', StartAt: 'Read request', States: states }),
        },
      },
      ...extra,
    },
    { Reads: reads, Sends: sends },
  );

export const assembly = assemble('hello');

/** Opens it. Who opens it closes it. */
export async function openSmall(options: Partial<LabOptions> & { readonly state: string }) {
  const hosts = new FakeHosts([NODE]);
  const lab: Lab = await openLab({ assembly, speed: 50, hosts: async () => hosts, ...options });
  return { hosts, lab };
}
