import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLab, type Lab, type LabOptions } from '../../lab/index';
import { spec, NODE, BIGIP, BASTION } from '../lab/hosts/bench';
import { table, writeAssembly } from '../lab/cloud/support';
import { call, project, temporary } from './fake';

const machine = { QueryLanguage: 'JSONata', StartAt: 'Done', States: { Done: { Type: 'Succeed' } } };
const assembly = writeAssembly({
  Table: table,
  Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString: JSON.stringify(machine) } },
});
const real = (options: LabOptions): Promise<Lab> => openLab({ ...options, assembly, specs: [spec] });
const local = (state: string, ...args: string[]) =>
  call(['local', 'host', ...args, '--state', state], {}, { openLab: real });

/** A folder with simulated hosts whose node has a tunnel device. */
async function built(): Promise<string> {
  const state = temporary();
  const lab = await real({ state });
  await lab.hosts.run(NODE, 'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0');
  await lab.close();
  return state;
}
/** What a host holds, asked while nobody else has the folder. */
async function dump(state: string, host: string): Promise<string> {
  const lab = await real({ state });
  try {
    return lab.hosts.host(host) === undefined && host !== BIGIP ? 'off' : lab.hosts.dump(host);
  } finally {
    await lab.close();
  }
}

describe('without a host to name', () => {
  const declared = (name: string): string => readFileSync(join(__dirname, '../../tunnels', name), 'utf8');

  test('the hosts of the declared tunnels are listed, each once', async () => {
    const tunnels = Object.fromEntries(
      ['edge-a.yaml', 'edge-c.yaml', 'edge-g.yaml'].map((name) => [name, declared(name)]),
    );
    const folder = project({ tunnels });
    const { code, out, err, options } = await call(['local', 'host'], {}, { project: folder });
    expect([code, err, options]).toEqual([0, '', []]);
    expect(out.split('\n')).toEqual([
      'HOST                      WHAT        TUNNELS',
      '10.3.88.66                BIG-IP      edge-a, edge-c',
      'i-0ba5710a0ba5710a0       bastion     edge-a, edge-c',
      'i-0a4e90de0a4e90de0       ramp node   edge-a',
      'i-0a4e90dc0a4e90dc0       ramp node   edge-c',
      '10.3.88.77                BIG-IP      edge-g',
      'mi-0ba5710f0ba571010      bastion     edge-g',
      'worker-0.ocp.example.com  ramp node   edge-g',
      'mi-0ad0000f0ad000010      admin host  edge-g',
      '',
      'What one holds: npx edge-ramp local host HOST show',
      '',
    ]);
  });

  test('mistakes in the declarations are told', async () => {
    const folder = project({ tunnels: { 'edge-a.yaml': 'kind: ramp' } });
    const { code, out, err } = await call(['local', 'host'], {}, { project: folder });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('tunnels/edge-a.yaml:1:1: ');
  });
});

describe('what a host holds is shown', () => {
  test('as it stands in a folder that nobody has open, or as the lab has it that has it open', async () => {
    const state = await built();
    const closed = await local(state, NODE, 'show');
    expect([closed.code, closed.err]).toEqual([0, `${NODE} (SIMULATED, kept in ${state}) holds:\n`]);
    expect(closed.out).toContain('link tun1');
    const lab = await real({ state });
    try {
      writeFileSync(join(state, 'endpoint'), `${lab.url}\n`);
      await lab.hosts.run(NODE, 'ip link set tun1 up');
      const open = await local(state, NODE, 'show');
      expect(open.out).toBe(`${await lab.hosts.dump(NODE)}\n`);
      expect(open.out).not.toBe(closed.out);
    } finally {
      await lab.close();
    }
  });

  test('of a BIG-IP by its management address; of a bastion, that it holds nothing', async () => {
    const state = await built();
    expect((await local(state, BIGIP, 'show')).out).toContain('ltm virtual');
    expect(await local(state, BASTION, 'show')).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('holds nothing that edge-ramp looks at'),
    });
  });

  test('and nothing of a host that there is not', async () => {
    expect(await local(await built(), 'i-0', 'show')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^There is no host i-0; there are /),
    });
  });
});

