import { diff } from '../../cli/report/diff';
import { Progress } from '../../cli/report/progress';
import { stepsOf } from '../../cli/report/steps';
import { styleFor, table, wideTable } from '../../cli/report/style';
import { endSentence } from '../../cli/report/summary';
import { verification } from '../../cli/report/text';
import { probesOf, resultOf } from '../../cli/result';
import type { Described } from '../../cli/aws/executions';
import type { Change } from '../../lib/tunnel/plan/plan';
import { event } from './fake';

const PLAIN = styleFor({ colour: false });
const change = (device: string, stage: Change['stage'], text: string, interrupts: string | null = null): Change => ({
  device,
  stage,
  text,
  interrupts,
});

describe('a table', () => {
  const heading = ['HOST', 'WHAT', 'TUNNELS'];
  const of = (...tunnels: string[]) => [['10.3.88.66', 'BIG-IP', tunnels.join(', ')]];
  const [some, more] = [of('edge-a'), of('a'.repeat(32), 'b'.repeat(32))];

  test.each([
    ['has a row a line', some, 'HOST        WHAT    TUNNELS\n10.3.88.66  BIG-IP  edge-a\n'],
    [
      'of more than 80 characters has the first column in lines of its own',
      more,
      `HOST\n  WHAT    TUNNELS\n10.3.88.66\n  BIG-IP  ${more[0]![2]}\n`,
    ],
    [
      'that is too wide even so is a list of lines',
      of('a'.repeat(32), 'b'.repeat(37)),
      `10.3.88.66\n  what: BIG-IP\n  tunnels: ${'a'.repeat(32)}, ${'b'.repeat(37)}\n`,
    ],
  ])('%s', (_, rows, text) => expect(table(heading, rows, PLAIN)).toBe(text));

  test('in a log stays a row a line, however wide', () =>
    expect(wideTable(heading, more, PLAIN).split('\n')).toEqual([
      'HOST        WHAT    TUNNELS',
      `10.3.88.66  BIG-IP  ${more[0]![2]}`,
      '',
    ]));
});

describe('the diff', () => {
  test('groups by device and says what is first and last, and what cuts traffic', () => {
    const text = diff(
      [
        change('BIG-IP 10.3.88.66', 'detach', '~ virtual server v: SNAT pool SDN_snatpool → none'),
        change('BIG-IP 10.3.88.66', 'shape', '- self SDN: address 10.3.91.216/24', 'traffic through it stops'),
        change('BIG-IP 10.3.88.66', 'attach', '  save the configuration'),
        change('ramp node i-1', 'shape', '+ link tun1 up'),
      ],
      PLAIN,
    );
    expect(text).toBe(
      [
        'BIG-IP 10.3.88.66',
        '  first:',
        '  ~ virtual server v: SNAT pool SDN_snatpool → none',
        '  then:',
        '  - self SDN: address 10.3.91.216/24',
        '    ! cuts live traffic: traffic through it stops',
        '  last:',
        '    save the configuration',
        '',
        'ramp node i-1',
        '  + link tun1 up',
        '',
      ].join('\n'),
    );
  });

  test('says what is built before the others, and what goes when traffic goes the new way', () => {
    const text = diff(
      [
        change('ramp node mi-2', 'prepare', '+ link tun1 up'),
        change('ramp node mi-3', 'prepare', '+ link tun1 up'),
        change('ramp node mi-3', 'shape', '~ tunnel tun1: local any → 10.20.30.4'),
        change('ramp node mi-1', 'clean', '- link tun1 up'),
      ],
      PLAIN,
    );
    expect(text).toBe(
      [
        'ramp node mi-2',
        '  + link tun1 up',
        '',
        'ramp node mi-3',
        '  + link tun1 up',
        '  then:',
        '  ~ tunnel tun1: local any → 10.20.30.4',
        '',
        'ramp node mi-1',
        '  when traffic goes the new way:',
        '  - link tun1 up',
        '',
      ].join('\n'),
    );
  });

  test('lets no control character of a device through, and paints only when it may', () => {
    const changes = [change('BIG-IP 1', 'shape', '+ tunnel \u001b[2Jx: y\u009b1m')];
    expect(diff(changes, PLAIN)).toBe('BIG-IP 1\n  + tunnel \\u{1b}[2Jx: y\\u{9b}1m\n');
    expect(diff(changes, styleFor({ colour: true }))).toContain('\u001b[32m+ tunnel \\u{1b}[2Jx');
  });
});

