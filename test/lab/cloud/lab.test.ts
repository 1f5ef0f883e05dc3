import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { openLab, type Lab, type LabOptions, type HistoryEvent } from '../../../lab';
import { Platform } from '../../../lab/cloud/platform';
import {
  documentResource,
  eventually,
  FakeHosts,
  parameter,
  table,
  temporaryFolder,
  text,
  writeAssembly,
} from './support';

const NODE = 'i-0aaa';
const spec = {
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
const assemble = (word: string, extra: Record<string, unknown> = {}) =>
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

const assembly = assemble('hello');
let hosts: FakeHosts;
let lab: Lab;
const open = async (options: Partial<LabOptions> & { state: string }) => {
  hosts = new FakeHosts([NODE]);
  lab = await openLab({ assembly, speed: 50, hosts: async () => hosts, ...options });
  return lab;
};
afterEach(() => lab.close());

test('a run goes from its input to its end state, through functions, table, SSM and a host', async () => {
  await open({ state: temporaryFolder() });
  const events: HistoryEvent[] = [];
  const { arn, done } = lab.start({ tunnel: 'edge-a', document: 'say' }, (event) => events.push(event));
  const result = await done;
  expect(result).toMatchObject({
    arn,
    status: 'SUCCEEDED',
    output: { endState: 'Applied', said: expect.stringMatching(/^hello from http:\/\/127.0.0.1:\d+\n$/) as string },
    transitions: 8,
  });
  expect(arn).toMatch(/^arn:aws:states:local-1:000000000000:execution:Lab-Machine:/);
  expect(events).toEqual(result.events);
  expect(events.map(({ stateExitedEventDetails: exited }) => exited?.['name'])).toContain('Configure node');
  expect(await lab.item('edge-a')).toEqual({ tunnel: 'edge-a', fence: expect.any(Number) as number });
  expect(lab.trips()).toMatchObject([{ instance: NODE, document: 'say', status: 'Success', comment: arn.slice(-36) }]);
});

test('a failed run is a failed execution with the error name of the handler, and what it publishes is kept', async () => {
  const state = temporaryFolder();
  await open({ state });
  expect(await lab.start({ tunnel: 'edge-b', document: 'say' }).done).toMatchObject({
    status: 'FAILED',
    error: 'InvalidRequest',
  });
  const refused = await lab.start({ tunnel: 'edge-a', document: 'refuses' }).done;
  expect(refused).toMatchObject({ status: 'FAILED', error: 'DeviceRefused' });
  expect(JSON.parse(refused.cause!)).toMatchObject({ errorMessage: '01020066: already exists\n' });
  expect(text(state, 'logs', 'notices.log')).toContain('"Message":"DeviceRefused"');
});

test('a device that hangs costs no waiting', async () => {
  await open({ state: temporaryFolder() });
  const { done } = lab.start({ tunnel: 'edge-a', document: 'hangs' });
  await eventually(() => (lab.trips()[0]?.status === 'InProgress' ? true : undefined));
  hosts.hang();
  expect(await done).toMatchObject({ status: 'FAILED', error: 'OutcomeUnknown' });
});

test('the owner of a lease is looked up: busy while it runs, taken over when it was stopped', async () => {
  await open({ state: temporaryFolder() });
  const first = lab.start({ tunnel: 'edge-a', document: 'hangs' });
  await eventually(() => lab.trips()[0]);
  expect(await lab.start({ tunnel: 'edge-a', document: 'say' }).done).toMatchObject({
    status: 'FAILED',
    error: 'TunnelBusy',
    cause: first.arn,
  });
  await lab.stop(first.arn);
  expect(await first.done).toMatchObject({ status: 'ABORTED' });
  expect(lab.trips()[0]).toMatchObject({ status: 'InProgress' }); // what was sent runs on
  expect(await lab.start({ tunnel: 'edge-a', document: 'say' }).done).toMatchObject({ status: 'SUCCEEDED' });
});

test('who closes a lab that is being closed waits, too, until it is closed', async () => {
  await open({ state: temporaryFolder() });
  lab.start({ tunnel: 'edge-a', document: 'hangs' });
  await eventually(() => lab.trips()[0]);
  const ended: string[] = [];
  await Promise.all([lab.close().then(() => ended.push('first')), lab.close().then(() => ended.push('second'))]);
  expect(ended).toEqual(['first', 'second']);
});

test('table and executions outlive the process; a run whose process died counts as aborted', async () => {
  const state = temporaryFolder();
  await open({ state });
  const { arn } = lab.start({ tunnel: 'edge-a', document: 'hangs' });
  await eventually(() => lab.trips()[0]);
  const file = join(state, 'executions', `${arn.split(':').at(-1)}.json`);
  const running = text(file);
  await lab.close();
  expect(JSON.parse(text(file))).toMatchObject({ Status: 'ABORTED' });
  writeFileSync(file, running); // as a killed process would have left it
  await open({ state });
  expect(await lab.item('edge-a')).toMatchObject({ owner: arn });
  expect(await lab.start({ tunnel: 'edge-a', document: 'say' }).done).toMatchObject({ status: 'SUCCEEDED' });
  await lab.close();
  await open({ state, fresh: true });
  expect(await lab.item('edge-a')).toBeUndefined();
});

test('a redeploy changes documents and functions for later steps', async () => {
  await open({ state: temporaryFolder() });
  await lab.start({ tunnel: 'edge-a', document: 'say' }).done;
  await lab.redeploy(assemble('goodbye'));
  const { output } = await lab.start({ tunnel: 'edge-a', document: 'say' }).done;
  expect((output as { said: string }).said).toContain('goodbye');
});

test('specs replace the declared tunnels', async () => {
  await open({ state: temporaryFolder(), specs: [{ ...spec, name: 'other' }] });
  expect((await lab.start({ tunnel: 'edge-a', document: 'say' }).done).error).toBe('InvalidRequest');
  expect((await lab.start({ tunnel: 'other', document: 'say' }).done).status).toBe('SUCCEEDED');
});

test('a lab on the platform of an earlier one begins with nothing of it: no item, no execution, other tunnels', async () => {
  const platform = await Platform.open();
  try {
    await open({ state: temporaryFolder(), platform });
    const { arn, done } = lab.start({ tunnel: 'edge-a', document: 'say' });
    expect((await done).status).toBe('SUCCEEDED');
    await lab.close();
    expect((await fetch(platform.endpoint.url, { method: 'POST' })).status).toBe(400); // nobody serves there in between

    await open({ state: temporaryFolder(), platform, specs: [{ ...spec, name: 'other' }] });
    expect(lab.url).toBe(platform.endpoint.url);
    expect(await lab.item('edge-a')).toBeUndefined();
    expect(lab.executions().map((each) => each.ExecutionArn)).not.toContain(arn);
    expect((await lab.start({ tunnel: 'edge-a', document: 'say' }).done).error).toBe('InvalidRequest');
    expect((await lab.start({ tunnel: 'other', document: 'say' }).done).status).toBe('SUCCEEDED');
    expect(lab.trips()).toHaveLength(1);
  } finally {
    await lab.close();
    await platform.close();
  }
});

test('each secret is a fresh SSH key: hosts get the public part, Secrets Manager the private one', async () => {
  const state = temporaryFolder();
  let publicKey: string | undefined;
  await open({
    state,
    hosts: async ({ secret, specs }) => {
      publicKey = secret('edge-a/key');
      expect(secret('other')).toBeUndefined();
      expect(specs).toEqual([spec]);
      return new FakeHosts([NODE]);
    },
  });
  const said = (await lab.start({ tunnel: 'edge-a', document: 'say' }).done).output as { said: string };
  const url = /http:\S+/.exec(said.said)![0];
  const ask = (SecretId: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: JSON.stringify({ SecretId }),
    });
  const { SecretString } = (await (await ask('edge-a/key')).json()) as { SecretString: string };
  const derived = spawnSync('ssh-keygen', ['-y', '-f', join(state, 'keys', 'edge-a_key')], { encoding: 'utf8' }).stdout;
  expect(SecretString).toBe(text(state, 'keys', 'edge-a_key'));
  expect(publicKey).toMatch(/^ssh-ed25519 /);
  expect(derived.split(' ')[1]).toBe(publicKey!.split(' ')[1]);
  expect(statSync(join(state, 'keys', 'edge-a_key')).mode & 0o777).toBe(0o600);
  expect((await ask('other')).status).toBe(400);
});

