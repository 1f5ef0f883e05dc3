import { declared } from '../examples';
import { arnOf, callAws, items, parameters, pastExecutions, Refusal, type Answers } from './aws/fake-aws';
import { call } from './fake';

const EXAMPLE = declared('edge-a');
const SPEC = { ...EXAMPLE, example: false };
const DECLARED = parameters({
  '/edge-ramp/tunnels/edge-a': SPEC,
  '/edge-ramp/tunnels/edge-b': { ...SPEC, name: 'edge-b' },
});
const STANDS = {
  wanted: 'applied',
  applied: JSON.stringify(SPEC),
  provenAt: '2026-11-23T07:55:10.000Z',
  lastResult: JSON.stringify({
    endState: 'Unchanged',
    action: 'apply',
    execution: arnOf('edge-a-schedule-1'),
    at: '2026-11-23T07:55:10.000Z',
  }),
  provenBy: arnOf('edge-a-schedule-1'),
};
const ACCOUNT: Answers = { ...DECLARED, ...items({ 'edge-a': STANDS }), ...pastExecutions({}) };

describe('status', () => {
  test('shows every tunnel that is declared or in the table, and asks no device', async () => {
    const gone = { ...STANDS, applied: JSON.stringify({ ...SPEC, name: 'old' }) };
    const { code, out, asked } = await callAws(['status'], { ...ACCOUNT, ...items({ 'edge-a': STANDS, old: gone }) });
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'TUNNEL  WANTED   IN SYNC  LAST SEEN         LAST PROVEN       AUTOMATION',
        'edge-a  applied  yes      2026-11-23 07:55  2026-11-23 07:55  on',
        'edge-b  -        -        never             never             not wanted',
        'old     applied  NO       2026-11-23 07:55  2026-11-23 07:55  not declared',
        '',
        '  old: not in sync: it is not declared any more, and still stands',
        '',
        'What needs a person',
        '  old: it is not declared any more, and still stands: npx edge-ramp teardown old',
        '',
        'As the last runs and looks wrote it down: no device was contacted. Times are in UTC.',
        '',
      ].join('\n'),
    );
    expect(asked.map(([operation]) => operation)).not.toContain('StartExecution');
  });

  describe('with names that make it wider than 80 characters', () => {
    const name = 'a-tunnel-with-the-longest-name-x';
    const named = (item: object) => ({
      ...parameters({ [`/edge-ramp/tunnels/${name}`]: { ...SPEC, name } }),
      ...items({ [name]: { ...STANDS, applied: JSON.stringify({ ...SPEC, name }), ...item } }),
      ...pastExecutions({}),
    });

    test('has the name of each tunnel in a line of its own, above its row', async () => {
      const { out } = await callAws(['status'], named({}));
      expect(out.split('\n').slice(0, 5)).toEqual([
        'TUNNEL',
        '  WANTED   IN SYNC  LAST SEEN         LAST PROVEN       AUTOMATION',
        name,
        '  applied  yes      2026-11-23 07:55  2026-11-23 07:55  on',
        '',
      ]);
    });

    test('is a list, where a row alone is wider', async () => {
      const item = {
        degraded: JSON.stringify(['ramp node mi-1']),
        paused: JSON.stringify({ until: null, reason: 'spare part', at: null, by: null }),
      };
      const { out } = await callAws(['status'], { ...named(item), ...parameters({}) });
      expect(out.split('\n').slice(0, 7)).toEqual([
        name,
        '  wanted: applied',
        '  in sync: NO, degraded',
        '  last seen: 2026-11-23 07:55',
        '  last proven: 2026-11-23 07:55',
        '  automation: not declared, paused',
        '',
      ]);
    });
  });

  test('does not take the item of a pair of BIG-IPs for a tunnel', async () => {
    const pair = { holder: arnOf('edge-a-apply-9'), holderTunnel: 'edge-a', since: 1 };
    const { out } = await callAws(['status'], {
      ...ACCOUNT,
      ...items({ 'edge-a': STANDS, 'pair 10.3.88.81+10.3.88.82': pair }),
    });
    expect(out).toContain('edge-a');
    expect(out).not.toContain('pair');
  });

  test('says who works, what drifted, what is away and what is paused', async () => {
    const owner = arnOf('edge-a-apply-9');
    const item = {
      ...STANDS,
      owner,
      fence: 1,
      degraded: JSON.stringify(['ramp node mi-1']),
      drifts: JSON.stringify([{ at: '2026-11-22T01:02:03Z', execution: arnOf('edge-a-schedule-0'), changes: 2 }]),
      paused: JSON.stringify({ until: '2199-01-01T00:00:00Z', reason: 'spare part', at: null, by: null }),
    };
    const answers = {
      ...ACCOUNT,
      ...items({ 'edge-a': item }),
      ...pastExecutions({ 'edge-a-apply-9': { status: 'RUNNING', startDate: Date.UTC(2026, 10, 23, 8) / 1000 } }),
    };
    const { out } = await callAws(['status', 'edge-a'], answers);
    expect(out).toContain('edge-a  applied  -, degraded  2026-11-23 07:55  2026-11-23 07:55  paused\n');
    expect(out).toContain('  edge-a: degraded: ramp node mi-1 could not be reached\n');
    expect(out).toContain('  edge-a: the lease is held by edge-a-apply-9, which began 2026-11-23 08:00 UTC\n');
    expect(out).toContain('  edge-a: paused until 2199-01-01 00:00 UTC: spare part\n');
    expect(out).toContain('  edge-a: last drift 2026-11-22 01:02 UTC: 2 changes by edge-a-schedule-0\n');
    expect(out).toContain('\nNothing needs a person.\n');
    expect(out).not.toContain('edge-b');
  });

  test('says what a verify saw, by whom, and what to do', async () => {
    const changes = [{ device: 'ramp node i-1', stage: 'shape', text: '+ flow', interrupts: null }];
    const lastLook = JSON.stringify({
      endState: 'NotVerified',
      action: 'verify',
      execution: arnOf('edge-a-verify-2'),
      at: '2026-11-23T09:10:11.000Z',
      changes,
      fence: 7,
      free: true,
    });
    const { out } = await callAws(['status', 'edge-a'], {
      ...ACCOUNT,
      ...items({ 'edge-a': { ...STANDS, fence: 7, lastLook } }),
    });
    expect(out).toContain('edge-a  applied  NO       2026-11-23 09:10  2026-11-23 07:55');
    expect(out).toContain('  edge-a: last seen by verify edge-a-verify-2\n');
    expect(out).toContain('  edge-a: not in sync: it did not stand as declared: 1 change is needed\n');
    expect(out).toContain(
      'What needs a person\n  edge-a: it did not stand as declared: 1 change is needed: npx edge-ramp apply edge-a\n',
    );
  });

  test('says why it is not known whether a tunnel is in sync, and who looks', async () => {
    const lastResult = JSON.stringify({ ...JSON.parse(STANDS.lastResult), endState: 'NotStarted' });
    const { out } = await callAws(['status'], { ...ACCOUNT, ...items({ 'edge-a': { ...STANDS, lastResult } }) });
    expect(out).toContain('edge-a  applied  -        2026-11-23 07:55  2026-11-23 07:55  on');
    expect(out).toContain(
      '  edge-a: not known whether it is in sync: the last run failed before its first change; the automation looks every 5 minutes, and sends a notice when it cannot\n',
    );
    const held = parameters({ '/edge-ramp/tunnels/edge-a': { ...SPEC, watch: 0 } });
    const { out: alone } = await callAws(['status'], {
      ...ACCOUNT,
      ...held,
      ...items({ 'edge-a': { ...STANDS, lastResult } }),
    });
    expect(alone).toContain(
      'What needs a person\n  edge-a: the last run failed before its first change, and nobody has looked since: npx edge-ramp verify edge-a\n',
    );
  });

  test('says what keepers had put back, of every tunnel, and which run or verify saw it', async () => {
    const healed = [
      { device: 'ramp node i-1', times: 6, repeated: true, secondsAgo: 61, what: 'no route' },
      { device: 'ramp node i-2', times: 1, repeated: false, secondsAgo: 3000, what: 'tun1 is down' },
    ];
    const lastResult = JSON.stringify({ ...JSON.parse(STANDS.lastResult), healed });
    const answers = { ...ACCOUNT, ...items({ 'edge-a': { ...STANDS, lastResult } }) };
    const { out } = await callAws(['status'], answers);
    expect(out).toContain(
      '  edge-a: ramp node i-1: its keeper had put something back 6 times within an hour, which is repeated drift, the last time at about 2026-11-23 07:54 UTC: no route (seen by apply edge-a-schedule-1, 2026-11-23 07:55 UTC)\n',
    );
    expect(out).toContain(
      '  edge-a: ramp node i-2: its keeper had put something back once within an hour, the last time at about 2026-11-23 07:05 UTC: tun1 is down (seen by apply edge-a-schedule-1, 2026-11-23 07:55 UTC)\n',
    );
    const { out: json } = await callAws(['status', 'edge-a', '--json'], answers);
    expect(JSON.parse(json).tunnels[0].lastSeen.healed).toMatchObject([
      { device: 'ramp node i-1', times: 6, repeated: true, lastAt: '2026-11-23T07:54:09.000Z' },
      { device: 'ramp node i-2', times: 1, repeated: false },
    ]);
  });

  test('shows the pause of an example', async () => {
    const paused = JSON.stringify({ until: '2199-01-01T00:00:00Z', reason: 'spare part', at: null, by: null });
    const { out } = await callAws(['status', 'edge-a'], {
      ...parameters({ '/edge-ramp/tunnels/edge-a': EXAMPLE }),
      ...items({ 'edge-a': { ...STANDS, paused } }),
      ...pastExecutions({}),
    });
    expect(out).toContain('  example, paused\n');
  });

  test('an empty account gets a friendly sentence', async () => {
    const { code, out } = await callAws(['status'], { ...parameters(), ...items({}) });
    expect([code, out]).toEqual([
      0,
      'No tunnel is declared here, and none was ever applied: add tunnels/NAME.yaml and deploy (npx cdk deploy).\n',
    ]);
  });

  test('a tunnel that nobody knows is an error', async () => {
    const { code, err } = await callAws(['status', 'edge-z'], ACCOUNT);
    expect([code, err]).toEqual([
      1,
      'edge-ramp: edge-z is neither declared nor known to the table: add tunnels/edge-z.yaml and deploy, or see `npx edge-ramp status`.\n',
    ]);
  });

  test('gives programs one document', async () => {
    const { out } = await callAws(['status', '--json'], ACCOUNT);
    expect(JSON.parse(out)).toMatchObject({
      tunnels: [
        { tunnel: 'edge-a', inSync: true, automation: 'on', needs: [] },
        { tunnel: 'edge-b', inSync: null, wanted: null },
      ],
    });
  });

  test('without the right to look it says which is missing', async () => {
    const denied: Answers = {
      ...ACCOUNT,
      Scan: () => {
        throw new Refusal('AccessDeniedException', 'not allowed');
      },
    };
    const { code, err } = await callAws(['status'], denied);
    expect([code, err.startsWith('edge-ramp: AWS denies dynamodb:Scan (')]).toEqual([1, true]);
  });

  test('locally without cdk.out there is nothing to look at', async () => {
    const { code, err } = await call(['status', '--local'], { refusal: 'The lab in /x is open in process 7.' });
    expect([code, err]).toEqual([1, 'edge-ramp: The lab in /x is open in process 7.\n']);
  });
});