test('a pair of which a node is away says so in the last line', () => {
  const output = { endState: 'Unchanged', changes: [], degraded: ['ramp node mi-2'] };
  const execution = { status: 'SUCCEEDED', output: JSON.stringify(output) } as Described;
  const run = {
    tunnel: 'edge-b',
    action: 'apply',
    teardown: false,
    begun: false,
    tornDown: false,
    noProbe: false,
    again: () => '',
  } as const;
  expect(endSentence(resultOf(execution, undefined), run)).toBe(
    'Unchanged: edge-b stands as declared already and carries; nothing was written. Degraded: ramp node mi-2 cannot be reached and was left out.',
  );
  // A command at the end of the sentence is copied without it.
  const planned = { ...output, endState: 'Planned', digest: 'd', changes: [change('BIG-IP 1', 'shape', '+ x')] };
  const plan = { status: 'SUCCEEDED', output: JSON.stringify(planned) } as Described;
  expect(endSentence(resultOf(plan, undefined), { ...run, again: () => 'npx edge-ramp apply edge-b' })).toMatch(
    /: npx edge-ramp apply edge-b; Degraded: ramp node mi-2 cannot be reached and was left out\.$/,
  );
});

test('probes come from a plan or from the devices that proved', () => {
  const probe = { from: 'BIG-IP 1', to: '10.3.91.217', what: 'ping', ok: false, detail: '0 of 3 packets came back' };
  const proven = {
    reachable: false,
    outcomes: [{ ok: true, devices: [{ name: '1', verification: [probe] }] }, { ok: false }],
  };
  expect(probesOf([probe])).toEqual([probe]);
  expect(probesOf(proven)).toEqual([probe]);
  expect(probesOf(null)).toEqual([]);
  expect(verification([probe], PLAIN)).toBe('  FAILED  BIG-IP 1 to 10.3.91.217: ping: 0 of 3 packets came back\n');
});

const EVENTS = [
  event('entered', 'Observe', 0),
  event('entered', 'Observe/Observe BIG-IP', 0),
  event('entered', 'Observe/Observe ramp nodes', 0),
  event('retried', 'Observe/Observe ramp nodes', 500, 'NotDelivered'),
  event('exited', 'Observe/Observe BIG-IP', 1200),
  event('caught', 'Observe/Observe ramp nodes', 1500, 'OutcomeUnknown'),
  event('exited', 'Observe', 1500),
  event('entered', 'All well?', 1500),
  event('exited', 'All well?', 1501),
  event('entered', 'Observe', 1501),
  event('entered', 'Observe/Observe BIG-IP', 1501),
  event('exited', 'Observe/Observe ramp nodes', 1600),
];

test('steps: each visit of a state for itself; what was not left is interrupted', () => {
  expect(stepsOf(EVENTS)).toEqual([
    { state: 'Observe', seconds: 1.5, outcome: 'done' },
    { state: 'Observe BIG-IP', seconds: 1.2, outcome: 'done' },
    { state: 'Observe ramp nodes', seconds: 1.5, outcome: 'failed' },
    { state: 'All well?', seconds: 0.001, outcome: 'done' },
    { state: 'Observe', seconds: 0.099, outcome: 'interrupted' },
    { state: 'Observe BIG-IP', seconds: 0.099, outcome: 'interrupted' },
  ]);
});

describe('progress', () => {
  const told = (live: boolean): string => {
    let text = '';
    const output = { write: (more: string) => void (text += more), live, colour: false };
    const progress = new Progress(output);
    EVENTS.slice(0, 9).forEach((each) => progress.onEvent({ ...each, works: each.state !== 'All well?' }));
    progress.end();
    return text;
  };

  test('a line for each step that has ended, under the state that holds it', () => {
    expect(told(false)).toBe(
      [
        '          Observe',
        '  again     Observe ramp nodes                  after NotDelivered',
        '  ok        Observe BIG-IP                      1.2 s',
        '  FAILED    Observe ramp nodes                  1.5 s  OutcomeUnknown',
        '',
      ].join('\n'),
    );
  });

  test.each([
    [{ kind: 'cluster', ok: true, devices: [] }, ''],
    [
      { kind: 'cluster', ok: true, devices: [{ name: 'mi-1' }] },
      '  ok      Observe cluster                       1.0 s\n',
    ],
  ])('no line for a kind of device that the tunnel does not have: %j', (output, line) => {
    let text = '';
    const progress = new Progress({ write: (more: string) => void (text += more), live: false, colour: false });
    const step = { state: 'Observe cluster', path: 'Observe cluster', works: true };
    progress.onEvent({ ...step, kind: 'entered', at: 0 });
    progress.onEvent({ ...step, kind: 'exited', at: 1000, output });
    expect(text).toBe(line);
  });

  test('a moving line on a terminal, gone at the end', () => {
    expect(told(true)).toContain('Observe BIG-IP, Observe ramp nodes');
    expect(told(true).endsWith('\r\u001b[K')).toBe(true);
  });
});
