import * as fc from 'fast-check';
import { bigip } from '../../../../lib/tunnel/bigip/device';
import { NotUnderstood, NotVerified } from '../../../../lib/tunnel/errors/errors';
import { specs, states } from '../generators';
import { ALIVE, DEAD, answerText, type Said, type Told } from '../answer-text';
import { bigipAnswer } from '../bigip-answer';
import { subject, EXAMPLE, tunnel } from '../site';
import { freshWorld } from '../world';

const MISSING: Told = [[], 1, '01020036:3: The requested object (/Common/SDN) was not found.'];

/** Answers to all questions of the example; those not given: no such object. */
function read(given: Readonly<Record<string, Told>>, spec = EXAMPLE) {
  const said = bigip.questions(subject('bigip', spec)).map((question): Said => {
    const usual: Told = /^(?:routes|tunnels|selfs) /.test(question)
      ? [[], 0]
      : question === 'saved'
        ? [[], 0]
        : question.startsWith('ping ')
          ? [[], '-']
          : question.startsWith('group ')
            ? [['Status  Standalone'], 0]
            : MISSING;
    return [question, ...(given[question] ?? usual)];
  });
  return bigip.read(answerText(said), subject('bigip', spec));
}

const SPEC = tunnel({ save: false });

test('a BIG-IP without any of our objects has an empty state, and no ping was worth sending', () =>
  expect(read({}, SPEC)).toMatchObject({ state: {}, probes: [] }));

test('what is there already under other names', () => {
  const { facts } = read({
    'tunnels 10.3.89.66 10.3.89.89': [
      [
        'net tunnels tunnel SDN { local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }',
        'net tunnels tunnel /Common/ramp { description "by hand" local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }',
      ],
      0,
    ],
    'selfs 10.3.91.216': [['net self ramp { address 10.3.91.216/24 allow-service { default } vlan ramp }'], 0],
  });
  expect(facts.twins).toEqual(['tunnel ramp', 'self ramp']);
});

