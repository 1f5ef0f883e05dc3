import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CONTRACT } from '../../../lib/tunnel/run/outcome';
import { temporary } from '../fake';
import { arnOf, callAws, items, MACHINE, parameters, Refusal, type Answers, type Input } from './fake-aws';
import { Told } from './told';

const CHANGE = { device: 'ramp node i-1', stage: 'shape', text: '+ link tun1 up', interrupts: null };
const OUTPUT = { endState: 'Applied', changes: [CHANGE], verification: [], sentence: '1 change.' };

/** The history of a run that plans, changes one device, and comes to an end. */
function history(end: string): Told {
  const told = new Told();
  told.add('ExecutionStarted');
  told.enter('Task', 'Plan');
  told.attempt({}, { answer: {} });
  told.leave('Task', 'Plan');
  told.enter('Task', 'Configure ramp nodes');
  told.attempt({ do: 'shape', work: [{ device: 'i-1' }] }, { answer: { devices: [{ name: 'i-1', operations: 1 }] } });
  told.leave('Task', 'Configure ramp nodes');
  told.add(end);
  return told;
}

/** Step Functions with one execution, whose history grows a few events at each look. */
function oneRun(told: Told, description: Input): Answers {
  let [name, known] = ['', 0];
  return {
    StartExecution: ({ name: given }) => {
      name = String(given);
      return { executionArn: arnOf(name), startDate: 0 };
    },
    GetExecutionHistory: ({ nextToken: token, maxResults: most }) => {
      if (token === undefined) known = Math.min(known + 5, told.events.length);
      const newestFirst = told.events.slice(0, known).toReversed();
      const from = Number(token ?? 0);
      // Smaller pages than asked for: an answer may always be cut.
      const page = newestFirst.slice(from, from + Math.min(2, Number(most)));
      const events = page.map((event) => ({ ...event, timestamp: event.timestamp!.getTime() / 1000 }));
      return { events, ...(from + 2 < known ? { nextToken: String(from + 2) } : {}) };
    },
    DescribeExecution: () => ({
      executionArn: arnOf(name),
      stateMachineArn: MACHINE,
      name,
      startDate: 10,
      stopDate: 12.5,
      ...description,
    }),
  };
}

const applied = (): Answers =>
  oneRun(history('ExecutionSucceeded'), { status: 'SUCCEEDED', output: JSON.stringify(OUTPUT) });
const apply = (answers: Answers, ...more: string[]) =>
  callAws(['apply', 'edge-a', '--yes', ...more], { ...parameters(), ...items({}), ...answers });