test('one state folder is for one lab at a time; the lock of a dead process is taken over', async () => {
  const state = temporaryFolder();
  await open({ state });
  await expect(openLab({ assembly, state })).rejects.toThrow(
    /^The lab in .* is open in process \d+: close that one, or use another folder\.$/,
  );
  await lab.close();
  expect(hosts.closed).toBe(true);
  expect(existsSync(join(state, 'lock'))).toBe(false);
  const { pid } = spawnSync('true');
  writeFileSync(join(state, 'lock'), `${pid} 1`);
  await open({ state });
  expect(readFileSync(join(state, 'lock'), 'utf8')).toContain(String(process.pid));
});

test('who opens a folder that is served is told where, for as long as it is', async () => {
  const state = temporaryFolder();
  await open({ state, port: 0 });
  expect(text(state, 'endpoint')).toBe(lab.url);
  const variables = [
    `AWS_ENDPOINT_URL=${lab.url}`,
    'AWS_REGION=local-1 AWS_DEFAULT_REGION=local-1 AWS_ACCESS_KEY_ID=lab AWS_SECRET_ACCESS_KEY=lab',
  ].join(' ');
  await expect(openLab({ assembly, state })).rejects.toThrow(
    `The lab in ${state} is open in process ${process.pid}: set ${variables} and leave --local out to work with it, or use another folder.`,
  );
  await lab.close();
  expect(existsSync(join(state, 'endpoint'))).toBe(false);

  writeFileSync(join(state, 'lock'), `${spawnSync('true').pid} 1`);
  writeFileSync(join(state, 'endpoint'), 'http://127.0.0.1:1'); // left by a server that was killed
  await open({ state });
  await expect(openLab({ assembly, state })).rejects.toThrow(/: close that one, or use another folder\.$/);
});

test('a port that is taken is one sentence, and leaves nothing open', async () => {
  await open({ state: temporaryFolder(), port: 0 });
  const [port, state] = [Number(new URL(lab.url).port), temporaryFolder()];
  await expect(openLab({ assembly, state, port, hosts: async () => new FakeHosts([]) })).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is in use: name another one, or 0 for any that is free.`,
  );
  await lab.close();
  await open({ state, port });
  expect(lab.url).toBe(`http://127.0.0.1:${port}`);
});

test('what cannot be opened leaves nothing open', async () => {
  const state = temporaryFolder();
  const bad = assemble('x', {
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Map"}},"QueryLanguage":"JSONata"}' },
    },
  });
  await expect(openLab({ assembly: bad, state, hosts: async () => new FakeHosts([]) })).rejects.toThrow(
    'state "A": Type Map is not implemented',
  );
  await open({ state });
});
