import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { END_STATES } from '../../lib/tunnel/run/outcome';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { declared } from '../examples';
import { Told } from './aws/told';
import { ARN, call, project, temporary, type Script } from './fake';

const CHANGES = [
  { device: 'BIG-IP 10.3.88.66', stage: 'shape', text: '+ tunnel SDN: profile ipip', interrupts: null },
  { device: 'ramp node i-1', stage: 'shape', text: '+ link tun1 up', interrupts: null },
];
const OUTPUT = {
  changes: CHANGES,
  verification: [],
  interrupts: [],
  remarks: ['BIG-IP 10.3.88.66: save sys config also saves any unsaved changes of others'],
  digest: '0123456789abcdef',
  sentence: '2 changes on 2 devices; none cuts live traffic.',
};
const FAILURE = { state: 'Configure BIG-IP', error: 'DeviceRefused', cause: 'BIG-IP 10.3.88.66 refused "x".' };
const failing = (endState: string, more: object = {}): Script => ({
  status: 'FAILED',
  error: endState,
  cause: 'the cause',
  item: {
    lastResult: JSON.stringify({ execution: ARN, endState, failure: FAILURE, changes: CHANGES, left: [], ...more }),
  },
});
const EXAMPLE = declared('edge-a');
const EXAMPLE_TEXT = readFileSync(join(__dirname, '../../tunnels/edge-a.yaml'), 'utf8');
/** What cdk synth writes of declarations. */
function assemble(folder: string, tunnels: Readonly<Record<string, unknown>>): void {
  const write = (file: string, document: object) =>
    writeFileSync(join(folder, 'cdk.out', file), JSON.stringify(document));
  const parameters = Object.entries(tunnels).map(([name, tunnel]) => [
    name,
    {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: `/edge-ramp/tunnels/${name}`, Value: JSON.stringify(tunnel) },
    },
  ]);
  write('template.json', { Resources: Object.fromEntries(parameters) as object });
  const properties = { templateFile: 'template.json' };
  write('manifest.json', { artifacts: { EdgeRamp: { type: 'aws:cloudformation:stack', properties } } });
}
const apply = (script: Script, ...more: string[]) => call(['apply', 'edge-a', '--local', ...more], script);

