import { REQUEST, WORK, CHANGE, NOBODY, PLAN, NOTHING, attributes, throwing, run } from './support/run';
import { machine } from './support/machine';
import { EXECUTION, Mishap } from './support/walk';

describe('a run that goes well', () => {
  test('a fresh apply changes, proves, attaches, and keeps what it applied', async () => {
    const { path, output, asked, result } = await run({});
    expect(output).toEqual({
      endState: 'Applied',
      tunnel: 'edge-a',
      action: 'apply',
      changes: [CHANGE],
      verification: [],
      interrupts: [],
      remarks: [],
      degraded: [],
      digest: PLAN.digest,
      outcomes: result('Record applied').outcomes,
      repeatedDrift: false,
      sentence: PLAN.sentence,
    });
    expect(path.length).toBeLessThanOrEqual(45);
    expect(asked['Configure BIG-IP']![0].Payload).toEqual({
      contract: 10,
      do: 'shape',
      execution: EXECUTION,
      step: 'Configure BIG-IP 0',
      retry: 0,
      fence: 1700000000001,
      request: REQUEST,
      applied: null,
      pause: {},
      digest: PLAN.digest,
      work: [WORK],
    });
    expect(asked['Attach virtual servers']![0].Payload.work).toEqual([WORK]);
    expect(asked['Record applied']![0].ExpressionAttributeValues[':appliedValue']).toEqual({ S: '{"a":1}' });
    expect(result('Record applied')).toMatchObject({
      endState: 'Applied',
      execution: EXECUTION,
      failure: null,
      changes: [CHANGE],
    });
    expect(result('Record applied').outcomes).toHaveLength(4);
  });

  test('an unchanged tunnel is not touched', async () => {
    const { path, output } = await run({ Plan: () => NOTHING });
    expect(output).toMatchObject({ endState: 'Unchanged', changes: [], sentence: 'nothing to change' });
    expect(path.length).toBeLessThanOrEqual(20);
  });

  test.each([
    ['plan', PLAN, 'Planned'],
    ['verify', NOTHING, 'Verified'],
  ])('%s takes no lease and stamps no fence', async (action, plan, endState) => {
    const { path, output, asked } = await run({ Plan: () => plan }, { action });
    expect(output).toMatchObject({ endState, action });
    expect(path).not.toContain('Take lease');
    expect(asked['Observe BIG-IP']![0].Payload.fence).toBeNull();
  });

  test.each([
    ['verify', NOTHING, 'Verified'],
    ['verify', PLAN, 'NotVerified'],
  ])('%s writes down what it saw, beside the records, also what it did not expect', async (action, plan, endState) => {
    const { path, asked } = await run({ Plan: () => plan }, { action });
    expect(path.at(-1)).toBe(endState);
    const [{ UpdateExpression: update, ExpressionAttributeValues: values }] = asked['Record look']!;
    expect(update).toBe('SET #lastLook = :lastLookValue');
    expect(JSON.parse(values[':lastLookValue'].S)).toMatchObject({
      endState,
      execution: EXECUTION,
      changes: plan.changes,
      verification: plan.verification,
      at: expect.any(String),
      fence: 0,
      free: true,
    });
  });

  test.each([
    ['a verify', 'Record look', 'lastLook', { action: 'verify' }],
    ['an apply', 'Record applied', 'lastResult', {}],
  ])('%s writes down what keepers had put back before its look', async (_, state, attribute, request) => {
    const healed = [{ device: 'ramp node i-1', times: 6, repeated: true, secondsAgo: 61, what: 'no route' }];
    const { asked } = await run({ Plan: () => ({ ...PLAN, healed }) }, request);
    const written = asked[state]![0].ExpressionAttributeValues[`:${attribute}Value`].S;
    expect(JSON.parse(written).healed).toEqual(healed);
  });

  test('what a verify saw is told even where it cannot be written down', async () => {
    const { error, cause } = await run(
      { Plan: () => PLAN, 'Record look': throwing('DynamoDB.AccessDeniedException', 'no') },
      { action: 'verify' },
    );
    expect(error).toBe('NotVerified');
    expect(cause).not.toContain('table item');
  });

  test.each([
    ['with work', { ...PLAN, prove: NOBODY }, 'What was carried out?'],
    ['with nothing left to do', { ...NOTHING, reachable: false }, 'What is to be done?'],
  ])('a teardown %s ends TornDown', async (_, plan, before) => {
    const { path, output, asked } = await run({ Plan: () => plan }, { action: 'teardown' });
    expect(output).toMatchObject({ endState: 'TornDown' });
    expect(path[path.indexOf('Record torn down') - 1]).toBe(before);
    const { UpdateExpression: update } = asked['Record torn down']![0];
    expect(update).toMatch(/REMOVE #applied, #original, #before, .*#owner$/);
  });

  test('a teardown gives out no pings of before it', async () => {
    const pings = [{ from: 'BIG-IP x', to: '10.3.91.217', what: 'ping', ok: true, detail: '3 of 3 packets came back' }];
    const { output, result } = await run({ Plan: () => ({ ...PLAN, verification: pings }) }, { action: 'teardown' });
    expect(output.verification).toEqual([]);
    expect(result('Record torn down').verification).toEqual([]);
  });

  test('the plan of a teardown is a plan: no lease, no fence, nothing written', async () => {
    const { output, path, asked } = await run({ Plan: () => PLAN }, { action: 'plan', teardown: true });
    expect(output).toMatchObject({ endState: 'Planned', digest: PLAN.digest });
    expect(asked['Plan']![0].Payload.request.teardown).toBe(true);
    expect(path.filter((state) => /lease|Record/.test(state))).toEqual([]);
  });

  test('the records of the last run reach the plan', async () => {
    const stored = { original: { S: '{"o":0}' }, before: { S: '{"b":0}' }, applied: { S: '{"a":0}' } };
    const { asked } = await run({ 'Take lease': () => attributes(stored) });
    expect(asked['Plan']![0].Payload).toMatchObject({
      phase: 'forward',
      records: { original: '{"o":0}', before: '{"b":0}', applied: '{"a":0}' },
      before: null,
    });
    expect(asked['Observe ramp nodes']![0].Payload.applied).toBe('{"a":0}');
  });
});

describe('a run that fails before the first change', () => {
  test('a wrong request is InvalidRequest, in the words of the handler', async () => {
    const { error, cause } = await run({
      'Read request': throwing('InvalidRequest', 'no tunnel "edge-x" is declared'),
    });
    expect([error, cause]).toEqual(['InvalidRequest', 'no tunnel "edge-x" is declared']);
  });

  test('a request that could not be read is NotStarted', async () => {
    const { error, cause } = await run({ 'Read request': throwing('ContractMismatch', 'contract 2') });
    expect([error, cause]).toEqual(['NotStarted', 'Read request failed: contract 2 (ContractMismatch)']);
  });

  test('a refused plan is NotStarted, and its result is in the table', async () => {
    const { error, cause, result } = await run({ Plan: throwing('Refused', 'the route is another one') });
    expect(error).toBe('NotStarted');
    expect(cause).toBe('Plan failed: the route is another one (Refused) (result: table item edge-a, lastResult)');
    expect(result('Record not started').failure).toEqual({
      error: 'Refused',
      cause: 'the route is another one',
      state: 'Plan',
    });
  });

  test('a time-out has no JSON for a cause', async () => {
    const plan = () => {
      throw new Mishap('States.Timeout', 'the state ran for 45 seconds');
    };
    expect((await run({ Plan: plan })).cause).toContain('Plan failed: the state ran for 45 seconds (States.Timeout)');
  });

  test('an observation that fails reaches the plan as an outcome, and does not cut the other one off', async () => {
    const { path, asked } = await run({ 'Observe BIG-IP': throwing('DeviceRefused', '01020036: not found') });
    expect(path).toContain('Observe ramp nodes');
    expect(asked['Plan']![0].Payload.observed[0]).toEqual({
      kind: 'bigip',
      ok: false,
      devices: [],
      error: 'DeviceRefused',
      cause: '01020036: not found',
      state: 'Observe BIG-IP',
    });
  });

  test.each([
    ['apply', 'Record not verified', ' (result: table item edge-a, lastResult)'],
    ['verify', 'Record look', ' (result: table item edge-a, lastLook)'],
  ])('%s with nothing to change that does not carry is NotVerified', async (action, record, where) => {
    const plan = { ...NOTHING, reachable: false, sentence: 'no answer from 10.130.0.7' };
    const { error, cause, path, asked } = await run({ Plan: () => plan }, { action });
    expect([error, cause]).toEqual(['NotVerified', `no answer from 10.130.0.7${where}`]);
    expect(path).toContain(record);
    expect(path.filter((state) => state === 'Look again')).toHaveLength(1);
    // The second look sends commands of its own: those of the first would answer what they have answered.
    const steps = asked['Observe BIG-IP']!.map(({ Payload: { step } }) => step);
    expect(steps).toEqual(['Observe BIG-IP 0', 'Observe BIG-IP 0 again']);
  });

  test.each([
    ['apply', 'Unchanged'],
    ['verify', 'Verified'],
  ])('%s that meets the virtual IP on its way to the other node is %s after one more look', async (action, end) => {
    const { output, path } = await run({ Plan: (_, visit) => ({ ...NOTHING, reachable: visit > 1 }) }, { action });
    expect(output).toMatchObject({ endState: end });
    expect(path).toContain('Look again');
  });
});

describe('a tunnel that is not declared any more', () => {
  const gone = { action: 'teardown', declared: false, spec: null };
  const applied = (name: string) => ({ applied: { S: JSON.stringify({ name }) } });

  test('is torn down as it was last applied', async () => {
    const { output, asked } = await run({}, gone, { item: () => applied('edge-a') });
    expect(output).toMatchObject({ endState: 'TornDown' });
    for (const state of ['Observe BIG-IP', 'Plan', 'Configure ramp nodes'])
      expect(asked[state]![0].Payload.request.spec).toEqual({ name: 'edge-a' });
  });

  test('and was never applied, is InvalidRequest before the lease', async () => {
    const { error, cause, path } = await run({}, gone);
    expect(error).toBe('InvalidRequest');
    expect(cause).toBe(
      'request: tunnel: "edge-a": is not declared, and the table does not know it as applied: there is nothing to tear down or to repair',
    );
    expect(path).toEqual(['Begin', 'Read request', 'InvalidRequest']);
  });

  test('and was begun by a run that died, is restored by the declaration with which that began', async () => {
    const before = JSON.stringify({ declared: [{ name: 'older' }, { name: 'edge-a' }], touched: {} });
    const item = { owner: { S: 'arn:dead' }, fence: { N: '1600000000000' }, before: { S: before } };
    const { output, asked } = await run(
      { 'Take lease': () => attributes({ before: { S: before } }) },
      { action: 'apply', declared: false, spec: null, trigger: 'event', repair: 'arn:dead', asked: 1 },
      { item: () => item, owner: 'ABORTED' },
    );
    expect(output).toMatchObject({ endState: 'Restored' });
    expect(asked['Observe BIG-IP again']![0].Payload.request.spec).toEqual({ name: 'edge-a' });
  });

  test.each([
    ['applied otherwise', applied('newer'), 'TornDown', 'newer'],
    ['torn down', {}, 'InvalidRequest', undefined],
  ])('and was %s by who won the race for the lease', async (_, second, end, name) => {
    const lostOnce = (_args: unknown, visit: number) => {
      if (visit === 1) throw new Mishap('DynamoDB.ConditionalCheckFailedException', 'The conditional request failed');
      return attributes();
    };
    const reads: object[] = [applied('older'), second];
    const { output, error, asked } = await run({ 'Take lease': lostOnce }, gone, {
      item: (visit) => reads[visit - 1]!,
    });
    expect(output?.endState ?? error).toBe(end);
    expect(asked['Plan']?.[0].Payload.request.spec.name).toBe(name);
  });
});

describe('a run that fails after the first change', () => {
  const attachFails = { 'Attach virtual servers': throwing('DeviceRefused', '01070320: in use') };
  const left = { ...PLAN, operations: 1, prove: NOBODY, work: { ...PLAN.work, detach: { ...NOBODY, bigip: [WORK] } } };

  test('everything is put back, and confirmed by a fresh look', async () => {
    const plans = [left, NOTHING];
    const { error, cause, path, asked, result } = await run({
      ...attachFails,
      'Plan restore': (_, visit) => plans[visit - 1],
    });
    expect(error).toBe('RolledBack');
    expect(cause).toBe(
      'Attach virtual servers failed: 01070320: in use (DeviceRefused); everything was put back (result: table item edge-a, lastResult)',
    );
    expect(path.filter((state) => state === 'New fence')).toHaveLength(2);
    expect(path).toEqual(
      expect.arrayContaining(['Detach again', 'Restore BIG-IP', 'Restore ramp nodes', 'Reattach virtual servers']),
    );
    expect(asked['Plan restore']![0].Payload).toMatchObject({ phase: 'restore', before: '{"b":1}' });
    expect(asked['Restore BIG-IP']![0].Payload.step).toBe('Restore BIG-IP 1');
    expect(Number(asked['Restore BIG-IP']![0].Payload.fence)).toBeGreaterThan(1_700_000_000_001);
    expect(result('Record restored')).toMatchObject({
      endState: 'RolledBack',
      changes: [CHANGE],
      failure: { error: 'DeviceRefused' },
    });
  });

  test.each([
    ['Configure', 'Configure ramp nodes', 'OutcomeUnknown'],
    ['Verify ping', 'Ping from ramp nodes', 'NotVerified'],
  ])('a branch of %s that fails lets the other one finish', async (parallel, branch, name) => {
    const { error, cause, result } = await run({ [branch]: throwing(name, 'went wrong') });
    expect(error).toBe('RolledBack');
    expect(cause).toContain(`${branch} failed: went wrong (${name}); everything was put back`);
    expect(result('Record restored').failure).toEqual({ error: name, cause: 'went wrong', state: branch });
    expect(machine.States[parallel]!.Type).toBe('Parallel');
  });

  test('what another changed is left, and named', async () => {
    const { cause } = await run({
      ...attachFails,
      'Plan restore': () => ({ ...NOTHING, left: ['virtual ose-vserver'] }),
    });
    expect(cause).toContain('everything was put back; left, since another changed it: virtual ose-vserver (result:');
  });

  test('after three rounds the run gives up and lists what is left', async () => {
    const refused = { 'Restore BIG-IP': throwing('DeviceRefused', 'still in use') };
    const { error, cause, path } = await run({ ...attachFails, ...refused, 'Plan restore': () => left });
    expect(error).toBe('RollbackFailed');
    expect(path.filter((state) => state === 'Restore')).toHaveLength(3);
    expect(path.filter((state) => state === 'Plan restore')).toHaveLength(4);
    expect(cause).toBe(
      'Attach virtual servers failed: 01070320: in use (DeviceRefused); not put back: BIG-IP 10.3.88.66: + tunnel SDN; ' +
        'Restore BIG-IP failed: still in use (result: table item edge-a, lastResult)',
    );
  });

  test('a restore that cannot look says that nobody knows what is left', async () => {
    const { error, cause, path, result } = await run({
      ...attachFails,
      'Plan restore': throwing('NotUnderstood', 'no end mark'),
    });
    expect(error).toBe('RollbackFailed');
    expect(path.filter((state) => state === 'New fence')).toHaveLength(4);
    expect(cause).toContain('what is left could not be determined; Plan restore failed: no end mark');
    // Nor is what was pinged before the changes given out as if it were of now.
    expect(result('Record not restored').verification).toEqual([]);
  });

  test('what an earlier round found is not taken for what is left', async () => {
    const plans = [() => left, throwing('NotUnderstood', 'no end mark')];
    const { cause } = await run({ ...attachFails, 'Plan restore': (_, visit) => plans[Math.min(visit, 2) - 1]!() });
    expect(cause).toContain('what is left could not be determined');
  });

  test('a lease that was lost is not written to', async () => {
    const lost = () => {
      throw new Mishap('DynamoDB.ConditionalCheckFailedException', 'The conditional request failed');
    };
    const { error, cause } = await run({ ...attachFails, 'New fence': lost, 'Record not restored': lost });
    expect(error).toBe('RollbackFailed');
    expect(cause).not.toContain('lastResult');
  });
});

describe('a repair', () => {
  const repair = { repair: 'arn:died', trigger: null };
  const dead = { item: () => ({ owner: { S: 'arn:died' } }), owner: 'TIMED_OUT' };

  test('puts back what the run that died had begun', async () => {
    const plans = [PLAN, NOTHING];
    const { output, path, asked, result } = await run(
      {
        'Take lease': () => attributes({ before: { S: '{"b":9}' } }),
        'Plan restore': (_, visit) => plans[visit - 1],
      },
      repair,
      dead,
    );
    expect(output).toMatchObject({ endState: 'Restored', changes: [CHANGE], sentence: 'Everything is as it was' });
    expect(path).not.toContain('Plan');
    expect(asked['Plan restore']![0].Payload.before).toBe('{"b":9}');
    expect(result('Record restored').endState).toBe('Restored');
  });

  test('of a run that had changed nothing only frees the lease', async () => {
    const { output, path } = await run({}, repair, dead);
    expect(output).toMatchObject({ endState: 'Restored' });
    expect(path).not.toContain('Observe again');
  });

  test('gives way to a run under way', async () => {
    const { output } = await run({}, repair, { ...dead, owner: 'RUNNING' });
    expect(output).toMatchObject({ endState: 'Skipped' });
  });

  test('that fails is RollbackFailed', async () => {
    const { error, cause } = await run(
      {
        'Take lease': () => attributes({ before: { S: '{"b":9}' } }),
        'Plan restore': () => ({ ...PLAN, work: { ...PLAN.work, shape: NOBODY } }),
      },
      repair,
      dead,
    );
    expect(error).toBe('RollbackFailed');
    expect(cause).toContain('A run that died had to be restored; not put back: BIG-IP 10.3.88.66: + tunnel SDN');
  });
});
