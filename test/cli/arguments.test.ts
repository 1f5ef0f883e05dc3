import { readArguments, readTourArguments, UsageError } from '../../cli/arguments';
import type { RunCommand } from '../../cli/command';
import { call } from './fake';

describe('the command line', () => {
  test.each([
    [[], 'A command is missing.'],
    [['aply', 'edge-a'], 'There is no command "aply".'],
    [['--local'], 'There is no option --local.'],
    [['plan', '--local'], 'plan needs the name of a tunnel.'],
    [['plan', 'edge-a', 'edge-b', '--local'], 'plan takes one tunnel, not 2.'],
    [['apply', 'edge-a', '--state', 'here'], 'apply: --state is for hosts on this machine: say --local.'],
    [['apply', 'edge-a', '--hosts', 'kernel'], 'apply: --hosts is for hosts on this machine: say --local.'],
    [['local', '--hosts', 'real'], '--hosts must be one of simulated, kernel, not "real".'],
    [['apply', 'edge-a', '--fresh'], 'apply: --fresh is for hosts on this machine: say --local.'],
    [['verify', 'edge-a', '--fault', 'f.json'], 'verify: --fault is for hosts on this machine: say --local.'],
    [['plan', 'edge-a', '--local', '--region', 'eu-1'], 'plan: --region is for AWS; --local is this machine.'],
    [['status', '--local', '--profile', 'me'], 'status: --profile is for AWS; --local is this machine.'],
    [['status', '--local', '--stack', 'staging'], 'status: --stack is for AWS; --local is this machine.'],
    [['status', '--stack', 'Staging'], '"Staging" is no name of a stack: 1 to 16 of lower case letters, digits, -.'],
    [['status', 'edge-a', 'edge-b'], 'status takes one tunnel or none, not 2.'],
    [['status', '--watch', '--local'], 'status --watch is for AWS'],
    [['plan', '../edge', '--local'], '"../edge" is no name of a tunnel: 1 to 32 of lower case letters, digits, -.'],
    [['status', 'Edge'], '"Edge" is no name of a tunnel'],
    [['history'], 'history needs the name of a tunnel.'],
    [['history', 'edge-a', '--limit', '0'], '--limit must be a number, 1 to 100, not "0".'],
    [['history', 'edge-a', '--limit', 'all'], '--limit must be a number, 1 to 100, not "all".'],
    [['event', 'edge-a', '--local'], "Unknown option '--local'"],
    [['preflight', 'edge-a', '--local'], "Unknown option '--local'"],
    [['pause', 'edge-a'], 'pause needs --reason'],
    [['pause', 'edge-a', '--reason', 'x', '--until', 'tomorrow'], '--until must be a span (90m, 8h, 2d) or a time'],
    [['pause', 'edge-a', '--reason', 'x', '--until', '2020-01-01'], 'in the future, not "2020-01-01"'],
    [['resume', 'edge-a', '--reason', 'x'], "Unknown option '--reason'"],
    [['apply', 'edge-a', '--local', '--forse'], "Unknown option '--forse'"],
    [['apply', 'edge-a', '--local', '--commands'], "Unknown option '--commands'"],
    [['plan', 'edge-a', '--local', '--expect', '0123456789abcdef'], "Unknown option '--expect'"],
    [['plan', 'edge-a', '--local', '--json=yes'], '--json'],
    [['plan', 'edge-a', '--local', '--state'], '--state'],
    [['plan', 'edge-a', '--local', '--state='], '--state needs a value.'],
    [['validate', '--json'], "Unknown option '--json'"],
    [['local', 'edge-a'], 'local takes no "edge-a".'],
    [['local', '--port', '65536'], '--port 65536: must be a number from 0 to 65535'],
    [['local', '--port', 'http'], '--port http: must be a number from 0 to 65535'],
    [['local', '--json'], "Unknown option '--json'"],
    [['local', 'host'], 'local host needs the name of a host'],
    [['local', 'host', 'i-0'], 'local host i-0 needs what happens to it: reboot, wipe-flows, restart-ovs, gone, back.'],
    [['local', 'host', 'i-0', 'explode'], 'local host i-0 needs what happens to it'],
    [['local', 'host', 'i-0', 'gone', 'back'], 'local host i-0 needs what happens to it'],
    [['local', 'host', 'i-0', 'gone', '--local'], "Unknown option '--local'"],
  ])('%j is wrong usage: one sentence, then how it goes', async (args, sentence) => {
    const { code, out, err, options } = await call(args);
    expect(code).toBe(64);
    expect(out).toBe('');
    expect(err.split('\n')[0]).toContain(sentence);
    expect(err).toContain('\nUsage:\n');
    expect(err).not.toContain('    at ');
    expect(options).toEqual([]);
  });

  test('help and version answer on stdout', async () => {
    for (const args of [['help'], ['--help'], ['-h'], ['apply', '--help']]) {
      const { code, out } = await call(args);
      expect([code, out.includes('Exit codes:')]).toEqual([0, true]);
    }
    expect(await call(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n' });
  });

  test('options of the server', () => {
    expect(readArguments(['local'])).toEqual({ does: 'local', port: 4517, state: undefined, fresh: false });
    expect(readArguments(['local', '--port', '0', '--state', 'here', '--fresh'])).toEqual({
      does: 'local',
      port: 0,
      state: 'here',
      fresh: true,
    });
  });

  test('options of a run', () => {
    expect(
      readArguments([
        'teardown',
        'edge-a',
        '--local',
        '--state',
        'here',
        '--fresh',
        '--allow-interruption',
        '--expect',
        'x',
      ]),
    ).toEqual({
      does: 'run',
      action: 'teardown',
      tunnel: 'edge-a',
      where: { local: true, state: 'here' },
      json: false,
      teardown: false,
      fresh: true,
      fault: undefined,
      commands: false,
      allowInterruption: true,
      expect: 'x',
      forget: [],
      until: undefined,
      reason: undefined,
    });
    expect(readArguments(['teardown', 'edge-b', '--local', '--forget', 'mi-1', '--forget', 'mi-2'])).toMatchObject({
      forget: ['mi-1', 'mi-2'],
    });
    expect(() => readArguments(['verify', 'edge-b', '--local', '--forget', 'mi-1'])).toThrow(UsageError);
    expect(() => readArguments(['plan', '--', '--local'])).toThrow(UsageError);
  });

  test('on AWS unless --local is said, in the region and with the profile that are named', () => {
    expect(readArguments(['apply', 'edge-a'])).toMatchObject({
      where: { local: false, region: undefined, profile: undefined },
    });
    expect(readArguments(['status', '--region', 'eu-central-1', '--profile', 'me', '--watch'])).toEqual({
      does: 'status',
      tunnel: undefined,
      where: { local: false, region: 'eu-central-1', profile: 'me' },
      json: false,
      watch: true,
    });
    expect(readArguments(['history', 'edge-a', '--local', '--limit', '100'])).toMatchObject({
      where: { local: true, state: undefined },
      limit: 100,
    });
    expect(readArguments(['preflight', 'edge-a', '--no-plan'])).toMatchObject({ plan: false });
  });

  test('a pause lasts until a time, or until somebody resumes the tunnel', () => {
    const until = (...more: string[]) =>
      (readArguments(['pause', 'edge-a', '--reason', 'a spare part', ...more]) as RunCommand).until;
    expect(until()).toBeUndefined();
    const inAnHour = Date.parse(until('--until', '1h')!) - Date.now();
    expect(Math.round(inAnHour / 60_000)).toBe(60);
  });
});

describe('what npm start is told', () => {
  test('are the hosts of the tour, else it is on simulated ones', () => {
    expect(readTourArguments([])).toBe('simulated');
    expect(readTourArguments(['--hosts', 'kernel'])).toBe('kernel');
  });
  test.each([
    [['--hosts', 'real'], '--hosts must be one of simulated, kernel, not "real".'],
    [['kernel'], 'npm start takes nothing but -- --hosts KIND, not "kernel".'],
    [['--state', 'here'], "npm start: Unknown option '--state'"],
  ])('%j is refused', (args, sentence) => {
    expect(() => readTourArguments(args)).toThrow(UsageError);
    expect(() => readTourArguments(args)).toThrow(sentence);
  });
});