describe('listings as BIG-IP prints them', () => {
  test('the tunnel of the published procedure, with an index that nobody set', () => {
    const { state, facts } = read(
      {
        'tunnel SDN': [
          [
            'net tunnels tunnel SDN {',
            '    description "OpenShift SDN"',
            '    if-index 736',
            '    local-address 10.3.89.66',
            '    profile ipip',
            '    remote-address 10.3.89.89',
            '}',
          ],
          0,
        ],
      },
      SPEC,
    );
    expect(state).toEqual({
      'tunnel SDN': 'profile ipip local-address 10.3.89.66 remote-address 10.3.89.89 description OpenShift%20SDN',
    });
    expect(facts.unrestorable).toEqual({});
  });

  test('names with their folder, as seen from another one', () => {
    const { state } = read(
      {
        'tunnel SDN': [
          [
            'net tunnels tunnel /Common/SDN {',
            'local-address 10.3.89.66',
            'profile /Common/ipip',
            'remote-address 10.3.89.89',
            '}',
          ],
          0,
        ],
        'snatpool SDN_snatpool': [
          ['ltm snatpool SDN_snatpool {', '    members {', '        /Common/10.3.91.216', '    }', '}'],
          0,
        ],
      },
      SPEC,
    );
    expect(state['tunnel SDN']).toBe(
      'profile ipip local-address 10.3.89.66 remote-address 10.3.89.89 description none',
    );
    expect(state['snatpool SDN_snatpool']).toBe('members 10.3.91.216 description none');
  });

  test('members of a pool in any order are one value', () => {
    const pool = (...members: string[]): string =>
      read({ 'snatpool SDN_snatpool': [['ltm snatpool SDN_snatpool {', 'members {', ...members, '}', '}'], 0] }, SPEC)
        .state['snatpool SDN_snatpool']!;
    expect(pool('10.3.91.217', '10.3.91.216')).toBe(pool('10.3.91.216', '10.3.91.217'));
  });

  test('a self IP, its services bare or in a block, and a traffic group that is the default', () => {
    const self = (...lines: string[]) => read({ 'self SDN': [['net self SDN {', ...lines, '}'], 0] }, SPEC);
    const usual = ['address 10.3.91.216/24', 'traffic-group traffic-group-local-only', 'vlan SDN'];
    expect(self(...usual, 'allow-service all').state['self SDN']).toBe(
      'address 10.3.91.216/24 vlan SDN allow-service all description none',
    );
    expect(self(...usual, 'allow-service {', 'default', '}').state['self SDN']).toContain('allow-service default');
    expect(self(...usual, 'allow-service {', 'tcp:443', 'udp:53', '}').state['self SDN']).toContain('{tcp:443,udp:53}');
    expect(self(...usual).facts.unrestorable).toEqual({});
  });

  test('a floating self IP has settings that edge-ramp could not put back', () => {
    const { facts } = read(
      {
        'self SDN': [
          [
            'net self SDN {',
            'address 10.3.91.216/24',
            'floating enabled',
            'traffic-group traffic-group-1',
            'unit 1',
            'vlan SDN',
            '}',
          ],
          0,
        ],
      },
      SPEC,
    );
    expect(facts.unrestorable['self SDN']).toBe('floating enabled, traffic-group traffic-group-1, unit 1');
  });

  test('routes on one line each, with or without the network that is their name; others of the neighbourhood are facts', () => {
    const { state, facts } = read(
      {
        'routes 10.128.0.0/14 SDN': [
          [
            'net route 10.128.0.0/14 { interface SDN }',
            'net route SDN_more { network 10.140.0.0/20 interface /Common/SDN }',
            'net route theirs { gw 10.3.89.1 network 10.130.0.0/16 }',
          ],
          0,
        ],
      },
      SPEC,
    );
    expect(state).toEqual({
      'route 10.128.0.0/14': 'network 10.128.0.0/14 interface SDN description none',
      'route SDN_more': 'network 10.140.0.0/20 interface SDN description none',
    });
    expect(Object.keys(facts.routes)).toEqual(['10.128.0.0/14', 'SDN_more', 'theirs']);
  });

  test.each([
    [
      ['ltm virtual {', 'source-address-translation {', 'pool SDN_snatpool', 'type snat', '}', '}'],
      'type snat pool SDN_snatpool',
    ],
    [
      ['ltm virtual {', 'source-address-translation {', 'pool /Edge/p', 'type snat', '}', '}'],
      'type snat pool /Edge/p',
    ],
    [['ltm virtual {', 'source-address-translation {', 'type automap', '}', '}'], 'type automap'],
    [['ltm virtual {', 'source-address-translation {', 'type none', '}', '}'], 'type none'],
    [['ltm virtual { }'], 'type none'],
    [['ltm virtual {', 'source-address-translation none', '}'], 'type none'],
  ])('a source address translation: %j', (lines, expected) =>
    expect(read({ 'virtual ose-vserver': [lines, 0] }, SPEC).state['virtual ose-vserver']).toBe(expected),
  );

  test('an object that is missing is known by its code or by saying nothing at all', () => {
    expect(read({ 'self SDN': MISSING }, SPEC).state).toEqual({});
    expect(read({ 'self SDN': [[], 1] }, SPEC).state).toEqual({});
  });

  test('any state that edge-ramp can bring about is read back from its listing', () =>
    fc.assert(
      fc.property(
        specs.chain((spec) => states('bigip', spec).map((state) => ({ spec, state }))),
        ({ spec, state }) => {
          const { 'config saved': saved, ...objects } = state;
          const asked = bigip.questions(subject('bigip', spec));
          const world = { ...freshWorld(spec), bigip: objects, saved };
          const found = bigip.read(bigipAnswer(world, spec, null), subject('bigip', spec)).state;
          for (const [object, value] of Object.entries(objects))
            if (asked.includes(object)) expect(found[object]).toBe(value);
          for (const object of Object.keys(found))
            if (object !== 'config saved') expect(found[object]).toBe(objects[object]);
        },
      ),
      { numRuns: 60 },
    ));
});

describe('the device group', () => {
  const heading = (title: string): string[] => ['', '------------------', `CM::${title}`, '------------------'];
  const group = (sync: Told, failover: Told = [[], 0]) =>
    read({ 'group sync-status': sync, 'group failover-status': failover }, SPEC).facts.group;
  const synced = (status: string): string[] => [
    ...heading('Sync Status'),
    'Color    green',
    `Status   ${status}`,
    'Mode  x',
  ];

  test('there is none where the sync status is Standalone, whatever is said of failover', () => {
    expect(group([synced('Standalone'), 0])).toEqual({ kind: 'none' });
    expect(group([['Status Standalone '], 0], [[], 1, 'Syntax Error: unexpected argument "failover-status"'])).toEqual({
      kind: 'none',
    });
  });

  test.each(['In Sync', 'Changes Pending', 'Awaiting Initial Sync', 'Not All Devices Synced', 'Disconnected'])(
    '%s is the word of a member',
    (sync) =>
      expect(
        group(
          [synced(sync), 0],
          [[...heading('Failover Status'), 'Color  gray', 'Status  STANDBY', 'Summary  1/1 standby'], 0],
        ),
      ).toEqual({ kind: 'member', failover: 'STANDBY', sync }),
  );

  test('a member whose failover status is not understood is a member all the same', () =>
    expect(group([synced('In Sync'), 0], [['01070734:3: Configuration error: no'], 0])).toEqual({
      kind: 'member',
      failover: 'in an unknown state',
      sync: 'In Sync',
    }));

  test.each<readonly [what: string, sync: Told]>([
    ['a refusal', [[], 1, 'Syntax Error: unexpected argument "cm"']],
    ['a refusal with exit code 0', [['01070734:3: Configuration error: Status Standalone'], 0]],
    ['a complaint', [[], 1, 'Status Standalone']],
    ['another line', [['Sync Status Standalone'], 0]],
    ['nothing', [[], 0]],
  ])('what is no clear answer is not taken for Standalone: %s', (_what, sync) =>
    expect(group(sync)).toMatchObject({ kind: 'unknown' }),
  );
});

