import { type BusEvent, reaction } from '../../lambdas/react/reaction';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { pair } from '../lib/tunnel/cluster-site';
import { BALANCER, member } from '../lib/tunnel/member-site';
import { EXAMPLE, tunnel } from '../lib/tunnel/site';
import { FakeLog, FakeRuns, MACHINE, arnOf, throttled } from './fake-runs';
import { readRequest } from './least-request';

const AT = '2026-11-24T06:00:00Z';
const ID = '3a1e5c1e-0000-4000-8000-000000000001';
const A = tunnel({ name: 'edge-a', example: false });
const B = { ...pair(), name: 'edge-b', example: false };
const BASTION = A.bigip[0]!.bastion;
const NODE = A.ramp.nodes[0]!.instance!;

const event = (type: string, detail: object): BusEvent => ({
  id: ID,
  source: 'any',
  'detail-type': type,
  time: AT,
  detail: { ...detail },
});
const runs = (instance: string, state = 'running'): BusEvent =>
  event('EC2 Instance State-change Notification', { 'instance-id': instance, state });
const asks = (detail: object): BusEvent => event('Reapply requested', detail);
const ended = (arn: string): BusEvent =>
  event('Step Functions Execution Status Change', { executionArn: arn, stateMachineArn: MACHINE, status: 'ABORTED' });

/** The function among these declarations. */
function set(tunnels: readonly Declared[] = [A, B], unreadable: readonly string[] = []) {
  const fake = new FakeRuns();
  const log = new FakeLog();
  return { fake, log, react: reaction({ declared: async () => ({ tunnels, unreadable }), runs: fake, log }) };
}

describe('an instance that runs', () => {
  test.each([
    ['a ramp node', A, NODE],
    ['a bastion', A, BASTION],
    ['a node of a pair', B, B.ramp.nodes[1]!.instance!],
    ['the host that runs oc', B, B.cluster!.admin],
    ['a balancer', member({ example: false }), BALANCER],
  ])('as %s: its tunnel is applied, and the run waits for it', async (_, spec, instance) => {
    const { fake, react } = set([spec]);
    await react(runs(instance));
    expect(fake.all()).toEqual([
      [`${spec.name}-${ID}`, { tunnel: spec.name, trigger: 'event', asked: AT, awaits: instance }],
    ]);
  });

  test('starts what the state machine takes for a request', async () => {
    const { fake, react } = set();
    await react(runs(NODE));
    const request = await readRequest(fake.all()[0]![1], async () => JSON.stringify(A));
    expect(request).toMatchObject({ action: 'apply', trigger: 'event', asked: Date.parse(AT), awaits: NODE });
  });

  test('starts a run for each tunnel that it serves, and for no other', async () => {
    const shared = { ...A, name: 'edge-x' };
    const { fake, react } = set([A, B, shared]);
    await react(runs(NODE));
    expect(fake.all().map(([name]) => name)).toEqual([`edge-a-${ID}`, `edge-x-${ID}`]);
  });

  test.each([
    ['of no tunnel', [A, B], 'i-0fffffffffffffff0', 'running'],
    ['of an example', [EXAMPLE], EXAMPLE.ramp.nodes[0]!.instance!, 'running'],
    ['that does not run yet', [A], NODE, 'pending'],
  ])('%s: nothing is started', async (_, specs, instance, state) => {
    const { fake, react } = set(specs);
    await react(runs(instance, state));
    expect(fake.all()).toEqual([]);
  });

  test('told twice by the same event: one run', async () => {
    const { fake, log, react } = set();
    await react(runs(NODE));
    await react(runs(NODE));
    expect(fake.all()).toHaveLength(1);
    expect(log.text).toContain('this event has started its run before');
  });

  test('whose run of one tunnel cannot be started: the others are, and the event comes again', async () => {
    const shared = { ...A, name: 'edge-x' };
    const { fake, react } = set([A, shared]);
    fake.refuses.set('edge-a', throttled());
    await expect(react(runs(NODE))).rejects.toThrow('Rate exceeded');
    expect(fake.all().map(([name]) => name)).toEqual([`edge-x-${ID}`]);
    fake.refuses.clear();
    await react(runs(NODE));
    expect(fake.all()).toHaveLength(2);
  });

  test('beside a declaration that somebody spoiled: it is named, and the others are served', async () => {
    const { fake, log, react } = set([A], ['/edge-ramp/tunnels/edge-z']);
    await react(runs(NODE));
    expect(fake.all()).toHaveLength(1);
    expect(log.text).toContain('/edge-ramp/tunnels/edge-z');
  });
});

