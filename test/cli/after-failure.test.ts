import { NobodyAnswered, type Surroundings } from '../../cli/surroundings';
import { declared } from '../examples';
import { arnOf, callAws, items, MACHINE, parameters, pastExecutions, type Answers, type Input } from './aws/fake-aws';

type Item = Readonly<Record<string, string | number>>;

const DEAD = arnOf('edge-a-apply-1');
const SPEC = { ...declared('edge-a'), example: false };
const TOUCHED = {
  'i-1': { 'link tun1': { from: null, wrote: ['up'] }, 'address tun1': { from: '10.0.0.1/32', wrote: [null] } },
  '10.3.88.66': { a: { from: 'x' }, b: { from: null } },
};
const BEFORE = JSON.stringify({ declared: [SPEC], touched: TOUCHED });
const NOTHING_LEFT =
  'There is nothing to repair: no run has left anything of edge-a half done. What differs on the devices is put right by npx edge-ramp apply edge-a\n';
const RESTORED = { endState: 'Restored', sentence: 'Nothing has to change.', changes: [] };

/** AWS with a tunnel whose item is this, and whose executions have these states. `inputs`: what was started. */
function site(item: Item | undefined, runs: Readonly<Record<string, string>> = {}, spec: object | null = SPEC) {
  const inputs: Input[] = [];
  const all = Object.fromEntries(
    Object.entries(runs).map(([name, status]) => {
      const [, action] = /^edge-a-([a-z]+)-/.exec(name) ?? [];
      const asked = action === 'repair' ? { repair: DEAD } : { action };
      const over = status === 'RUNNING' ? {} : { stopDate: 2 };
      return [name, { status, ...over, input: JSON.stringify({ tunnel: 'edge-a', ...asked }) }];
    }),
  );
  const known = pastExecutions(all);
  const stopped: Input[] = [];
  const answers: Answers = {
    ...parameters(spec === null ? {} : { '/edge-ramp/tunnels/edge-a': spec }),
    ...items(item === undefined ? {} : { 'edge-a': item }),
    ListExecutions: ({ statusFilter: only, ...input }) => {
      const { executions } = known['ListExecutions']!(input) as { executions: { name: string }[] };
      return { executions: executions.filter(({ name }) => only === undefined || all[name]!.status === only) };
    },
    DescribeExecution: (input) =>
      String(input['executionArn']).endsWith(':started')
        ? {
            executionArn: arnOf('started'),
            stateMachineArn: MACHINE,
            status: 'SUCCEEDED',
            startDate: 1,
            stopDate: 2,
            output: JSON.stringify(RESTORED),
          }
        : known['DescribeExecution']!(input),
    StartExecution: ({ input }) => {
      inputs.push(JSON.parse(String(input)) as Input);
      return { executionArn: arnOf('started'), startDate: 0 };
    },
    StopExecution: (input) => {
      stopped.push(input);
      return { stopDate: 1 };
    },
    GetExecutionHistory: () => ({ events: [{ id: 1, timestamp: 1, type: 'ExecutionSucceeded', previousEventId: 0 }] }),
  };
  return { answers, inputs, stopped };
}

/** A command line at a terminal, where this is typed when it asks; undefined: nobody answers. */
async function at(line: string, { answers, inputs, stopped }: ReturnType<typeof site>, typed?: string) {
  const ask: Surroundings['ask'] = async () => {
    if (typed === undefined) throw new NobodyAnswered('Nobody answered.');
    return typed;
  };
  return { ...(await callAws(line.split(' '), answers, { ask })), inputs, stopped };
}