describe('a run on AWS', () => {
  test('that is a verify shows what it saw, as on this machine', async () => {
    const probe = { from: 'BIG-IP x', to: '10.3.91.217', what: 'ping', ok: false, detail: '0 of 3 packets came back' };
    const run = oneRun(history('ExecutionFailed'), { status: 'FAILED', error: 'NotVerified', cause: 'it differs' });
    let execution = '';
    const { code, out } = await callAws(['verify', 'edge-a'], {
      ...parameters(),
      ...run,
      StartExecution: (input) => {
        execution = arnOf(String(input['name']));
        return run['StartExecution']!(input);
      },
      GetItem: (input) =>
        items({
          'edge-a': {
            lastLook: JSON.stringify({ execution, endState: 'NotVerified', changes: [CHANGE], verification: [probe] }),
          },
        })['GetItem']!(input),
    });
    expect(code).toBe(1);
    expect(out).toContain('Changes that are missing:\n\nramp node i-1\n  + link tun1 up\n');
    expect(out).toContain('  FAILED  BIG-IP x to 10.3.91.217: ping: 0 of 3 packets came back\n');
    expect(out).toMatch(
      /1 change on 1 device is needed; this run changed no device; to have it made: npx edge-ramp apply edge-a\n$/,
    );
  });

  test('is told as on this machine, but for where it is', async () => {
    const { code, out, err } = await apply(applied());
    expect([code, err]).toEqual([0, '']);
    const [first, ...rest] = out.split('\n');
    expect(first).toMatch(
      /^On AWS at http:\/\/127\.0\.0\.1:\d+, account 123456789012, region eu-central-1, state machine edge-ramp: execution edge-a-apply-\d{8}T\d{6}Z-[0-9a-f]{4}\.$/,
    );
    expect(rest.join('\n')).toBe(
      [
        '  ok      Plan                                  4.0 s',
        '  ok      Configure ramp nodes                  4.0 s',
        '',
        'Changes made:',
        '',
        'ramp node i-1',
        '  + link tun1 up',
        '',
        '1 SSM round trip (1 in the longest chain); 2 state transitions; 1 operation on devices; 2.5 s',
        'Applied: edge-a stands as declared and was proven (1 change on 1 device).',
        '',
      ].join('\n'),
    );
  });

  test('gives programs the same document; only the lines on devices are not counted', async () => {
    const { out } = await apply(applied(), '--json');
    expect(JSON.parse(out)).toEqual({
      tunnel: 'edge-a',
      action: 'apply',
      status: 'Applied',
      changes: [CHANGE],
      steps: [
        { state: 'Plan', seconds: 4, outcome: 'done' },
        { state: 'Configure ramp nodes', seconds: 4, outcome: 'done' },
      ],
      ssmRoundTrips: 1,
      criticalPathTrips: 1,
      stateTransitions: 2,
      deviceWrites: null,
      deviceOperations: 1,
      verification: [],
    });
  });

  test('starts the machine that the deployment names, under a name that begins with the tunnel', async () => {
    const { asked } = await apply(applied(), '--allow-interruption', '--expect', '0123456789abcdef');
    const starts = asked.filter(([operation]) => operation === 'StartExecution').map(([, input]) => input);
    expect(starts).toEqual([
      {
        stateMachineArn: MACHINE,
        name: expect.stringMatching(/^edge-a-apply-/),
        input: JSON.stringify({
          tunnel: 'edge-a',
          action: 'apply',
          allowInterruption: true,
          expect: '0123456789abcdef',
        }),
      },
    ]);
  });

  test('a failure is read from what the run wrote into the table', async () => {
    let name = '';
    const run = oneRun(history('ExecutionFailed'), { status: 'FAILED', error: 'RolledBack', cause: 'the cause' });
    const failure = { state: 'Configure ramp nodes', error: 'DeviceRefused', cause: 'ramp node i-1 refused "x".' };
    const { code, out } = await apply({
      ...run,
      StartExecution: (input) => {
        name = String(input['name']);
        return run['StartExecution']!(input);
      },
      GetItem: () => ({
        Item: { lastResult: { S: JSON.stringify({ execution: arnOf(name), failure, changes: [CHANGE] }) } },
      }),
    });
    expect(code).toBe(1);
    expect(out).toContain(
      'RolledBack: Configure ramp nodes failed: ramp node i-1 refused "x"; everything is as it was before this run; when that is mended: npx edge-ramp apply edge-a\n',
    );
  });

  test('the next command goes to the same region with the same profile', async () => {
    const run = oneRun(history('ExecutionAborted'), { status: 'ABORTED' });
    const { code, out } = await apply(run, '--region', 'eu-west-1', '--profile', 'night watch');
    expect(code).toBe(3);
    expect(out).toContain("to start it again: npx edge-ramp apply edge-a --region eu-west-1 --profile 'night watch'\n");
  });

  test('pause and resume are runs, too', async () => {
    const run = (endState: string): Answers => ({
      ...parameters(),
      ...items({}),
      ...oneRun(history('ExecutionSucceeded'), {
        status: 'SUCCEEDED',
        output: JSON.stringify({ endState, sentence: 'Automation leaves it alone until noon: why' }),
      }),
    });
    const paused = await callAws(['pause', 'edge-a', '--until', '2h', '--reason', 'a spare part'], run('Paused'));
    expect(paused.code).toBe(0);
    expect(paused.out).toContain(
      'Paused: edge-a: Automation leaves it alone until noon: why; to end that: npx edge-ramp resume edge-a\n',
    );
    const [, input] = paused.asked.find(([operation]) => operation === 'StartExecution')!;
    expect(JSON.parse(String(input['input']))).toEqual({
      tunnel: 'edge-a',
      action: 'pause',
      until: expect.stringMatching(/^\d{4}-.*Z$/),
      reason: 'a spare part',
    });
    expect((await callAws(['resume', 'edge-a'], run('Resumed'))).out).toContain(
      'Resumed: the automation looks after edge-a again.\n',
    );
  });
});