describe('a reapply that is asked for', () => {
  test('starts a run', async () => {
    const { fake, react } = set();
    await react(asks({ tunnel: 'edge-b' }));
    expect(fake.all()).toEqual([[`edge-b-${ID}`, { tunnel: 'edge-b', trigger: 'event', asked: AT }]]);
  });

  test('for an example starts one as well: the state machine says why it goes no further', async () => {
    const { fake, react } = set([EXAMPLE]);
    await react(asks({ tunnel: 'edge-a' }));
    expect(fake.all()).toHaveLength(1);
  });

  test.each([
    ['of a tunnel that is not declared', { tunnel: 'edge-q' }, 'tunnel edge-q is not declared'],
    ['of no tunnel', {}, 'must be {"tunnel": "NAME"}'],
    ['of a list', { tunnel: ['edge-a'] }, 'must be {"tunnel": "NAME"}'],
  ])('%s is a mistake that a second try would not mend: told, not thrown', async (_, detail, told) => {
    const { fake, log, react } = set();
    await react(asks(detail));
    expect(fake.all()).toEqual([]);
    expect(log.text).toContain(told);
  });

  test('takes no other field along, and names those that it leaves out', async () => {
    const { fake, log, react } = set();
    await react(asks({ tunnel: 'edge-a', allowInterruption: true, action: 'teardown' }));
    expect(fake.all().map(([, asked]) => asked)).toEqual([{ tunnel: 'edge-a', trigger: 'event', asked: AT }]);
    expect(log.text).toContain('left out of the run: allowInterruption, action');
  });

  test('comes again when Parameter Store asks to slow down', async () => {
    const declared = () => Promise.reject(throttled());
    const react = reaction({ declared, runs: new FakeRuns(), log: new FakeLog() });
    await expect(react(asks({ tunnel: 'edge-a' }))).rejects.toThrow('Rate exceeded');
  });
});

describe('a run that ended', () => {
  const stopped = { status: 'ABORTED', ended: new Date(AT) };

  test.each([
    ['stopped', stopped],
    ['out of time', { ...stopped, status: 'TIMED_OUT' }],
    ["with an error that is not edge-ramp's", { ...stopped, status: 'FAILED', error: 'States.Runtime' }],
  ])('%s is repaired by its ARN', async (_, run) => {
    const { fake, react } = set();
    const arn = fake.add('run-1', run);
    await react(ended(arn));
    expect(fake.all()).toEqual([[`edge-a-${ID}`, { tunnel: 'edge-a', trigger: 'event', asked: AT, repair: arn }]]);
  });

  test.each([
    ["at one of edge-ramp's own ends", { status: 'FAILED', error: 'RolledBack' }],
    ['stopped, after it had only looked', { ...stopped, input: '{"tunnel":"edge-a","action":"plan"}' }],
    ['stopped, and asked for nothing that can be read', { ...stopped, input: 'edge-a' }],
  ])('%s leaves nothing to do', async (_, run) => {
    const { fake, log, react } = set();
    await react(ended(fake.add('run-1', run)));
    expect(fake.all()).toEqual([]);
    expect(log.text).toContain('nothing to do');
  });

  test('and that Step Functions knows no more leaves nothing to do', async () => {
    const { fake, react } = set();
    await react(ended(arnOf('forgotten')));
    expect(fake.all()).toEqual([]);
  });

  test('as a repair, stopped, pauses the tunnel: once, whoever tells of it how often', async () => {
    const { fake, react } = set();
    const input = JSON.stringify({ tunnel: 'edge-a', trigger: 'event', repair: arnOf('run-1') });
    const arn = fake.add('run-2', { ...stopped, input });
    await react(ended(arn));
    await react({ ...ended(arn), id: 'another' });
    expect(fake.all()).toEqual([
      [
        expect.stringMatching(/^edge-a-pause-[0-9a-f]{16}$/),
        { tunnel: 'edge-a', action: 'pause', trigger: 'event', reason: 'a repair was stopped: run-2' },
      ],
    ]);
    const request = await readRequest(fake.all()[0]![1], async () => JSON.stringify(A));
    expect(request).toMatchObject({ action: 'pause', until: null });
  });

  test('comes again when its repair could not be started', async () => {
    const { fake, react } = set();
    fake.refuses.set('edge-a', throttled());
    await expect(react(ended(fake.add('run-1', stopped)))).rejects.toThrow('Rate exceeded');
  });
});

test.each([
  ['EC2 Instance State-change Notification', {}],
  ['EC2 Instance State-change Notification', { 'instance-id': [NODE], state: 'running' }],
  ['EC2 Instance State-change Notification', { 'instance-id': { toString: NODE }, state: 'running' }],
  ['Reapply requested', null],
  ['Reapply requested', undefined],
  ['Reapply requested', ['edge-a']],
  ['Reapply requested', { tunnel: '__proto__' }],
  ['Step Functions Execution Status Change', {}],
  ['Step Functions Execution Status Change', { executionArn: [arnOf('run-1')] }],
  ['constructor', {}],
  ['__proto__', {}],
])('an event %s with detail %j starts nothing, and does not come again', async (type, detail) => {
  const { fake, react } = set();
  fake.add('run-1', { status: 'ABORTED' });
  await react({ ...event(type, {}), detail } as never);
  expect(fake.all()).toEqual([]);
});

test('an event of another kind is told, and nothing is started', async () => {
  const { fake, log, react } = set();
  await react(event('Object Created', {}));
  expect(fake.all()).toEqual([]);
  expect(log.lines).toEqual([
    { message: 'no reaction to such an event is known', about: { event: ID, type: 'Object Created' } },
  ]);
});