describe('repair', () => {
  const DIED = { owner: DEAD, fence: 1, before: BEFORE };
  const stopped = () => site(DIED, { 'edge-a-apply-1': 'ABORTED' });

  test('asks for what the watch asks for, when the person agrees to what it cuts', async () => {
    const { code, inputs, err, out } = await at('repair edge-a', stopped(), 'yes');
    expect([code, inputs]).toEqual([0, [{ tunnel: 'edge-a', action: 'apply', repair: DEAD }]]);
    expect(err).toBe(
      '\nRepair edge-a? edge-a-apply-1 ended half-way. What it had begun is put back, at most 4 objects on 2 devices. THIS CUTS LIVE TRAFFIC that uses what that run had made.\n',
    );
    expect(out).toContain('Restored: Nothing has to change.\n');
  });

  test('is not begun where the person does not agree, or nobody answers', async () => {
    const declined = await at('repair edge-a', stopped(), 'no');
    expect([declined.code, declined.inputs]).toEqual([1, []]);
    expect(declined.err).toMatch(/NotStarted: it was not agreed to, and nothing was changed\.\n$/);
    expect(await at('repair edge-a', stopped())).toMatchObject({ code: 1, inputs: [] });
  });

  test('of a run that had changed nothing says that it changes nothing', async () => {
    const { err } = await at('repair edge-a', site({ owner: DEAD, fence: 1 }, { 'edge-a-apply-1': 'ABORTED' }), 'yes');
    expect(err).toContain('It had changed nothing yet, so that no device is changed.');
  });

  test('works from what a failed restore left, too, and of a tunnel that is not declared any more', async () => {
    const left = site({ closedBy: DEAD, fence: 1, before: BEFORE }, {}, null);
    expect((await at('repair edge-a --yes', left)).inputs).toEqual([
      { tunnel: 'edge-a', action: 'apply', repair: DEAD },
    ]);
  });

  test('gives programs the document of a run, with what it repairs', async () => {
    const { out } = await at('repair edge-a --yes --json', stopped());
    expect(JSON.parse(out)).toMatchObject({ action: 'apply', repair: DEAD, status: 'Restored' });
  });

  test.each<readonly [string, Item | undefined, Readonly<Record<string, string>>, string]>([
    [
      'a run works',
      { owner: DEAD, fence: 1 },
      { 'edge-a-apply-1': 'RUNNING' },
      'edge-a-apply-1 works on edge-a: wait for its end, or stop it: npx edge-ramp stop edge-a\n',
    ],
    ['nothing is left', { fence: 1 }, {}, NOTHING_LEFT],
    ['no run was ever', undefined, {}, NOTHING_LEFT],
    [
      'nobody knows which run it was',
      { fence: 1, before: BEFORE },
      {},
      'Nobody knows which run left edge-a half done; an apply begins with what it wrote down: npx edge-ramp apply edge-a\n',
    ],
  ])('is refused where %s', async (_, item, runs, sentence) => {
    const { code, inputs, err } = await at('repair edge-a', site(item, runs), 'yes');
    expect([code, inputs, err]).toEqual([1, [], sentence]);
  });

  test('needs an agreement where nobody can be asked', async () => {
    const { code, err, asked } = await callAws(['repair', 'edge-a'], site(DIED).answers);
    expect([code, asked]).toEqual([64, []]);
    expect(err).toContain('nobody can be asked here (no terminal), so nothing was started: say --yes.');
  });
});

