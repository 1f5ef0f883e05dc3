import { call, temporary } from './fake';

/** A run that comes to its end. */
const DONE = { output: { endState: 'Unchanged', changes: [] } };
const inputOf = async (line: string) => (await call(`${line} --local`.split(' '), DONE)).inputs[0];

describe('the command line', () => {
  test.each([
    ['aply edge-a', "unknown command 'aply'"],
    ['--local', "unknown option '--local'"],
    ['plan --local', "missing required argument 'tunnel', or --all"],
    ['verify --local', "missing required argument 'tunnel'"],
    ['verify --all', "unknown option '--all'"],
    ['plan edge-a --all', "option '--all' cannot be used with a tunnel"],
    ['apply --all --expect 0123456789abcdef', "option '--all' cannot be used with option '--expect <digest>'"],
    ['apply --all --forget mi-1', "option '--all' cannot be used with option '--forget <device>'"],
    ['apply --all --local --fault f.json', "option '--all' cannot be used with option '--fault <file>'"],
    ['apply edge-a', 'nobody can be asked here (no terminal), so nothing was started: say'],
    ['apply --all', 'nobody can be asked here (no terminal), so nothing was started: say'],
    ['teardown edge-a --allow-interruption', 'nobody can be asked here (no terminal), so nothing was started: say'],
    ['plan edge-a --yes', "unknown option '--yes'"],
    ['apply edge-a --detailed-exitcode', "unknown option '--detailed-exitcode'"],
    ['plan edge-a edge-b --local', "too many arguments for 'plan'"],
    ['apply edge-a --state here', '--state is for hosts on this machine: say --local.'],
    ['apply edge-a --hosts kernel', '--hosts is for hosts on this machine: say --local.'],
    [
      'local --hosts real',
      "option '--hosts <kind>' argument 'real' is invalid. Allowed choices are simulated, kernel.",
    ],
    ['apply edge-a --fresh', '--fresh is for hosts on this machine: say --local.'],
    ['verify edge-a --fault f.json', '--fault is for hosts on this machine: say --local.'],
    ['plan edge-a --local --region eu-1', "option '--local' cannot be used with option '--region <region>'"],
    ['status --local --profile me', "option '--local' cannot be used with option '--profile <profile>'"],
    ['status --local --stack staging', "option '--local' cannot be used with option '--stack <name>'"],
    ['status --stack Staging', 'It must be 1 to 16 of lower case letters, digits, -.'],
    ['status edge-a edge-b', "too many arguments for 'status'"],
    ['status --watch --local', "option '--watch' cannot be used with option '--local'"],
    ['plan ../edge --local', 'It must be 1 to 32 of lower case letters, digits, -.'],
    ['plan -- --local', 'It must be 1 to 32 of lower case letters, digits, -.'],
    ['status Edge', 'It must be 1 to 32 of lower case letters, digits, -.'],
    ['history', "missing required argument 'tunnel'"],
    ['history edge-a --limit 0', 'It must be a number from 1 to 100.'],
    ['history edge-a --limit all', 'It must be a number from 1 to 100.'],
    [
      'event edge-a --local',
      'event is for AWS, without --local: on this machine start `npx edge-ramp local`, and send',
    ],
    ['event --local', 'event is for AWS, without --local: '],
    ['stop edge-a --local', 'stop is for AWS, without --local: a run on this machine is stopped where it was started'],
    ['stop edge-a', 'nobody can be asked here (no terminal), so nothing was started: say --yes.'],
    ['repair edge-a --expect 0123456789abcdef', "unknown option '--expect'"],
    ['result', "missing required argument 'tunnel'"],
    [
      'preflight edge-a --local --state here',
      'preflight is for AWS, without --local: on this machine nothing has to be',
    ],
    ['pause edge-a', "required option '--reason <text>' not specified"],
    ['pause edge-a --reason x --until tomorrow', 'It must be a span (90m, 8h, 2d) or a time'],
    ['pause edge-a --reason x --until 2020-01-01', 'in the future.'],
    ['resume edge-a --reason x', "unknown option '--reason'"],
    ['verify edge-b --local --forget mi-1', "unknown option '--forget'"],
    ['apply edge-a --local --commands', "unknown option '--commands'"],
    ['plan edge-a --local --expect 0123456789abcdef', "unknown option '--expect'"],
    ['plan edge-a --local --state', "option '--state <dir>' argument missing"],
    ['plan edge-a --local --state=', 'It needs a value.'],
    ['validate --json', "unknown option '--json'"],
    ['local edge-a', "too many arguments for 'local'"],
    ['local --port 65536', 'It must be a number from 0 to 65535.'],
    ['local --port http', 'It must be a number from 0 to 65535.'],
    ['local --json', "unknown option '--json'"],
    ['local host i-0', "missing required argument 'what'"],
    ['local host i-0 explode', 'Allowed choices are reboot, wipe-flows, restart-ovs, keep, gone, '],
    ['local host i-0 gone explode', 'Allowed choices are reboot, wipe-flows, restart-ovs, keep, gone, '],
    ['local host i-0 gone --times 0', 'It must be a number from 1 to 100.'],
    ['help aply', "unknown command 'aply'"],
    ['aply --help', "unknown command 'aply'"],
    ['aply edge-a -h', "unknown command 'aply'"],
    ['local hots --help', "unknown command 'hots'"],
    ['help local hots', "unknown command 'hots'"],
    ['local hots', "unknown command 'hots'"],
    ['completion fish', 'Allowed choices are bash, zsh.'],
  ])('"%s" is wrong usage, and nothing is done', async (line, sentence) => {
    const { code, out, err, options } = await call(line.split(' '));
    expect(code).toBe(64);
    expect(out).toBe('');
    expect(err.split('\n')[0]).toMatch(/^error: /);
    expect(err.split('\n')[0]).toContain(sentence);
    expect(err).not.toContain('    at ');
    expect(options).toEqual([]);
  });

  test('without a command it says which there are', async () => {
    expect(await call([])).toMatchObject({
      code: 64,
      out: '',
      err: expect.stringContaining('apply [options] [tunnel]'),
    });
  });

  test.each([
    ['aply edge-a', '(Did you mean apply?)'],
    ['apply edge-a --lcal', '(Did you mean --local?)'],
    ['apply edge-a --alow-interruption', '(Did you mean --allow-interruption?)'],
    ['apply edge-a --allow', '(Did you mean --allow-interruption?)'],
    ['apply edge-a --al', '(Did you mean one of --all, --allow-interruption?)'],
    ['help aply', '(Did you mean apply?)'],
    ['aply --help', '(Did you mean apply?)'],
    ['local hots --help', '(Did you mean host?)'],
    ['help local hots', '(Did you mean host?)'],
    ['local hots', '(Did you mean host?)'],
  ])('"%s" is answered with %s', async (line, suggestion) => {
    expect((await call(line.split(' '))).err).toContain(suggestion);
  });

  test.each([
    ['aply edge-a', 'edge-ramp [options] [command]', 'The commands: npx edge-ramp help'],
    ['help aply', 'edge-ramp [options] [command]', 'The commands: npx edge-ramp help'],
    ['plan edge-a --locl', 'edge-ramp plan [options] [tunnel]', 'Its options: npx edge-ramp plan --help'],
    ['apply edge-a --fresh', 'edge-ramp apply [options] [tunnel]', 'Its options: npx edge-ramp apply --help'],
    [
      'local host i-0 explode',
      'edge-ramp local host [options] [host] [what...]',
      'Its options: npx edge-ramp local host --help',
    ],
  ])('"%s" is answered with the usage of its own command, and no other', async (line, usage, more) => {
    const { err } = await call(line.split(' '));
    expect(err.split('\n').slice(-3)).toEqual([`Usage: ${usage}`, more, '']);
    expect(err.split('\n').length).toBeLessThan(6);
  });

  test('help of every command fits 80 columns', async () => {
    const { out: all } = await call(['help']);
    const commands = [...all.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
    expect(commands.length).toBeGreaterThan(12);
    for (const line of ['help', 'local host --help', ...commands.map((name) => `${name} --help`)]) {
      const { out } = await call(line.split(' '));
      expect([line, out.split('\n').filter((each) => each.length > 80)]).toEqual([line, []]);
    }
  });

  test.each(['help', '--help', '-h', 'apply --help', 'help apply', 'local host --help'])(
    '%s answers on stdout',
    async (line) => {
      const { code, out, err } = await call(line.split(' '));
      expect([code, err, out.includes('Exit codes:')]).toEqual([0, '', true]);
    },
  );

  test('help of a command within another one is that of its --help', async () => {
    const { out } = await call(['help', 'local', 'host']);
    expect(out).toBe((await call(['local', 'host', '--help'])).out);
    expect(out).toMatch(/^Usage: edge-ramp local host /);
  });

  test('help of local speaks of no AWS', async () => {
    for (const line of ['local --help', 'local host --help'])
      expect((await call(line.split(' '))).out).not.toContain('AWS):');
  });

  test('so does the version', async () => {
    expect(await call(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n', err: '' });
  });
});

describe('what is typed reaches the state machine', () => {
  test.each([
    ['plan edge-a', { action: 'plan' }],
    ['plan edge-a --teardown --forget mi-1', { action: 'plan', teardown: true, forget: ['mi-1'] }],
    ['apply edge-a --allow-interruption --expect x', { action: 'apply', allowInterruption: true, expect: 'x' }],
    ['verify edge-a', { action: 'verify' }],
    ['teardown edge-a --forget mi-1 --forget mi-2', { action: 'teardown', forget: ['mi-1', 'mi-2'] }],
    ['pause edge-a --reason spare', { action: 'pause', reason: 'spare' }],
    ['resume edge-a', { action: 'resume' }],
  ])('%s', async (line, input) => {
    expect(await inputOf(line)).toEqual({ tunnel: 'edge-a', ...input });
  });

  test('a pause lasts until a time', async () => {
    const { until } = (await inputOf('pause edge-a --reason spare --until 1h')) as { readonly until: string };
    expect(Math.round((Date.parse(until) - Date.now()) / 60_000)).toBe(60);
  });
});

test.each([
  ['', 4517],
  ['--port 0', 0],
])('local %s serves on port %d', async (more, port) => {
  const { options } = await call(['local', ...more.split(' ').filter((word) => word !== '')], { refusal: 'no' });
  expect(options).toMatchObject([{ port, fresh: false }]);
});

test.each([[], ['--local']])(
  'what stands after `local host` is for it, though `local` has options of that name %j',
  async (...more) => {
    const state = temporary();
    const { err } = await call(['local', 'host', 'i-0', 'gone', '--state', state, ...more]);
    expect(err).toContain(`There are no hosts in ${state}:`);
  },
);