describe('how a run ends', () => {
  test.each(END_STATES.map((each) => [each.name, each] as const))('%s gives its exit code', async (name, end) => {
    const script: Script = end.succeeds ? { output: { ...OUTPUT, endState: name } } : failing(name);
    const text = await apply(script);
    expect(text.code).toBe(end.exitCode);
    expect(text.out.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`^${name}: .+`));
    expect(text.closed).toBe(1);
    const { code, out } = await apply(script, '--json');
    expect(code).toBe(end.exitCode);
    expect(JSON.parse(out)).toMatchObject({ status: name });
    expect('error' in JSON.parse(out)).toBe(!end.succeeds);
  });

  test('a failure tells who, where, what was answered, and what next', async () => {
    const { out } = await apply(failing('RolledBack'));
    expect(out).toContain('Changes that were begun and put back:');
    expect(out).toContain(
      'RolledBack: Configure BIG-IP failed: BIG-IP 10.3.88.66 refused "x"; everything is as it was before this run; ' +
        'when that is mended: npx edge-ramp apply edge-a --local\n',
    );
  });

  test.each([
    ['WouldInterrupt', 'apply', 'to have them made: npx edge-ramp apply edge-a --local --allow-interruption'],
    ['PlanChanged', 'apply', 'for a fresh plan: npx edge-ramp plan edge-a --local'],
    ['PlanChanged', 'teardown', 'for a fresh plan: npx edge-ramp plan edge-a --local --teardown'],
    ['Refused', 'apply', 'when that is mended: npx edge-ramp apply edge-a --local'],
  ])('%s of %s says what to type next, whatever its words are', async (error, action, next) => {
    const failure = { state: 'Plan', error, cause: 'allowInterruption as expected' };
    const { out } = await call([action, 'edge-a', '--local'], failing('NotStarted', { failure }));
    expect(out).toContain(`NotStarted: Plan failed: allowInterruption as expected; no device was changed; ${next}\n`);
  });

  test('a failed restore lists what is left where', async () => {
    const script = failing('RollbackFailed', {
      remaining: [CHANGES[1]],
      restoreFailure: { ...FAILURE, state: 'Restore ramp nodes' },
    });
    const { code, out } = await apply(script);
    expect(code).toBe(3);
    expect(out).toContain('Still to be done to put everything back:\n\nramp node i-1\n  + link tun1 up\n');
    expect(out).toContain('1 object is not put back on ramp node i-1 (Restore ramp nodes failed:');
    expect(JSON.parse((await apply(script, '--json')).out)).toMatchObject({ remaining: [CHANGES[1]] });
  });

  describe('that no Pod was asked is said once, behind what was proven', () => {
    const { probe: _, ...without } = EXAMPLE as Tunnel;
    const SAYS = ' No probe is declared: whether a Pod answers was not tried.\n';
    const ended = (endState: string, applied: unknown): Script => ({
      output: { ...OUTPUT, endState },
      item: { applied: JSON.stringify(applied) },
    });

    test.each(['Applied', 'Unchanged'])('of a run that ended as %s', async (endState) => {
      const { out } = await apply(ended(endState, without));
      expect(out.endsWith(SAYS)).toBe(true);
      expect(out.split(SAYS)).toHaveLength(2);
    });

    test.each([
      ['a probe is declared', ended('Applied', EXAMPLE)],
      ['a verify may have one that no apply has seen', ended('Verified', without)],
      ['nothing is known of the last apply', { output: { ...OUTPUT, endState: 'Applied' } }],
      ['nothing was proven', ended('Planned', without)],
    ])('not where %s', async (__, script) => expect((await apply(script)).out).not.toContain('No probe'));
  });

  describe('a verify that fails', () => {
    const PROBE = { from: 'BIG-IP x', to: '10.3.91.217', what: 'ping', ok: false, detail: '0 of 3 packets came back' };
    const look = (changes: readonly object[]): Script => ({
      status: 'FAILED',
      error: 'NotVerified',
      cause: 'it does not stand',
      item: {
        lastResult: JSON.stringify({ execution: `${ARN}-before`, endState: 'Applied', changes: [] }),
        lastLook: JSON.stringify({ execution: ARN, endState: 'NotVerified', changes, verification: [PROBE] }),
      },
    });
    const verify = (script: Script, ...more: string[]) => call(['verify', 'edge-a', '--local', ...more], script);

    test('shows what differs and what was pinged, and says apply', async () => {
      const { code, out } = await verify(look(CHANGES));
      expect(code).toBe(1);
      expect(out).toContain('Changes that are missing:\n\nBIG-IP 10.3.88.66\n  + tunnel SDN: profile ipip\n');
      expect(out).toContain('  FAILED  BIG-IP x to 10.3.91.217: ping: 0 of 3 packets came back\n');
      expect(out).toContain(
        'NotVerified: edge-a does not stand as declared: 2 changes on 2 devices are needed; this run changed no device; to have them made: npx edge-ramp apply edge-a --local\n',
      );
      expect(JSON.parse((await verify(look(CHANGES), '--json')).out)).toMatchObject({
        status: 'NotVerified',
        changes: CHANGES,
        verification: [PROBE],
      });
    });

    test('says what of the apply would cut traffic', async () => {
      const { out } = await verify(look([{ ...CHANGES[0], interrupts: 'the tunnel is replaced' }]));
      expect(out).toContain(
        '1 change on 1 device is needed, 1 of which cuts live traffic; this run changed no device; to have it made: npx edge-ramp apply edge-a --local --allow-interruption\n',
      );
    });

    test('of what was torn down needs nobody, and says how to have it again', async () => {
      const found = look(CHANGES);
      const { code, out } = await verify({ ...found, item: { ...found.item, wanted: 'absent' } });
      expect(code).toBe(1);
      expect(out).toContain(
        'NotVerified: edge-a was torn down, so that it does not stand as declared; this run changed no device; nothing is to be done; where it is wanted again: npx edge-ramp apply edge-a --local\n',
      );
    });

    test('that only does not carry is no reason to apply', async () => {
      const { out } = await verify(look([]));
      expect(out).toContain(
        'edge-a stands as declared, yet does not carry (BIG-IP x to 10.3.91.217: 0 of 3 packets came back); this run changed no device; look at the network',
      );
    });

    test('whose look was not kept contradicts nothing', async () => {
      const { out } = await verify({
        ...look(CHANGES),
        cause: 'The tunnel does not stand as declared: apply it.',
        item: {},
      });
      expect(out).toContain(
        'NotVerified: The tunnel does not stand as declared: apply it; this run changed no device; for a fresh look: npx edge-ramp verify edge-a --local\n',
      );
    });
  });

  test("another run's result in the table is not this one's", async () => {
    const { out } = await apply({ ...failing('NotStarted', { execution: `${ARN}-before` }), cause: 'Plan failed: no' });
    expect(out).toContain('NotStarted: Plan failed: no; no device was changed');
    expect(out).not.toContain('Configure BIG-IP');
  });

  test('a run that comes to none of its ends is no success', async () => {
    const { code, out } = await apply({ status: 'FAILED', error: 'States.Runtime', cause: 'an expression' });
    expect(code).toBe(3);
    expect(out).toMatch(/^Failed: the run broke off .*FAILED: States.Runtime: an expression/m);
    expect((await apply({ status: 'TIMED_OUT' })).code).toBe(3);
    expect((await apply({ output: 'nonsense' })).code).toBe(3);
  });

  test('interrupted, before and after the first change', async () => {
    const early = await apply({ endless: true });
    expect([early.code, early.closed]).toEqual([3, 1]);
    expect(early.out).toMatch(/^Interrupted: the run was stopped before it changed a device/m);
    const late = await apply({ endless: true, item: { before: '{}' } }, '--json');
    expect(late.code).toBe(3);
    expect(JSON.parse(late.out)).toMatchObject({
      status: 'Interrupted',
      error: expect.stringMatching(
        /stopped half-way; devices may be changed, .*; put everything back: npx edge-ramp repair edge-a --local; or go on from here: npx edge-ramp apply edge-a --local$/,
      ),
    });
  });
});