describe('stop', () => {
  const RUNNING = { 'edge-a-apply-2': 'RUNNING', 'edge-a-plan-1': 'RUNNING', 'edge-a-apply-1': 'SUCCEEDED' };

  test('stops the run that changes devices, when the person agrees, and says who repairs', async () => {
    const { code, stopped, err, out } = await at('stop edge-a', site({ fence: 1 }, RUNNING), 'yes');
    expect([code, stopped.map(({ executionArn }) => executionArn)]).toEqual([0, [arnOf('edge-a-apply-2')]]);
    expect(err).toBe(
      '\nedge-a-apply-2 (apply by person, began 1970-01-01 00:00 UTC) works on edge-a.\n' +
        'Stop it? What it has begun stays half done until a repair puts it back. Automation begins that repair within seconds.\n',
    );
    expect(out).toBe(
      'Stopped edge-a-apply-2. A device that has a command already works on it to its end. Automation begins that repair within seconds.\n',
    );
  });

  test('stops nothing where the person does not agree, or nobody answers', async () => {
    const declined = await at('stop edge-a', site({ fence: 1 }, RUNNING), 'n');
    expect([declined.code, declined.stopped]).toEqual([1, []]);
    expect(declined.err).toMatch(/It was not agreed to: the run goes on\.\n$/);
    expect(await at('stop edge-a', site({ fence: 1 }, RUNNING))).toMatchObject({ code: 1, stopped: [] });
  });

  test.each([
    ['the tunnel is an example', { ...SPEC, example: true }, { fence: 1 }, 'the tunnel is declared as an example'],
    ['it is paused', SPEC, { paused: '{"until": null, "reason": "work"}' }, 'the tunnel is paused: work'],
    ['two repairs were tried', SPEC, { attempts: 2 }, '2 repairs were tried already'],
  ])('says that nobody repairs where %s', async (_, spec, item, why) => {
    const { out } = await at('stop edge-a --yes', site(item, RUNNING, spec));
    expect(out).toContain(`Automation begins no repair (${why}): npx edge-ramp repair edge-a\n`);
  });

  test('of a repair says that the tunnel is paused then', async () => {
    const { out } = await at('stop edge-a --yes', site({ fence: 1 }, { 'edge-a-repair-1': 'RUNNING' }));
    expect(out).toContain(
      'It is a repair itself, so that automation begins no other and pauses the tunnel: npx edge-ramp repair edge-a\n',
    );
  });

  test('finds nothing to stop where no run changes devices', async () => {
    const { code, stopped, err } = await at('stop edge-a', site({ fence: 1 }, { 'edge-a-plan-1': 'RUNNING' }), 'yes');
    expect([code, stopped]).toEqual([1, []]);
    expect(err).toContain('No run works on edge-a that changes devices: npx edge-ramp history edge-a\n');
  });
});