describe('nonsense is not understood, and the message names the device', () => {
  test.each([
    ['self SDN', ['Syntax Error: unexpected argument "tmsh"'], 0, 'would not list self SDN'],
    ['self SDN', ['01070734:3: Configuration error: something else'], 1, 'would not list self SDN'],
    ['tunnel SDN', ['The connection to mcpd has been lost, try again.'], 1, 'would not list tunnel SDN'],
    ['tunnel SDN', ['net tunnels tunnel SDN {'], 0, 'an open brace'],
    ['snatpool SDN_snatpool', ['Welcome to BIG-IP'], 0, 'text that belongs to no object'],
    ['snatpool SDN_snatpool', ['ltm snatpool A { }', 'ltm snatpool B { }'], 0, 'does not list snatpool SDN_snatpool'],
    ['snatpool SDN_snatpool', [], 0, 'does not list snatpool SDN_snatpool'],
    ['self SDN', ['net self other { address 10.3.91.216/24 }'], 0, 'does not list self SDN'],
    ['virtual ose-vserver', ['ltm virtual other { }'], 0, 'does not list virtual server ose-vserver'],
    ['selfs 10.3.91.216', ['ltm virtual other { }'], 0, 'does not list selfs 10.3.91.216'],
    ['routes 10.128.0.0/14 SDN', ['Display all 1200 items? (y/n)'], 0, 'text that belongs to no object'],
    [
      'virtual ose-vserver',
      ['ltm virtual {', 'source-address-translation {', 'type lsn', 'pool x', '}', '}'],
      0,
      'translation that edge-ramp does not know',
    ],
  ])('%s: %j', (question, words, code, what) => {
    const told: Told = code === 0 ? [words, 0] : [[], code, words[0]!];
    expect(() => read({ [question]: told })).toThrow(NotUnderstood);
    expect(() => read({ [question]: told })).toThrow('BIG-IP 10.3.88.66');
    expect(() => read({ [question]: told })).toThrow(what);
    if (code !== 0) expect(() => read({ [question]: told })).toThrow(words[0]);
  });
});

describe('proving BIG-IP', () => {
  const prove = (first: Said[1], second: Said[1]) =>
    bigip.prove(
      answerText([
        ['ping 10.3.91.217', first, first === ALIVE ? 0 : 1],
        ['ping 10.130.0.7', second, second === ALIVE ? 0 : 1],
      ]),
      subject('bigip', EXAMPLE),
    );

  test('both pings came back: two probes, each with what it shows and what not', () =>
    expect(prove(ALIVE, ALIVE)).toEqual([
      {
        from: 'BIG-IP 10.3.88.66',
        to: '10.3.91.217',
        what: 'ping through the tunnel',
        ok: true,
        detail: '3 of 3 packets came back',
      },
      {
        from: 'BIG-IP 10.3.88.66',
        to: '10.130.0.7',
        what: 'ping to a Pod through the tunnel (not through the SNAT pool)',
        ok: true,
        detail: '3 of 3 packets came back',
      },
    ]));

  test.each([
    [DEAD, ALIVE, '10.3.91.217 failed: 0 of 3 packets came back'],
    [ALIVE, DEAD, '10.130.0.7 failed: 0 of 3 packets came back'],
    [ALIVE, ['connect: Network is unreachable'], '10.130.0.7 failed: connect: Network is unreachable'],
  ])('a ping that failed is named with its end and evidence', (first, second, what) => {
    expect(() => prove(first, second)).toThrow(NotVerified);
    expect(() => prove(first, second)).toThrow(what);
  });
});
