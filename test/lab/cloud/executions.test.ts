import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from '../../../lab/cloud/asl/load';
import { Clock } from '../../../lab/cloud/clock';
import { Executions, machineArn } from '../../../lab/cloud/executions';
import { temporaryFolder, text } from './support';

const wait = { Type: 'Wait', Seconds: '{% $states.input %}', Next: 'Z' };
const machine = load(
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'W', States: { W: wait, Z: { Type: 'Succeed' } } }),
  {},
);
const around = { integrations: {}, clock: new Clock(100), emit: () => {} };
const ROLE = 'arn:aws:iam::000000000000:role/Lab-Role';
const start = (executions: Executions, name: string, seconds: number) =>
  executions.start({ arn: machineArn('m'), machine, role: ROLE }, { name, input: String(seconds) }, around);
const types = (executions: Executions, arn: string) => executions.events(arn).map(({ type }) => type);

test('an execution whose process died is aborted where it was, in its history too', async () => {
  const folder = temporaryFolder();
  const first = new Executions(folder);
  const { arn } = start(first, 'one', 1000);
  const left = ['one.json', 'one.history'].map((file) => [join(folder, file), text(folder, file)] as const);
  await first.close();
  for (const [file, content] of left) writeFileSync(file, content); // as a killed process would have left it
  appendFileSync(join(folder, 'one.history'), '\n{"id":3,"type":"Tas');

  const changed: string[] = [];
  const second = new Executions(folder, ({ Name, Status }) => changed.push(`${Name} ${Status}`));
  expect(changed).toEqual(['one ABORTED']);
  expect(second.find(arn)).toMatchObject({ Status: 'ABORTED', StopDate: expect.any(String) as string });
  expect(second.events(arn)).toMatchObject([
    { id: 1, type: 'ExecutionStarted', executionStartedEventDetails: { input: '1000', roleArn: ROLE } },
    { id: 2, type: 'WaitStateEntered' },
    { id: 3, previousEventId: 2, type: 'ExecutionAborted' },
  ]);
});

test('executions that ended stay as they are, with their histories', async () => {
  const folder = temporaryFolder();
  const first = new Executions(folder);
  const { arn, done } = start(first, 'one', 1);
  await done;
  const [record, events] = [first.find(arn), first.events(arn)];
  expect(events.at(-1)).toMatchObject({ type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '1' } });
  const second = new Executions(folder);
  expect([second.find(arn), second.events(arn)]).toEqual([record, events]);
  expect(() => start(second, 'one', 1)).toThrow('Execution Already Exists');
});

test('a file that is no record is passed over', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'half.json'), '{"Name": "ha');
  expect(new Executions(folder).list(machineArn('m'))).toEqual([]);
});

test('the newest comes first, also after another process has read them', async () => {
  const folder = temporaryFolder();
  let now = 0;
  const first = new Executions(folder, undefined, () => (now += 1000));
  for (const name of ['b', 'c', 'a']) await start(first, name, 0).done;
  const names = (executions: Executions) => executions.list(machineArn('m')).map(({ Name }) => Name);
  expect(names(first)).toEqual(['a', 'c', 'b']);
  expect(names(new Executions(folder))).toEqual(['a', 'c', 'b']);
  expect(first.list(machineArn('other'))).toEqual([]);
});

test('when the lab closes, what runs is aborted and nothing starts any more', async () => {
  const executions = new Executions(temporaryFolder());
  const { arn, done } = start(executions, 'one', 1000);
  await executions.close();
  expect(await done).toMatchObject({ status: 'ABORTED' });
  expect(types(executions, arn)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionAborted']);
  expect(() => start(executions, 'two', 1)).toThrow('The lab is closing.');
});