describe('result', () => {
  const FAILURE = { state: 'Configure BIG-IP', error: 'DeviceRefused', cause: 'BIG-IP x refused "y".' };
  const CHANGE = { device: 'ramp node i-1', stage: 'shape', text: '+ link tun1 up', interrupts: null };
  const PROBE = { from: 'BIG-IP x', to: '10.3.91.217', what: 'ping', ok: true, detail: '3 of 3 packets came back' };
  const FAILED = {
    execution: DEAD,
    action: 'apply',
    at: '2026-11-23T07:55:00.000Z',
    endState: 'RollbackFailed',
    sentence: '1 change on 1 device.',
    changes: [CHANGE],
    remaining: [CHANGE],
    verification: { outcomes: [{ devices: [{ verification: [PROBE] }] }] },
    failure: FAILURE,
    restoreFailure: { ...FAILURE, state: 'Restore BIG-IP' },
  };
  const result = (item: Record<string, unknown>, ...more: string[]) => {
    const texts = Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return at(['result', 'edge-a', ...more].join(' '), site(Object.fromEntries(texts) as Item));
  };

  test('tells what the last run came to in the words of that run, without Step Functions', async () => {
    const { code, out, asked } = await result({ lastResult: FAILED, before: BEFORE });
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'edge-a: apply edge-a-apply-1, ended 2026-11-23 07:55 UTC',
        '',
        'Changes that were begun:',
        '',
        'ramp node i-1',
        '  + link tun1 up',
        '',
        'Still to be done to put everything back:',
        '',
        'ramp node i-1',
        '  + link tun1 up',
        '',
        'As it was before, all that was changed on these devices:',
        '',
        'ramp node i-1',
        '  link tun1: not there',
        '  address tun1: 10.0.0.1/32',
        '',
        'As found after restoring',
        '  ok      BIG-IP x to 10.3.91.217: ping: 3 of 3 packets came back',
        '',
        'RollbackFailed: Configure BIG-IP failed: BIG-IP x refused "y"; 1 object is not put back on ramp node i-1 (Restore BIG-IP failed: BIG-IP x refused "y"); how it was stands in the table; when the cause is removed, put everything back: npx edge-ramp repair edge-a; or go on from here: npx edge-ramp apply edge-a',
        '',
      ].join('\n'),
    );
    expect(asked.map(([operation]) => operation).sort()).toEqual(['GetItem', 'GetParameter', 'GetParameter']);
  });

  test('of a verify that came later is that one', async () => {
    const look = { ...FAILED, action: 'verify', endState: 'NotVerified', at: '2026-11-23T08:00:00.000Z' };
    const { out } = await result({ lastResult: FAILED, lastLook: { ...look, sentence: undefined } });
    expect(out).toMatch(/NotVerified: edge-a does not stand as declared: 1 change on 1 device is needed; .*\n$/);
    const earlier = await result({ lastResult: FAILED, lastLook: { ...look, at: '2026-11-23T07:00:00.000Z' } });
    expect(earlier.out).toContain('RollbackFailed:');
  });

  test('of a plan that waits for a person has the command that makes exactly these changes', async () => {
    const waiting = { ...FAILED, endState: 'Planned', changes: [{ ...CHANGE, interrupts: 'it is made anew' }] };
    const { out } = await result({ lastResult: waiting, notified: '0123456789abcdef' });
    expect(out).toContain('npx edge-ramp apply edge-a --expect 0123456789abcdef --allow-interruption\n');
  });

  test('gives programs the whole of it', async () => {
    const { out } = await result({ lastResult: FAILED, before: BEFORE }, '--json');
    expect(JSON.parse(out)).toMatchObject({
      tunnel: 'edge-a',
      execution: DEAD,
      at: FAILED.at,
      status: 'RollbackFailed',
      failure: FAILURE,
      remaining: [CHANGE],
      verification: [PROBE],
      left: [],
      before: [
        { device: 'ramp node i-1', object: 'link tun1', value: null },
        { device: 'ramp node i-1', object: 'address tun1', value: '10.0.0.1/32' },
      ],
    });
  });

  test('of which nobody knows what is left has every changed object as it was', async () => {
    const unknown = await result({ lastResult: { ...FAILED, remaining: null }, before: BEFORE });
    expect(unknown.out).toContain('i-1\n  link tun1: not there\n  address tun1: 10.0.0.1/32\n\n10.3.88.66\n  a: x\n');
    expect((await result({ lastResult: FAILED })).out).not.toContain('As it was before');
  });

  test('says first that a later run works, or ended half-way, since that one has no result', async () => {
    const item = {
      lastResult: JSON.stringify({ ...FAILED, execution: arnOf('edge-a-apply-0') }),
      owner: DEAD,
      fence: 1,
    };
    const dead = await at('result edge-a', site(item, { 'edge-a-apply-1': 'ABORTED' }));
    expect(dead.out).toMatch(
      /^edge-a-apply-1 ended half-way, without a result; to put back what it had begun: npx edge-ramp repair edge-a\nThe run before it:\n\nedge-a: apply edge-a-apply-0, /,
    );
    const { out } = await at('result edge-a --json', site(item, { 'edge-a-apply-1': 'RUNNING' }));
    expect(JSON.parse(out)).toMatchObject({ status: 'RollbackFailed', unfinished: { execution: DEAD, works: true } });
    const first = await at('result edge-a', site({ owner: DEAD, fence: 1 }, { 'edge-a-apply-1': 'RUNNING' }));
    expect([first.code, first.err]).toEqual([
      1,
      'edge-ramp: edge-a-apply-1 works on edge-a now, and has no result yet.\n',
    ]);
  });

  test('that nobody wrote down is said to be none', async () => {
    for (const item of [undefined, { wanted: 'applied' }]) {
      const { code, err } = await at('result edge-a', site(item));
      expect([code, err]).toEqual([
        1,
        'edge-ramp: No run of edge-a has written down a result: npx edge-ramp history edge-a\n',
      ]);
    }
  });
});