describe('what a run is asked for', () => {
  test('options reach the state machine and the lab', async () => {
    const script: Script = { output: { ...OUTPUT, endState: 'Applied' } };
    const folder = temporary();
    const line = 'apply edge-a --local --allow-interruption --expect 0123456789abcdef --state here --fresh';
    const { inputs, options } = await call(line.split(' '), script, { folder });
    expect(inputs).toEqual([
      { tunnel: 'edge-a', action: 'apply', allowInterruption: true, expect: '0123456789abcdef' },
    ]);
    expect(options).toMatchObject([{ state: join(folder, 'here'), fresh: true }]);
  });

  test('a teardown is planned, and what to type then makes exactly that', async () => {
    const digest = '0123456789abcdef';
    const changes = [{ ...CHANGES[0], stage: 'detach' }, CHANGES[1]];
    const script: Script = { output: { ...OUTPUT, changes, digest, endState: 'Planned' } };
    const line = 'plan edge-a --local --teardown --forget mi-0a4e90b30a4e90b30';
    const { inputs, out } = await call(line.split(' '), script);
    const forget = ['mi-0a4e90b30a4e90b30'];
    expect(inputs).toEqual([{ tunnel: 'edge-a', action: 'plan', teardown: true, forget }]);
    expect(out).toContain('Changes that a teardown would make:');
    expect(out).toContain(
      'Planned: a teardown would make 2 changes on 2 devices; traffic leaves the tunnel first, and connections that have not ended ' +
        'after the drain are cut; nothing was changed yet; to make exactly these: ' +
        `npx edge-ramp teardown edge-a --local --expect ${digest} --forget ${forget[0]}\n`,
    );
    const { out: document } = await call([...line.split(' '), '--json'], script);
    expect(JSON.parse(document)).toMatchObject({ action: 'plan', teardown: true, digest });
  });

  test("hosts are kept in the user's state directory", async () => {
    const script: Script = { output: { ...OUTPUT, endState: 'Applied' } };
    const home = temporary();
    const environment = { HOME: home };
    const usual = await call(['apply', 'edge-a', '--local'], script, { environment });
    expect(usual.options[0]!.state).toBe(join(home, '.local', 'state', 'edge-ramp'));
    const elsewhere = { XDG_STATE_HOME: join(home, 'state') };
    const { options } = await call(['apply', 'edge-a', '--local'], script, { environment: elsewhere });
    expect(options[0]!.state).toBe(join(home, 'state', 'edge-ramp'));
  });
});

describe('--json', () => {
  test('is one document with every field, and nothing else on stdout', async () => {
    const history = new Told();
    history.enter('Task', 'Plan');
    history.leave('Task', 'Plan');
    const { out, err } = await apply(
      {
        output: { ...OUTPUT, endState: 'Applied' },
        history,
        trips: [
          {
            commandId: 'c',
            instance: 'i-1',
            document: 'd',
            sent: 1,
            ended: 2,
            status: 'Success',
            printed: 0,
            comment: '',
          },
        ],
        journal: [{ at: 1, host: 'i-1', line: 'ip link set tun1 up', code: 0, writes: true }],
      },
      '--json',
    );
    expect(JSON.parse(out)).toEqual({
      tunnel: 'edge-a',
      action: 'apply',
      status: 'Applied',
      changes: CHANGES,
      steps: [{ state: 'Plan', seconds: 1, outcome: 'done' }],
      ssmRoundTrips: 1,
      criticalPathTrips: 1,
      stateTransitions: 1,
      deviceWrites: 1,
      verification: [],
      digest: '0123456789abcdef',
    });
    expect(err).toBe('');
  });

  test('counts operations, as on AWS; only here the command lines on devices are counted, too', async () => {
    const history = new Told();
    history.enter('Task', 'Configure ramp nodes');
    history.attempt({ do: 'shape', work: [] }, { answer: { kind: 'ramp', devices: [{ operations: 2 }] } });
    history.leave('Task', 'Configure ramp nodes');
    const line = { at: 1, host: 'i-1', line: 'ip link set tun1 up', code: 0, writes: true };
    const script: Script = { output: { ...OUTPUT, endState: 'Applied' }, history, journal: [line, line, line] };
    expect((await apply(script)).out).toContain('; 1 state transition; 2 operations on devices; ');
    const { out } = await apply(script, '--json');
    expect(JSON.parse(out)).toMatchObject({ deviceWrites: 3, deviceOperations: 2 });
  });

  test('also when nothing ran', async () => {
    const { code, out } = await apply({ refusal: 'The lab in /x is open in process 7.' }, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      status: 'NotStarted',
      error: 'The lab in /x is open in process 7.',
      steps: [],
    });
  });
});

