import { readArguments, UsageError } from '../../cli/arguments';
import { call } from './fake';

describe('the command line', () => {
  test.each([
    [[], 'A command is missing.'],
    [['aply', 'edge-a'], 'There is no command "aply".'],
    [['--local'], 'There is no option --local.'],
    [['plan', '--local'], 'plan needs the name of a tunnel.'],
    [['plan', 'edge-a', 'edge-b', '--local'], 'plan takes one tunnel, not 2.'],
    [['apply', 'edge-a'], 'apply runs on this machine only, so say --local'],
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
      json: false,
      state: 'here',
      fresh: true,
      fault: undefined,
      commands: false,
      allowInterruption: true,
      expect: 'x',
      forget: [],
    });
    expect(readArguments(['teardown', 'edge-b', '--local', '--forget', 'mi-1', '--forget', 'mi-2'])).toMatchObject({
      forget: ['mi-1', 'mi-2'],
    });
    expect(() => readArguments(['verify', 'edge-b', '--local', '--forget', 'mi-1'])).toThrow(UsageError);
    expect(() => readArguments(['plan', '--', '--local'])).toThrow(UsageError);
  });
});