describe('what Step Functions tells may lag behind', () => {
  test('it may not know yet what it has just started, skip an event, and call a run running that has ended', async () => {
    const whole = applied();
    let [looks, descriptions] = [0, 0];
    const { code, out } = await apply(
      {
        ...whole,
        GetExecutionHistory: (input) => {
          if (++looks === 1) throw new Refusal('ExecutionDoesNotExist', 'not yet');
          const page = whole['GetExecutionHistory']!(input) as { events: { id: number }[] };
          return looks < 5 ? { ...page, events: page.events.filter(({ id }) => id !== 2) } : page;
        },
        DescribeExecution: (input) => {
          const told = whole['DescribeExecution']!(input) as object;
          return ++descriptions === 1 ? { ...told, status: 'RUNNING', stopDate: undefined, output: undefined } : told;
        },
      },
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      status: 'Applied',
      steps: [{ state: 'Plan' }, { state: 'Configure ramp nodes' }],
      stateTransitions: 2,
    });
  });
});

test('a run of which Step Functions never says how it ended is not waited for without end', async () => {
  const { code, err } = await apply(oneRun(history('ExecutionSucceeded'), { status: 'RUNNING', stopDate: undefined }));
  expect(code).toBe(3);
  expect(err).toMatch(/^Step Functions does not say how the run ended\. The run was started and may go on: arn:/);
});

describe('a run on AWS outlives the command', () => {
  const endless = (): Answers => oneRun(new Told(), {});

  test('an interruption stops nothing: it says what goes on, and how to stop it', async () => {
    let interrupt = (): void => undefined;
    const answers = { ...parameters(), ...endless() };
    const onInterrupt = (stop: () => void) => {
      interrupt = stop;
      return () => undefined;
    };
    let looks = 0;
    const sleep = async () => void (++looks === 2 && interrupt());
    const { code, out, err, asked } = await callAws(['apply', 'edge-a', '--yes'], answers, { onInterrupt, sleep });
    expect(code).toBe(3);
    expect(err).toMatch(
      /^The run goes on on AWS \(arn:\S+:edge-a-apply-\S+\); to stop it, which leaves .*: npx edge-ramp stop edge-a --region eu-central-1\n$/,
    );
    expect(out).not.toContain('Interrupted');
    expect(asked.map(([operation]) => operation)).not.toContain('StopExecution');
  });

  test('of one that changes no device it says that', async () => {
    let interrupt = (): void => undefined;
    const onInterrupt = (stop: () => void) => {
      interrupt = stop;
      return () => undefined;
    };
    const sleep = async () => interrupt();
    const answers = { ...parameters(), ...endless() };
    const { code, err } = await callAws(['plan', 'edge-a'], answers, { onInterrupt, sleep });
    expect(code).toBe(3);
    expect(err).toMatch(/^The run goes on on AWS \(arn:\S+\); it changes no device\.\n$/);
  });

  test('interrupted before it was started, nothing is', async () => {
    const onInterrupt = (stop: () => void) => {
      stop();
      return () => undefined;
    };
    const { code, err, asked } = await callAws(
      ['apply', 'edge-a', '--yes'],
      { ...parameters(), ...endless() },
      { onInterrupt },
    );
    expect([code, err]).toEqual([1, 'Interrupted before anything was started.\n']);
    expect(asked.map(([operation]) => operation)).toEqual(['GetParameter']);
  });

  test('who loses the right to look says that the run may go on', async () => {
    const { code, out } = await apply(
      {
        ...endless(),
        GetExecutionHistory: () => {
          throw new Refusal('ExpiredTokenException', 'The security token included in the request is expired');
        },
      },
      '--json',
    );
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      status: 'GoesOn',
      error: expect.stringMatching(
        /^The AWS credentials have expired \(states:GetExecutionHistory\): .* The run was started and may go on: arn:/,
      ),
    });
  });
});

