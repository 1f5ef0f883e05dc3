import { NobodyAnswered, type Surroundings } from '../../cli/surroundings';
import { declared } from '../examples';
import { arnOf, callAws, items, MACHINE, parameters, type Answers, type Input } from './aws/fake-aws';

const DIGEST = '0123456789abcdef';
const CHANGE = { device: 'ramp node i-1', stage: 'shape', text: '+ link tun1 up', interrupts: null };
const CUTTING = { ...CHANGE, text: '~ tunnel tun1', interrupts: 'it is made anew' };
const DETACHING = { device: 'BIG-IP x', stage: 'detach', text: '~ virtual server v', interrupts: null };

interface Planned {
  readonly changes?: readonly object[];
  readonly interrupts?: readonly string[];
  readonly digest?: string;
  readonly degraded?: readonly string[];
}

/** Step Functions, where every plan ends as told, and every other run well. `inputs`: what was started, in order. */
function machine(plan: Planned | { readonly error: string; readonly cause: string }) {
  const inputs: Input[] = [];
  const ends: Readonly<Record<string, string>> = { plan: 'Planned', apply: 'Applied', teardown: 'TornDown' };
  const answers: Answers = {
    ...parameters({
      '/edge-ramp/tunnels/edge-a': { ...declared('edge-a'), example: false },
      '/edge-ramp/tunnels/edge-b': { ...declared('edge-b'), example: false },
      '/edge-ramp/tunnels/edge-c': { ...declared('edge-c'), example: true },
    }),
    ...items({}),
    StartExecution: ({ input }) => {
      inputs.push(JSON.parse(String(input)) as Input);
      return { executionArn: arnOf(String(inputs.length - 1)), startDate: 0 };
    },
    GetExecutionHistory: () => ({ events: [{ id: 1, timestamp: 1, type: 'ExecutionSucceeded', previousEventId: 0 }] }),
    DescribeExecution: ({ executionArn: arn }) => {
      const action = String(inputs[Number(String(arn).split(':').at(-1))]!['action']);
      const output = { endState: ends[action], digest: DIGEST, verification: [], remarks: [], ...plan };
      const end =
        action === 'plan' && 'error' in plan
          ? { status: 'FAILED', ...plan }
          : { status: 'SUCCEEDED', output: JSON.stringify(output) };
      return { executionArn: arn, stateMachineArn: MACHINE, startDate: 1, stopDate: 2, ...end };
    },
  };
  return { inputs, answers };
}

/** A command line at a terminal where somebody types these lines, one for each question. */
async function at(line: string, plan: Parameters<typeof machine>[0], ...typed: string[]) {
  const { inputs, answers } = machine(plan);
  let asked = 0;
  const ask: Surroundings['ask'] = async () => {
    const answer = typed[asked++];
    if (answer === undefined) throw new NobodyAnswered('Nobody answered.');
    return answer;
  };
  const ended = await callAws(line.split(' '), answers, { ask });
  const questions = ended.err.split('\n').filter((text) => /^(?:Change|Take) edge/.test(text));
  expect(questions.length).toBe(asked);
  return { ...ended, inputs, questions };
}

const SAFE: Planned = { changes: [CHANGE], interrupts: [] };
const CUTS: Planned = { changes: [CHANGE, CUTTING], interrupts: ['ramp node i-1: tunnel tun1: it is made anew'] };
const EXACTLY = { tunnel: 'edge-a', action: 'apply', expect: DIGEST };

