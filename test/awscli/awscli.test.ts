import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resources } from '../../cli/local/assembly';

/** Debian's, or the one that AWS_CLI names. */
const CLI = process.env['AWS_CLI'] ?? '/usr/bin/aws';
const PROJECT = join(__dirname, '../..');
const NODE = 'i-0a4e90de0a4e90de0';

type Json = Record<string, unknown>;
interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-awscli-'));
const state = join(folder, 'state');
let server: ChildProcess;
let printed = '';
let url: string;
let machine: string;

/** What the server has printed, as soon as it matches. */
async function seen(pattern: RegExp): Promise<RegExpExecArray> {
  for (let waited = 0; waited < 600; waited++) {
    const found = pattern.exec(printed);
    if (found) return found;
    if (server.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`edge-ramp local never said ${pattern}:\n${printed}`);
}

beforeAll(async () => {
  // a process group of its own: Ctrl-C in a terminal reaches the whole group, too
  server = spawn('npx', ['edge-ramp', 'local', '--port', '0', '--state', state], { cwd: PROJECT, detached: true });
  for (const stream of [server.stdout!, server.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  url = (await seen(/^Endpoint +(\S+)$/m))[1]!;
  machine = (await seen(/^State machine +(\S+)$/m))[1]!;
});
afterAll(() => {
  if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid!, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the AWS CLI with nothing of this machine's configuration, only what the server says to set. */
function run(args: readonly string[], more: Readonly<Record<string, string>> = {}): Said {
  const said = /export AWS_ENDPOINT_URL=\S+ (.*)$/m.exec(printed)![1]!;
  const variables = Object.fromEntries(said.split(' ').map((pair) => pair.split('=') as [string, string]));
  const { status, stdout, stderr, error } = spawnSync(CLI, args, {
    env: { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8', AWS_PAGER: '', ...variables, ...more },
    encoding: 'utf8',
  });
  if (error) throw new Error(`${CLI} cannot be run: apt-get install awscli (${error.message})`);
  return { code: status, out: stdout, err: stderr };
}

/** A call that succeeds; `line` has no blanks but those between words. */
function aws(line: string, ...more: string[]): Json {
  const { code, out, err } = run(['--endpoint-url', url, '--output', 'json', ...line.split(' '), ...more]);
  if (code !== 0) throw new Error(`aws ${line}: ${err}`);
  return JSON.parse(out) as Json;
}

async function eventually(ask: () => Json, done: (answer: Json) => boolean): Promise<Json> {
  for (let tries = 0; tries < 60; tries++) {
    const answer = ask();
    if (done(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('it never came');
}

const start = (input: object) =>
  aws(`stepfunctions start-execution --state-machine-arn ${machine} --input`, JSON.stringify(input))
    .executionArn as string;
const describeRun = (arn: string) => aws(`stepfunctions describe-execution --execution-arn ${arn}`);
let applied: string;

test('stepfunctions start-execution and describe-execution: a tunnel is applied', async () => {
  applied = start({ tunnel: 'edge-a' });
  const ended = await eventually(
    () => describeRun(applied),
    ({ status }) => status !== 'RUNNING',
  );
  expect(ended).toMatchObject({ status: 'SUCCEEDED', stateMachineArn: machine, input: '{"tunnel":"edge-a"}' });
  expect(JSON.parse(ended.output as string)).toMatchObject({ endState: 'Applied', tunnel: 'edge-a' });
  await seen(/^\d\d:\d\d:\d\d {2}started {2}edge-a {2}\S+$/m);
  await seen(/^\d\d:\d\d:\d\d {2}Applied {2}edge-a {2}\S+$/m);
});

test('stepfunctions get-execution-history: every event, over all pages', () => {
  const { events } = aws(`stepfunctions get-execution-history --page-size 40 --execution-arn ${applied}`) as {
    events: { id: number; type: string }[];
  };
  expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => i + 1));
  expect(events.length).toBeGreaterThan(80);
  expect([events[0]!.type, events.at(-1)!.type]).toEqual(['ExecutionStarted', 'ExecutionSucceeded']);
});

test('stepfunctions stop-execution and list-executions', () => {
  // The run waits for a node that is away: the AWS CLI takes seconds to start on a busy machine, and a run of its own would have ended by then.
  const gone = ['edge-ramp', 'local', 'host', 'mi-0a4e90b20a4e90b20', 'gone', '--state', state];
  expect(spawnSync('npx', gone, { cwd: PROJECT }).status).toBe(0);
  const arn = start({ tunnel: 'edge-b' });
  aws(`stepfunctions stop-execution --execution-arn ${arn} --error Enough --cause`, 'it is late');
  expect(describeRun(arn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'it is late' });
  const { executions } = aws(`stepfunctions list-executions --state-machine-arn ${machine}`) as { executions: Json[] };
  const [stopped, before] = [arn, applied].map((each) => executions.findIndex((one) => one.executionArn === each));
  expect(executions[stopped!]).toMatchObject({ status: 'ABORTED' });
  expect(executions[before!]).toMatchObject({ status: 'SUCCEEDED' });
  expect(stopped).toBeLessThan(before!); // the newest first; a rule may have answered the stop with a run of its own
});

test('stepfunctions describe-state-machine: the definition that cdk synth wrote', () => {
  const described = aws(`stepfunctions describe-state-machine --state-machine-arn ${machine}`);
  expect(described).toMatchObject({ name: 'edge-ramp', status: 'ACTIVE', type: 'STANDARD' });
  expect(JSON.parse(described.definition as string)).toMatchObject({ StartAt: 'Begin' });
});

test('ssm send-command and get-command-invocation: a node answers through its document', async () => {
  const names = resources(PROJECT, 'AWS::SSM::Document').map(({ Name: name }) => name as string);
  const document = names.find((name) => name.startsWith('edge-ramp-ramp-observe-'))!;
  const parameters = 'Tunnel=edge-a,Fence=0,Questions=forwarding|link tun1';
  const sent = aws(`ssm send-command --document-name ${document} --instance-ids ${NODE} --parameters`, parameters);
  const { CommandId: id } = sent.Command as { CommandId: string };
  const got = await eventually(
    () => aws(`ssm get-command-invocation --command-id ${id} --instance-id ${NODE}`),
    ({ Status: status }) => !['Pending', 'InProgress'].includes(status as string),
  );
  expect(got).toMatchObject({ Status: 'Success', ResponseCode: 0, DocumentName: document });
  expect(got.StandardOutputContent).toMatch(/^\?forwarding\n\|1\n=0\n\?link tun1\n\|\d+: tun1/);
});

test('events put-events: an entry is taken, a broken one is not', () => {
  const entry = { Source: 'edge-ramp', DetailType: 'Reapply requested', Detail: '{"tunnel": "edge-a"}' };
  const entries = JSON.stringify([entry, { ...entry, Detail: 'edge-a' }]);
  expect(aws('events put-events --entries', entries)).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ EventId: expect.any(String) as string }, { ErrorCode: 'MalformedDetail' }],
  });
});

test('dynamodb get-item: what the run left in the table', () => {
  const { TableNames: tables } = aws('dynamodb list-tables') as { TableNames: string[] };
  const { Item: item } = aws(`dynamodb get-item --table-name ${tables[0]} --key`, '{"tunnel": {"S": "edge-a"}}');
  expect(item).toMatchObject({ tunnel: { S: 'edge-a' }, wanted: { S: 'applied' } });
});

test('what there is not is said by name', () => {
  const unknown = run(['--endpoint-url', url, 'stepfunctions', 'list-activities']);
  expect(unknown.code).not.toBe(0);
  expect(unknown.err).toContain(
    'An error occurred (UnknownOperationException) when calling the ListActivities operation: The lab does not implement AWSStepFunctions.ListActivities.',
  );
  const nobody = run(['--endpoint-url', url, 'stepfunctions', 'describe-execution', '--execution-arn', `${applied}x`]);
  expect(nobody.err).toContain('(ExecutionDoesNotExist)');
});

/** AWS_ENDPOINT_URL came with 1.29.0 and 2.13.0; Debian 12 has 2.9.19, Debian 13 a newer one. */
function knowsTheVariable(): boolean {
  const [, major, minor] = /^aws-cli\/(\d+)\.(\d+)/.exec(spawnSync(CLI, ['--version'], { encoding: 'utf8' }).stdout)!;
  return Number(minor) >= (Number(major) === 1 ? 29 : 13);
}

test('what the server says to export is all that a CLI needs; one too old for AWS_ENDPOINT_URL needs --endpoint-url besides', () => {
  const endpoint = knowsTheVariable() ? [] : ['--endpoint-url', url];
  const list = [...endpoint, '--output', 'json', 'stepfunctions', 'list-state-machines'];
  const { out, err } = run(list, { AWS_ENDPOINT_URL: url });
  expect(err).toBe('');
  expect(JSON.parse(out)).toMatchObject({ stateMachines: [{ stateMachineArn: machine }] });
});

test('Ctrl-C closes the server and leaves the folder to others', async () => {
  const gone = new Promise((resolve) => server.once('close', resolve));
  process.kill(-server.pid!, 'SIGINT');
  await gone;
  expect(printed).toMatch(/\nClosing \.\.\.\n$/);
  expect([existsSync(join(state, 'lock')), existsSync(join(state, 'endpoint'))]).toEqual([false, false]);
});