describe('where no run can be started', () => {
  const started = (asked: readonly (readonly [string, Input])[]) => asked.some(([each]) => each === 'StartExecution');

  test('edge-ramp is not deployed there', async () => {
    const nowhere = {
      GetParameter: () => {
        throw new Refusal('ParameterNotFound', '');
      },
    };
    const { code, err } = await callAws(['apply', 'edge-a', '--yes', '--region', 'eu-west-3'], nowhere);
    expect([code, err]).toEqual([
      1,
      'edge-ramp is not deployed in eu-west-3: npx cdk deploy, or name another --region, --profile or --stack.\n',
    ]);
  });

  test('another version is deployed', async () => {
    const other = parameters({
      '/edge-ramp/deployment': { contract: CONTRACT + 1, stateMachine: MACHINE, table: 'Tunnels' },
    });
    const { code, err, asked } = await apply({ ...applied(), ...other });
    expect([code, err]).toEqual([
      1,
      `The edge-ramp deployed in eu-central-1 speaks contract ${CONTRACT + 1}, this one ${CONTRACT}: use the version that was deployed, or deploy this one (npx cdk deploy).\n`,
    ]);
    expect(started(asked)).toBe(false);
  });

  test('the parameter is something else', async () => {
    const { code, err } = await apply(parameters({ '/edge-ramp/deployment': 'hello' }));
    expect([code, err]).toEqual([
      1,
      'The parameter /edge-ramp/deployment in eu-central-1 is not what edge-ramp writes: deploy again (npx cdk deploy).\n',
    ]);
  });

  test('a right is missing', async () => {
    const { code, err } = await apply({
      StartExecution: () => {
        throw new Refusal(
          'AccessDeniedException',
          `User: arn:aws:iam::1:user/me is not authorized to perform: states:StartExecution on resource: ${MACHINE}`,
        );
      },
    });
    expect(code).toBe(1);
    expect(err).toMatch(/^AWS denies states:StartExecution \(User: .*\): let the role of this profile do that/);
    expect(err).not.toContain('    at ');
  });

  // In a process of their own: in one of jest the SDK does not know errors of Node.js as such, and hides their codes.
  test.each([
    [
      'nobody answers',
      { AWS_REGION: 'eu-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
      'AWS cannot be reached (ssm:GetParameter: connect ECONNREFUSED 127.0.0.1:9): check the network, --region and AWS_ENDPOINT_URL.',
    ],
    [
      'the endpoint is no URL',
      { AWS_REGION: 'eu-1', AWS_ENDPOINT_URL: 'nonsense' },
      'AWS_ENDPOINT_URL is no URL: unset it, or give it as http://HOST:PORT.',
    ],
    [
      'no region is set',
      {},
      'No AWS region can be used (Region is missing): name one with --region, or set AWS_REGION.',
    ],
    [
      'the region is none',
      { AWS_REGION: 'eu central' },
      /^No AWS region can be used \(.*\): name one with --region, or set AWS_REGION\.$/,
    ],
  ])('%s', (_what, environment, sentence) => {
    const { status, stderr } = spawnSync(join(__dirname, '../../../bin/edge-ramp.js'), ['apply', 'edge-a', '--yes'], {
      env: {
        PATH: process.env['PATH'],
        HOME: temporary(),
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        ...environment,
      },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr.trim().replaceAll('\n  ', ' ')).toEqual(
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    );
  });
});