describe('a change on AWS, from a terminal', () => {
  test('is shown and asked for, and what was agreed to runs: that plan and no other', async () => {
    const { code, inputs, questions, err, out } = await at('apply edge-a', SAFE, 'yes');
    expect([code, inputs]).toEqual([0, [{ tunnel: 'edge-a', action: 'plan' }, EXACTLY]]);
    expect(questions).toEqual(['Change edge-a? 1 change on 1 device. No live traffic is cut.']);
    expect(err).toContain('Changes that an apply would make:\n\nramp node i-1\n  + link tun1 up\n');
    expect(out).toContain('Applied: edge-a stands as declared and was proven (1 change on 1 device).');
    expect(out).not.toContain('would make');
  });

  test.each(['no', '', 'yess'])('is not made when the answer is %j', async (typed) => {
    const { code, inputs, err } = await at('apply edge-a', SAFE, typed);
    expect([code, inputs.length]).toEqual([1, 1]);
    expect(err).toMatch(
      /NotStarted: it was not agreed to, and nothing was changed; to make exactly these: npx edge-ramp apply edge-a --expect 0123456789abcdef\n$/,
    );
  });

  test('is not made when nobody answers', async () => {
    const { code, inputs, err } = await at('apply edge-a', SAFE);
    expect([code, inputs.length]).toEqual([1, 1]);
    expect(err).toMatch(/Nobody answered\.\n$/);
  });

  test('that cuts traffic says so in the question', async () => {
    const { code, inputs, questions } = await at('apply edge-a --allow-interruption', CUTS, 'y');
    expect([code, inputs[1]]).toEqual([0, { ...EXACTLY, allowInterruption: true }]);
    expect(questions).toEqual([
      'Change edge-a? 2 changes on 1 device. THIS CUTS LIVE TRAFFIC: ramp node i-1: tunnel tun1: it is made anew.',
    ]);
  });

  test('that cuts traffic without leave is refused before anybody is asked', async () => {
    const { code, inputs, questions, out } = await at('apply edge-a', CUTS, 'yes');
    expect([code, inputs.length, questions]).toEqual([1, 1, []]);
    expect(out).toContain('    ! cuts live traffic: it is made anew\n');
    expect(out).toContain(
      'NotStarted: Plan failed: 1 of 2 changes would cut live traffic (ramp node i-1: tunnel tun1: it is made anew); no device was changed; to have them made: npx edge-ramp apply edge-a --allow-interruption\n',
    );
  });

  test('that is a teardown says what becomes of the traffic', async () => {
    const plan = { changes: [DETACHING, CHANGE], interrupts: [] };
    const { code, inputs, questions } = await at('teardown edge-a --forget mi-1', plan, 'yes');
    const forget = ['mi-1'];
    expect([code, inputs]).toEqual([
      0,
      [
        { tunnel: 'edge-a', action: 'plan', teardown: true, forget },
        { tunnel: 'edge-a', action: 'teardown', expect: DIGEST, forget },
      ],
    ]);
    expect(questions[0]).toBe(
      'Take edge-a away? 2 changes on 2 devices. THIS CUTS LIVE TRAFFIC: virtual servers leave the tunnel first, and connections that have not ended after the drain are cut.',
    );
    const untouched = await at('teardown edge-a --forget mi-1', SAFE, 'no');
    expect(untouched.questions[0]).toContain('1 change on 1 device. No virtual server is touched.');
    expect(untouched.err).toContain(`npx edge-ramp teardown edge-a --expect ${DIGEST} --forget mi-1\n`);
  });

  test('names a device that is left out, and what a device says cannot forge a line', async () => {
    const degraded = ['ramp node i-\u001b[2J2'];
    const { questions } = await at('apply edge-a', { ...SAFE, degraded }, 'no');
    expect(questions[0]).toContain('ramp node i-\\u{1b}[2J2 cannot be reached and is left out.');
  });

  test('of nothing is not asked: the run proves the tunnel, and takes nothing but that plan', async () => {
    for (const action of ['apply', 'teardown']) {
      const { code, inputs, questions, err } = await at(`${action} edge-a`, { changes: [], interrupts: [] });
      expect([code, inputs[1], questions]).toEqual([0, { ...EXACTLY, action }, []]);
      expect(err).toContain('No device has to change, so that nothing is asked.\n');
    }
  });

  test('whose plan fails ends as that plan did, in words of the change', async () => {
    const plan = { error: 'NotStarted', cause: 'Observe failed: i-1 is not connected' };
    const { code, inputs, questions, out } = await at('apply edge-a', plan);
    expect([code, inputs.length, questions]).toEqual([1, 1, []]);
    expect(out).toMatch(
      /NotStarted: Observe failed: i-1 is not connected; no device was changed; .*edge-ramp apply edge-a\n$/,
    );
  });

  test.each([
    ['apply edge-a --yes', { tunnel: 'edge-a', action: 'apply' }],
    ['apply edge-a -y', { tunnel: 'edge-a', action: 'apply' }],
    [`apply edge-a --expect ${DIGEST}`, EXACTLY],
    [`teardown edge-a --expect ${DIGEST}`, { ...EXACTLY, action: 'teardown' }],
  ])('%s was agreed to beforehand', async (line, input) => {
    const { code, inputs, questions } = await at(line, SAFE);
    expect([code, inputs, questions]).toEqual([0, [input], []]);
  });

  test('gives programs one document, whatever is answered', async () => {
    const agreed = await at('apply edge-a --json', SAFE, 'yes');
    expect(JSON.parse(agreed.out)).toMatchObject({ action: 'apply', status: 'Applied' });
    const declined = await at('apply edge-a --json', SAFE, 'no');
    expect(JSON.parse(declined.out)).toMatchObject({
      status: 'NotStarted',
      error: expect.stringContaining('not agreed'),
    });
    const refused = await at('apply edge-a --json', CUTS);
    expect(JSON.parse(refused.out)).toMatchObject({ status: 'NotStarted', changes: [CHANGE, CUTTING] });
  });
});