describe('colours', () => {
  const painted = async (...args: string[]): Promise<boolean> => {
    let text = '';
    const out = { write: (more: string) => void (text += more), live: false, colour: true };
    await callAws(args, ACCOUNT, { out });
    expect(text).toContain('edge-a');
    return text.includes('\u001b[');
  };

  test('are for terminals', async () => expect(await painted('status')).toBe(true));

  test.each([
    ['status', '--no-color'],
    ['--no-color', 'status', 'edge-a'],
    ['status', 'edge-a', '--no-color'],
  ])('are taken away: %s %s', async (...args) => expect(await painted(...args)).toBe(false));
});

describe('status --watch', () => {
  /** Watches until so many looks have been made; the second finds another item. */
  async function watch(second: Record<string, string>, live: boolean, ...more: string[]) {
    let [interrupt, looks] = [(): void => undefined, 0];
    const written: string[] = [];
    const out = { write: (text: string) => void written.push(text), live, colour: false };
    const answers: Answers = {
      ...ACCOUNT,
      GetItem: (input) => items({ 'edge-a': looks === 0 ? STANDS : { ...STANDS, ...second } })['GetItem']!(input),
    };
    const { code } = await callAws(['status', 'edge-a', '--watch', ...more], answers, {
      out,
      sleep: async () => void (++looks === 3 && interrupt()),
      onInterrupt: (stop) => {
        interrupt = stop;
        return () => undefined;
      },
    });
    return { code, written };
  }

  test('where nobody watches, only what changed is told, with its time', async () => {
    const { code, written } = await watch({ before: '{}' }, false);
    expect(code).toBe(0);
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^TUNNEL /);
    expect(written[1]).toMatch(
      /^\d{4}-\d\d-\d\d [\d:]{8} UTC {2}edge-a +applied +NO .*\n.*UTC {4}edge-a: not in sync: a run left it half-way\n$/,
    );
  });

  test('where nothing changed, nothing is told', async () => {
    expect((await watch({}, false)).written).toHaveLength(1);
  });

  test('on a terminal it is drawn again each time', async () => {
    const { written } = await watch({}, true);
    expect(written).toHaveLength(3);
    expect(written.every((text) => text.startsWith('\u001b[H\u001b[2J'))).toBe(true);
  });

  test('a look that fails for a while is told, and the next one made', async () => {
    let [interrupt, looks, text] = [(): void => undefined, 0, ''];
    const { code } = await callAws(
      ['status', 'edge-a', '--watch'],
      {
        ...ACCOUNT,
        GetItem: (input) => {
          if (looks === 1) throw new Refusal('ResourceInUseException', 'later');
          return ACCOUNT['GetItem']!(input);
        },
      },
      {
        out: { write: (more) => void (text += more), live: false, colour: false },
        sleep: async () => void (++looks === 3 && interrupt()),
        onInterrupt: (stop) => {
          interrupt = stop;
          return () => undefined;
        },
      },
    );
    expect(code).toBe(0);
    expect(text).toContain('AWS refuses dynamodb:GetItem: ResourceInUseException: later.\n');
    expect(text.split('AWS refuses')[1]).toContain('edge-a  applied  yes');
  });

  test('programs get whole documents', async () => {
    const { written } = await watch({ before: '{}' }, false, '--json');
    expect(written.map((text) => (JSON.parse(text) as { tunnels: { inSync: boolean }[] }).tunnels[0]!.inSync)).toEqual([
      true,
      false,
    ]);
  });
});