describe('what cannot run', () => {
  test('without cdk.out: one sentence', async () => {
    const folder = project({ assembly: false });
    const { code, out, err, options } = await call(['plan', 'edge-a', '--local'], {}, { project: folder });
    expect([code, out, options]).toEqual([1, '', []]);
    expect(err).toBe(`There is no cdk.out in ${folder}: run \`npx cdk synth\` there first.\n`);
  });

  test('with an old cdk.out it says so, and runs', async () => {
    const folder = project();
    writeFileSync(join(folder, 'cdk.json'), '{}');
    utimesSync(join(folder, 'cdk.out', 'manifest.json'), 1, 1);
    const script: Script = { output: { ...OUTPUT, endState: 'Applied' } };
    const { code, err } = await call(['apply', 'edge-a', '--local'], script, { project: folder });
    expect(code).toBe(0);
    expect(err).toMatch(/^Note: cdk.json is newer than cdk.out/);
  });

  test.each([
    ['a new declaration', { 'edge-a.yaml': EXAMPLE_TEXT }, {}, 'edge-a'],
    ['a changed one', { 'edge-a.yaml': EXAMPLE_TEXT }, { 'edge-a': { ...EXAMPLE, virtualServers: [] } }, 'edge-a'],
    ['one that was taken away', {}, { 'edge-b': EXAMPLE }, 'edge-b'],
  ])('with %s since cdk.out was made: it refuses', async (_, tunnels, assembled, which) => {
    const folder = project({ tunnels });
    assemble(folder, assembled);
    const { code, out, err, options } = await call(['apply', 'edge-a', '--local'], {}, { project: folder });
    expect([code, out, options]).toEqual([1, '', []]);
    expect(err).toBe(
      `tunnels/${which}.yaml is not what cdk.out was made from, so nothing was run: run \`npx cdk synth\`, then try again.\n`,
    );
  });

  test('with a mistake in a declaration: it refuses, and says which, as validate does', async () => {
    const folder = project({ tunnels: { 'edge-a.yaml': `${EXAMPLE_TEXT}snap: flows\n` } });
    assemble(folder, { 'edge-a': EXAMPLE });
    for (const command of [
      ['apply', 'edge-a', '--local'],
      ['status', '--local'],
      ['local', '--port', '0'],
    ]) {
      const { code, out, err, options } = await call(command, {}, { project: folder });
      expect([code, out, options]).toEqual([command[0] === 'apply' ? 2 : 1, '', []]);
      expect(err).toContain('tunnels/edge-a.yaml:29:1: ');
      expect(err).toContain('snap');
      expect(err).toMatch(/\nNothing was run: mend that, then run `npx cdk synth`\.\n$/);
    }
  });

  test('a declaration that was only touched is the same one', async () => {
    const folder = project({ tunnels: { 'edge-a.yaml': `# a remark\n${EXAMPLE_TEXT}` } });
    assemble(folder, { 'edge-a': EXAMPLE });
    const script: Script = { output: { ...OUTPUT, endState: 'Applied' } };
    expect(await call(['apply', 'edge-a', '--local'], script, { project: folder })).toMatchObject({ code: 0, err: '' });
  });

  test.each([
    [join(__filename, 'folder'), 'ENOTDIR'],
    [__filename, 'EEXIST'],
    ['/proc/edge-ramp/state', 'ENOENT'],
  ])('where nothing can be kept, as in %s: one sentence', async (state, why) => {
    const { code, err, options } = await apply({}, '--state', state);
    expect([code, options]).toEqual([1, []]);
    expect(err).toBe(`Hosts and table cannot be kept in ${state} (${why}): name another folder with --state.\n`);
  });

  test('a lab that does not open: one sentence, a stack only for those who ask', async () => {
    const script = { refusal: 'The lab in /x is open in process 7.' };
    expect(await apply(script)).toMatchObject({ code: 1, err: 'The lab in /x is open in process 7.\n' });
    const debug = await call(['apply', 'edge-a', '--local'], script, {
      environment: { EDGE_RAMP_DEBUG: '1', HOME: temporary() },
    });
    expect(debug.err).toContain('    at ');
  });
});