describe('every tunnel', () => {
  test('that is declared and no example is planned, a line each at the end', async () => {
    const { code, inputs, out } = await at('plan --all', SAFE);
    expect([code, inputs]).toEqual([0, ['edge-a', 'edge-b'].map((tunnel) => ({ tunnel, action: 'plan' }))]);
    expect(out.split('\n').slice(-4)).toEqual([
      'TUNNEL  ENDED AS  CHANGES',
      'edge-a  Planned   would make 1 change',
      'edge-b  Planned   would make 1 change',
      '',
    ]);
  });

  test('is asked for by itself, one that is not agreed to holds no other up, and the exit code is the worst', async () => {
    const { code, inputs, questions, out } = await at('apply --all', SAFE, 'no', 'yes');
    expect([code, questions.length]).toEqual([1, 2]);
    expect(inputs.map(({ tunnel, action }) => `${String(action)} ${String(tunnel)}`)).toEqual([
      'plan edge-a',
      'plan edge-b',
      'apply edge-b',
    ]);
    expect(out).toMatch(/edge-a {2}NotStarted {2}-\nedge-b {2}Applied {5}1 change\n$/);
  });

  test('is left alone behind one where the person left', async () => {
    const { code, inputs, out, err } = await at('apply --all', SAFE);
    expect([code, inputs.length]).toEqual([1, 1]);
    expect(err).toMatch(/Nobody answered\.\nInterrupted before it was started\.\n$/);
    expect(out).toMatch(/edge-a {2}NotStarted {2}-\nedge-b {2}NotStarted {2}-\n$/);
  });

  test('is one document for programs', async () => {
    const { code, out } = await at('apply --all --json', SAFE, 'yes', 'no');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      runs: [
        { tunnel: 'edge-a', status: 'Applied' },
        { tunnel: 'edge-b', status: 'NotStarted' },
      ],
    });
  });

  test('is left alone where AWS cannot be asked', async () => {
    const nowhere = { ...parameters(), GetParameter: () => ({ Parameter: { Value: 'hello' } }) };
    const { code, out } = await callAws(['plan', '--all', '--json'], nowhere);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ runs: [], error: expect.stringContaining('deploy again') });
  });

  test('is none where all are examples', async () => {
    const examples = { ...machine(SAFE).answers, ...parameters({ '/edge-ramp/tunnels/edge-b': declared('edge-b') }) };
    const { code, out } = await callAws(['plan', '--all'], examples);
    expect([code, out]).toEqual([0, 'No tunnel is declared here that is no example.\n']);
  });
});

describe('a plan with --detailed-exitcode', () => {
  test.each([
    ['changes', 'plan edge-a', SAFE, 4],
    ['nothing to change', 'plan edge-a', { changes: [], interrupts: [] }, 0],
    ['a mistake', 'plan edge-a', { error: 'InvalidRequest', cause: 'request: x' }, 2],
    ['every tunnel, with changes', 'plan --all', SAFE, 4],
    ['every tunnel, failing', 'plan --all', { error: 'NotStarted', cause: 'Plan failed: x' }, 1],
  ])('of %s', async (_, line, plan, code) => {
    expect((await at(`${line} --detailed-exitcode`, plan)).code).toBe(code);
  });

  test('is for who asks: else a plan that was made is a success', async () => {
    expect((await at('plan edge-a', SAFE)).code).toBe(0);
  });
});
