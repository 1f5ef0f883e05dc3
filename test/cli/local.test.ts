import { join } from 'node:path';
import { call, project, temporary, type Script } from './fake';
import type { ExecutionRecord } from '../../lab/index';

const record = (Name: string, Status: ExecutionRecord['Status'], rest: Partial<ExecutionRecord> = {}) => ({
  ExecutionArn: `arn:${Name}`,
  StateMachineArn: 'arn:machine',
  Name,
  Status,
  StartDate: '2026-01-02T03:04:05.678Z',
  ...(Status === 'RUNNING' ? {} : { StopDate: '2026-01-02T03:05:00.000Z' }),
  Input: '{"tunnel":"edge-a","action":"plan"}',
  ...rest,
});

/** Serves until everything scripted has happened, and is interrupted then. */
async function serve(script: Script = {}, args: readonly string[] = [], folder = temporary()) {
  let ignored = 0;
  const served = await call(['local', ...args], script, {
    folder,
    onInterrupt: (stop) => {
      setTimeout(stop, 50);
      return () => void ignored++;
    },
  });
  return { ...served, ignored };
}

test('says where it serves, what to paste, and closes when it is interrupted', async () => {
  const folder = temporary();
  const { code, out, err, options, closed, ignored } = await serve({}, ['--port', '0', '--state', 'here'], folder);
  expect([code, err, closed, ignored]).toEqual([0, '', 1, 1]);
  expect(options).toMatchObject([
    { state: join(folder, 'here'), port: 0, fresh: false, speed: 4, events: true, schedule: 'real' },
  ]);
  expect(out).toMatch(/^On SIMULATED hosts, kept in .*here\./);
  expect(out).toContain('Endpoint       http://127.0.0.1:4517\n');
  expect(out).toContain('State machine  arn:aws:states:local-1:000000000000:stateMachine:edge-ramp\n');
  expect(out).toContain('  export AWS_ENDPOINT_URL=http://127.0.0.1:4517 AWS_REGION=local-1\n');
  expect(out).toMatch(/\nClosing \.\.\.\n$/);
});

test('tells of each execution that starts and ends: when, what it came to, tunnel, name', async () => {
  const { out } = await serve({
    others: [
      record('one', 'RUNNING'),
      record('one', 'SUCCEEDED', { Output: '{"endState":"Planned"}' }),
      record('two', 'FAILED', { Error: 'RolledBack', Cause: 'a sentence' }),
      record('three', 'ABORTED', { Input: '"nonsense"' }),
      record('four', 'SUCCEEDED', { Output: '1', Input: 'null' }),
      record('five', 'RUNNING', { Input: '{"tunnel":"edge-a","trigger":"event"}' }),
    ],
  });
  const lines = out.split('notices that people would get:\n')[1]!.split('\n').slice(0, 6);
  expect(lines).toEqual([
    '03:04:05  started  edge-a  plan  one',
    '03:05:00  Planned  edge-a  plan  one',
    '03:05:00  FAILED  RolledBack  edge-a  plan  two',
    '03:05:00  ABORTED  three',
    '03:05:00  SUCCEEDED  four',
    '03:04:05  started  edge-a  event  five',
  ]);
});

test('a lab that does not open: one sentence', async () => {
  const refusal = 'Port 4517 of 127.0.0.1 is in use: name another one, or 0 for any that is free.';
  expect(await serve({ refusal })).toMatchObject({ code: 1, out: '', err: `${refusal}\n`, ignored: 1 });
});

test('without cdk.out: one sentence', async () => {
  const folder = project({ assembly: false });
  const { code, err, options } = await call(['local'], {}, { project: folder });
  expect([code, err, options]).toEqual([
    1,
    `There is no cdk.out in ${folder}: run \`npx cdk synth\` there first.\n`,
    [],
  ]);
});
