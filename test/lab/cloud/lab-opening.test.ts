import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLab, type Lab } from '../../../lab';
import { Platform } from '../../../lab/cloud/platform';
import { assemble, assembly, openSmall, spec } from './small-lab';
import { eventually, FakeHosts, temporaryFolder, text } from './support';

let hosts: FakeHosts;
let lab: Lab;
const open = async (options: Parameters<typeof openSmall>[0]) => void ({ hosts, lab } = await openSmall(options));
afterEach(() => lab.close());

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