describe('in a folder that nobody has open, what happens to a host', () => {
  test('is done there and stays', async () => {
    const state = await built();
    expect(await dump(state, NODE)).toContain('link tun1');
    const { code, out, err } = await local(state, NODE, 'reboot');
    expect([code, out, err]).toEqual([0, `${NODE} was rebooted (SIMULATED, kept in ${state}).\n`, '']);
    expect(await dump(state, NODE)).not.toContain('link tun1');
    expect(await local(state, NODE, 'gone')).toMatchObject({ code: 0 });
    expect(await dump(state, NODE)).toBe('off');
    expect(await local(state, NODE, 'back')).toMatchObject({ code: 0 });
    expect(await dump(state, NODE)).toContain('link tun0');
  });

  test('is done in the order in which it is named, so often as is said, until something is refused', async () => {
    const state = await built();
    const { code, out } = await local(state, NODE, 'gone', 'back', '--times', '2');
    expect([code, out.split('\n').map((line) => line.replace(/ \(.*/, ''))]).toEqual([
      0,
      [`${NODE} is off`, `${NODE} is there`, `${NODE} is off`, `${NODE} is there`, ''],
    ]);
    expect(await local(state, BIGIP, 'wipe-flows', 'gone')).toMatchObject({ code: 1, out: '' });
    expect(await dump(state, BIGIP)).not.toBe('off');
  });

  test('also when a lab that was killed has left its address', async () => {
    const state = await built();
    writeFileSync(join(state, 'endpoint'), 'http://127.0.0.1:9');
    expect(await local(state, NODE, 'restart-ovs')).toMatchObject({
      code: 0,
      out: expect.stringContaining('has a new br0'),
    });
  });

  test('is refused for a host that there is not, or of which it makes no sense', async () => {
    const state = await built();
    expect(await local(state, 'i-0', 'reboot')).toMatchObject({
      code: 1,
      out: '',
      err: `There is no host i-0; there are ${[BIGIP, BASTION, NODE].sort().join(', ')}.\n`,
    });
    expect(await local(state, BIGIP, 'wipe-flows')).toMatchObject({
      code: 1,
      err: `${BIGIP} is no node; the nodes are ${NODE}.\n`,
    });
    expect(await local(state, BIGIP, 'reboot')).toMatchObject({ code: 0 });
  });

  test('is refused where there are no hosts, and makes none', async () => {
    const state = temporary();
    mkdirSync(join(state, 'hosts'));
    const { code, err, options } = await local(state, NODE, 'reboot');
    expect([code, err]).toEqual([
      1,
      `There are no hosts in ${state}: apply a tunnel with --local first, or name the folder with --state.\n`,
    ]);
    expect([options, existsSync(join(state, 'hosts', 'hosts.json'))]).toEqual([[], false]);
  });
});

describe('while a lab has the folder open, what happens to a host', () => {
  let lab: Lab;
  let state: string;
  beforeEach(async () => {
    state = await built();
    lab = await real({ state });
    writeFileSync(join(state, 'endpoint'), `${lab.url}\n`);
  });
  afterEach(() => lab.close());

  test('is done by that lab, and kept', async () => {
    expect(await lab.hosts.dump(NODE)).toContain('link tun1');
    expect(await local(state, NODE, 'reboot')).toMatchObject({ code: 0, err: '' });
    expect(await lab.hosts.dump(NODE)).not.toContain('link tun1');
    expect(await local(state, NODE, 'gone')).toMatchObject({ code: 0 });
    expect(lab.hosts.host(NODE)).toBeUndefined();
    await lab.close();
    expect(await dump(state, NODE)).toBe('off');
  });

  test('is refused by it in the same words', async () => {
    expect(await local(state, 'i-0', 'reboot')).toMatchObject({
      code: 1,
      err: `There is no host i-0; there are ${[BIGIP, BASTION, NODE].sort().join(', ')}.\n`,
    });
  });

  test.each([
    [
      { host: NODE, do: 'explode' },
      'do must be one of reboot, wipe-flows, restart-ovs, keep, gone, back, failover, split-brain, force-offline, stand-by, cut-link, mend-link, cut-ssh, mend-ssh, fail-syncs, stall-syncs, mend-syncs, show.',
    ],
    [{ host: NODE, do: 'gone', for: 5 }, 'The lab does not implement EdgeRampLab.Host with for.'],
  ])('is not done when it is asked for wrongly: %j', async (body, message) => {
    const answer = await fetch(lab.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'EdgeRampLab.Host' },
      body: JSON.stringify(body),
    });
    expect([answer.status, await answer.json()]).toEqual([400, { __type: 'ValidationException', message }]);
    expect(lab.hosts.host(NODE)?.name).toBe(NODE);
  });

  test('is refused in one sentence when its address is not known: the folder is locked', async () => {
    writeFileSync(join(state, 'endpoint'), 'http://127.0.0.1:9');
    const { code, err } = await local(state, NODE, 'reboot');
    expect([code, err]).toEqual([1, expect.stringMatching(/^The lab in .* is open in process \d+: .*\.\n$/)]);
  });
});
