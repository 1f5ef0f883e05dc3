import { readFileSync } from 'node:fs';
import { bigip } from '../../../../lib/tunnel/bigip/device';
import { handMadeQuestions, readHandMade } from '../../../../lib/tunnel/bigip/hand-made';
import { readAnswers } from '../../../../lib/tunnel/device/answer';
import { NotUnderstood } from '../../../../lib/tunnel/errors/errors';
import { EXAMPLE, subject, tunnel } from '../site';
import { Bastion, type Answers, type Ran } from './bastion';

let bastion: Bastion;
beforeEach(() => (bastion = new Bastion()));
afterEach(() => bastion.remove());

const MANY = Array.from({ length: 40 }, (_, i) => `vs-${i + 1}`);
const listOf = (...names: readonly string[]): string =>
  `list ltm virtual ${names.map((name) => `/Common/${name}`).join(' ')} source-address-translation`;
const virtual = (name: string, ...translation: string[]): string[] => [
  `ltm virtual ${name} {`,
  '    source-address-translation {',
  ...translation.map((line) => `        ${line}`),
  '    }',
  '}',
];
const automap = (name: string): string[] => virtual(name, 'type automap');
const STANDALONE: Answers = { 'show cm sync-status': [['Status  Standalone']] };

/** What one look at the BIG-IP of a declaration gives. */
function look(answers: Answers, spec = EXAMPLE, before = '') {
  bastion.answer({ ...STANDALONE, ...answers }, before);
  const ran = bastion.observe(bigip.questions(subject('bigip', spec)));
  expect([ran.code, ran.complaint]).toEqual([0, '']);
  return { ran, seen: () => bigip.read(ran.said, subject('bigip', spec)) };
}

describe('every object is named with its folder', () => {
  test('in what is asked: a keyword of tmsh is a name like any other', () => {
    const spec = tunnel({ virtualServers: ['web', '/Edge/web', '10.3.89.70:443'] });
    const named = look({}, spec).ran.lines.filter((line) => line.startsWith('list ') && !line.endsWith(' one-line'));
    expect(named).toEqual(
      expect.arrayContaining([
        'list net tunnels tunnel /Common/SDN',
        'list net self /Common/SDN',
        'list ltm snatpool /Common/SDN_snatpool',
        'list ltm virtual /Common/web /Edge/web /Common/10.3.89.70:443 source-address-translation',
      ]),
    );
    for (const line of named) expect(line).toMatch(/ \/(?:Common|Edge)\//);
  });

  test('and a virtual server that is named by an address is found', () => {
    const name = '10.3.89.70:443';
    expect(
      look({ [listOf(name)]: [automap(name)] }, tunnel({ virtualServers: [name] })).seen().state[`virtual ${name}`],
    ).toBe('type automap');
  });

  test.each(['create', 'modify', 'delete'])('in what is done: %s', (verb) => {
    bastion.answer({
      'list net self /Common/all': [['net self all {', 'address 10.9.9.1/24', 'vlan SDN', 'allow-service all', '}']],
    });
    const value = 'address 10.9.9.1/24 vlan SDN allow-service all description none';
    const [from, to] = [verb === 'create' ? '-' : value, verb === 'delete' ? '-' : value];
    const { code, lines } = bastion.apply([`${verb}~self all~${from}~${to}`]);
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatch(
      verb === 'delete'
        ? /^delete net self \/Common\/all$/
        : new RegExp(`^${verb} net self /Common/all \\{ .*vlan /Common/SDN allow-service all description none \\}$`),
    );
  });

  test('but a route that is named after its network: it has no folder, and is no keyword', () => {
    bastion.answer({
      'list net route 10.128.0.0/14': [['net route 10.128.0.0/14 { interface SDN network 10.128.0.0/14 }']],
    });
    const { lines } = bastion.apply([
      'delete~route 10.128.0.0/14~network 10.128.0.0/14 interface SDN description none~-',
    ]);
    expect(lines).toEqual(['list net route 10.128.0.0/14', 'delete net route 10.128.0.0/14']);
  });
});

describe('what is listed is the object that was asked for, and nothing else', () => {
  const both = [...automap('ose-vserver'), ...virtual('https-ose-vserver', 'pool P', 'type snat')];
  const names = ['ose-vserver', 'https-ose-vserver'];

  test('two virtual servers by one command', () => {
    const { ran, seen } = look({ [listOf(...names)]: [both] });
    expect(ran.lines.filter((line) => line.startsWith('list ltm virtual'))).toEqual([listOf(...names)]);
    expect(seen().state).toMatchObject({
      'virtual ose-vserver': 'type automap',
      'virtual https-ose-vserver': 'type snat pool P',
    });
  });

  test.each<[why: string, lines: readonly string[], code: number]>([
    ['it is refused', [], 1],
    ['one of them is missing', automap('ose-vserver'), 0],
    ['one comes twice', [...both, ...automap('ose-vserver')], 0],
    ['another comes with them', [...both, ...automap('another')], 0],
    ['something else stands in front', ['Welcome to BIG-IP', ...both], 0],
  ])('each by itself where %s', (_, lines, code) => {
    const { ran, seen } = look({
      [listOf(...names)]: [lines, code, 'Syntax Error: unexpected argument'],
      [listOf(names[0]!)]: [automap(names[0]!)],
    });
    expect(ran.lines.filter((line) => line.startsWith('list ltm virtual')).toSorted()).toEqual(
      [listOf(...names), ...names.map((name) => listOf(name))].toSorted(),
    );
    expect(seen().state['virtual ose-vserver']).toBe('type automap');
    expect(seen().state['virtual https-ose-vserver']).toBeUndefined();
  });

  test.each([
    ['many', both],
    ['another', automap('https-ose-vserver')],
    ['none', []],
  ])('a listing of %s where one was asked for is not understood', (_, lines) =>
    expect(look({ [listOf('ose-vserver')]: [lines] }, tunnel({ virtualServers: ['ose-vserver'] })).seen).toThrow(
      NotUnderstood,
    ),
  );

  test.each([
    ['list net self /Common/SDN', 'net self self-internal { address 10.3.89.66/24 vlan internal }'],
    ['list net tunnels tunnel /Common/SDN', 'net tunnels tunnel http-tunnel { profile tcp-forward }'],
    ['list ltm snatpool /Common/SDN_snatpool', 'ltm virtual SDN_snatpool { }'],
    ['list net route one-line', 'net self 10.128.0.0/14 { interface SDN }'],
  ])('%s: another object is not understood', (line, said) =>
    expect(look({ [line]: [[said]] }).seen).toThrow(NotUnderstood),
  );

  test('before a change another object than the one asked for ends the script', () => {
    bastion.answer({ 'list net self /Common/SDN': [['net self other { address 10.3.91.216/24 vlan SDN }']] });
    const { code, lines } = bastion.apply([
      'delete~self SDN~address 10.3.91.216/24 vlan SDN allow-service none description none~-',
    ]);
    expect([code, lines]).toEqual([22, ['list net self /Common/SDN']]);
  });
});

describe('what tmsh says around a listing', () => {
  const route = 'net route theirs { gw 10.3.89.1 network 10.130.0.0/16 }';
  const routes = ({ seen }: { seen: () => ReturnType<typeof bigip.read> }): string[] =>
    Object.keys(seen().facts.routes);
  const asking = (answer: string): string =>
    `if [ "$line" = 'list net route one-line' ]; then printf 'Display all 1200 items? (y/n) '; read -r reply; ${answer}; exit 0; fi`;

  test('is passed over: a notice of its own', () =>
    expect(
      routes(look({ 'list net route one-line': [['[api-status-warning] net/route is early_access', '', route]] })),
    ).toEqual(['theirs']));

  test('is answered: its question whether to list so many', () =>
    expect(routes(look({}, EXAMPLE, asking(`[ "$reply" = y ] && echo '${route}'`)))).toEqual(['theirs']));

  test('is never a short truth: a question that it took for unanswered', () =>
    expect(look({}, EXAMPLE, asking('echo')).seen).toThrow('text that belongs to no object'));

  test.each(['list net route one-line', 'list net tunnels tunnel one-line', 'list net self one-line'])(
    'is never a short truth: anything else, to %s',
    (line) => expect(look({ [line]: [['---(less 1%)---', 'net self x { }']] }).seen).toThrow(NotUnderstood),
  );

  test('on stderr it is a complaint, and what is listed counts', () =>
    expect(routes(look({ 'list net route one-line': [[route], 0, 'tmsh: cannot write its history'] }))).toEqual([
      'theirs',
    ]));
});

test('40 virtual servers and all objects with names as long as they may be fit into one answer', () => {
  const long = (name: string): string => name.padEnd(190, 'x');
  const names = MANY.map(long);
  const objects = { tunnel: long('t'), self: long('s'), snatPool: long('p') };
  const snat = names.flatMap((name) => virtual(name, `pool ${objects.snatPool}`, 'type snat'));
  const { seen } = look({ [listOf(...names)]: [snat] }, tunnel({ virtualServers: names, objects }));
  expect(seen().state[`virtual ${names[39]}`]).toBe(`type snat pool ${objects.snatPool}`);
});

describe('of a hand-made tunnel, what uses its SNAT pool', () => {
  const ALL = 'list ltm virtual all source-address-translation';
  const users = (...answer: Parameters<typeof bastion.answer>[0][string]) => {
    bastion.answer({ ...STANDALONE, [ALL]: answer });
    const about = subject('bigip', EXAMPLE);
    const asked = handMadeQuestions(about);
    const { code, said } = bastion.observe(asked);
    expect([code, said.length < 2000]).toEqual([0, true]);
    return readHandMade(bigip.look(said, about, asked)).virtualServers;
  };
  const used = virtual('web', 'pool /Common/SDN_snatpool', 'type snat');

  test('is told of thousands of virtual servers, and nothing of the others', () => {
    const others = Array.from({ length: 2000 }, (_, i) => virtual(`vs-${i}`, 'pool SDN_snatpool2', 'type snat')).flat();
    expect(users([...others, ...used, 'ltm virtual bare { }', ...automap('SDN_snatpool')])).toEqual(['web']);
    expect(users(others)).toEqual([]);
  });

  test.each<[why: string, ...answer: Parameters<typeof users>]>([
    ['it is refused', [], 1, 'Syntax Error: unexpected argument'],
    ['something else stands among them', ['Welcome to BIG-IP', ...used]],
    ['it ends too early', used.slice(0, -1)],
  ])('is not known where %s, and the rest of the tunnel is', (_, ...answer) =>
    expect(users(...answer)).toBeUndefined(),
  );
});

test('blanks never count: a listing with more of them is the same one', () => {
  const { seen } = look({
    'list net route one-line': [['net  route\tSDN_x  {  network   10.128.0.0/14  interface  SDN  }']],
    'list net tunnels tunnel one-line': [
      ['net tunnels  tunnel ramp { local-address  10.3.89.66 remote-address   10.3.89.89 profile ipip }'],
    ],
    [listOf('ose-vserver', 'https-ose-vserver')]: [
      [
        'ltm  virtual   ose-vserver  {',
        '\tsource-address-translation  { type   automap }',
        '}',
        '',
        ...automap('https-ose-vserver'),
      ],
    ],
  });
  expect(seen().state).toMatchObject({
    'route SDN_x': 'network 10.128.0.0/14 interface SDN description none',
    'virtual ose-vserver': 'type automap',
  });
  expect(seen().facts.twins).toEqual(['tunnel ramp']);
});

describe('blanks never count in what BIG-IP writes for people', () => {
  const wider = (line: string): string => ` ${line.replaceAll(' ', '  ')} `;

  test('of a ping: packets that came back are counted', () => {
    const { seen } = look({
      'list net tunnels tunnel /Common/SDN': [['net tunnels tunnel SDN { profile ipip local-address 10.3.89.66 }']],
      [`run util ping -c 3 -i 0.2 -W 1 ${EXAMPLE.tunnel.node}`]: [
        [wider('3 packets transmitted, 3 packets received, 0% packet loss')],
      ],
    });
    expect(seen().probes[0]).toMatchObject({ ok: true, detail: '3 of 3 packets came back' });
  });

  test.each(['1 packets transmitted, 1 packets received, 0% packet loss', '1 packets transmitted, 1 received'])(
    'of a ping whose answer is waited for: %s',
    (line) => {
      bastion.answer({ 'run util ping -c 1 -W 1 10.3.91.217': [[wider(line)]] });
      const { said, lines } = bastion.observe(['await 10.3.91.217']);
      expect(said).toContain('?await 10.3.91.217\n=0\n');
      expect(lines.filter((each) => each.includes(' ping '))).toHaveLength(1);
    },
  );
});

test("another route domain's routes are no bypass, and are not counted as some", () => {
  const said = [
    ...Array.from({ length: 9 }, (_, i) => `net route rd-${i} { gw 10.3.89.1%2 network 10.130.${i}.0%2/24 }`),
    'net route own { gw 10.3.89.1 network 10.130.0.0%0/24 }',
  ];
  const { facts } = look({ 'list net route one-line': [said] }).seen();
  expect(Object.keys(facts.routes)).toEqual(['own']);
  expect(facts.bypasses).toEqual({ '10.128.0.0/14': 0 });
});

describe('BIG-IP answers slowly', () => {
  const spec = tunnel({ virtualServers: MANY });
  const stands: Answers = {
    'list net tunnels tunnel /Common/SDN': [['net tunnels tunnel SDN { profile ipip local-address 10.3.89.66 }']],
  };
  const single = new Set(MANY.map((name) => listOf(name)));
  /** So many times a call of tmsh: the question for the shell, then four abreast the listings, the single ones, and the pings. */
  const rounds = ({ lines }: Ran): number => {
    const kindOf = (line: string): string =>
      single.has(line) ? 'single' : line.startsWith('run ') ? 'ping' : 'listing';
    const calls = (kind: string): number => lines.filter((line) => kindOf(line) === kind).length;
    return 1 + ['listing', 'single', 'ping'].reduce((sum, kind) => sum + Math.ceil(calls(kind) / 4), 0);
  };

  test.each<[rounds: number, why: string, answers: Answers]>([
    [5, 'by one command for them', { [listOf(...MANY)]: [MANY.flatMap(automap)] }],
    [15, 'where that is refused', Object.fromEntries(MANY.map((name) => [listOf(name), [automap(name)]]))],
  ])('a look at 40 virtual servers takes as long as %d calls of tmsh, %s', (most, _, answers) => {
    const { ran, seen } = look({ ...stands, ...answers }, spec);
    expect(rounds(ran)).toBe(most);
    expect(seen().state).toMatchObject(Object.fromEntries(MANY.map((name) => [`virtual ${name}`, 'type automap'])));
  });

  test('nothing is asked twice in a look', () => {
    const { lines } = look({}, tunnel({ clusterNetworks: ['10.128.0.0/14', '10.140.0.0/14'] })).ran;
    expect(lines).toEqual([...new Set(lines)]);
  });

  test('four questions are put at once, never five', () => {
    const [underWay, begun, seen] = ['under-way', 'begun', 'seen'].map((name) => `${bastion.root}/${name}`);
    // Each waits until four have begun, 10 s at most, and notes how many are under way.
    const meet = `case $line in 'list '* | 'show '*)
      mkdir -p ${underWay} ${begun} && : >${underWay}/$$ && : >${begun}/$$ && trap 'rm ${underWay}/$$' EXIT
      for _ in {1..200}; do set -- ${begun}/*; [ $# -lt 4 ] || break; sleep 0.05; done
      set -- ${underWay}/* && echo $# >>${seen} ;; esac`;
    expect(look({}, EXAMPLE, meet).ran.lines.length).toBeGreaterThan(8);
    expect(Math.max(...readFileSync(seen!, 'utf8').trim().split('\n').map(Number))).toBe(4);
  });

  test('answers stand in the order of the questions, whichever came first', () => {
    const questions = ['self late', 'self early', 'snatpool late', 'snatpool early', 'saved'];
    bastion.answer({}, 'case $line in *late) sleep 0.2 ;; esac');
    expect([...readAnswers('BIG-IP', bastion.observe(questions).said, questions).keys()]).toEqual(questions);
  });

  test.each([
    ['says nothing', 'exec sleep 20', 23, 'did not answer "list net self /Common/SDN" within 20 s'],
    ['is gone', 'echo "Reset" >&2; exit 255', 21, 'could not be asked "list net self /Common/SDN": Reset'],
  ])('one question among others to which BIG-IP %s ends the script, with its sentence', (_, does, code, says) => {
    bastion.answer(STANDALONE, `case $line in 'list net self /Common/SDN') ${does} ;; esac`);
    bastion.hurry();
    const ran = bastion.observe(bigip.questions(subject('bigip', EXAMPLE)));
    expect([ran.code, ran.complaint]).toEqual([code, `edge-ramp: ${says}\n`]);
  });
});

describe('right before virtual servers switch', () => {
  const POOL = 'members 10.3.91.216 description edge-ramp:edge-a';
  const SELF = 'address 10.3.91.216/24 vlan SDN allow-service all description edge-ramp:edge-a';
  const operations = [
    `keep~self SDN~${SELF}~-`,
    `keep~snatpool SDN_snatpool~${POOL}~-`,
    'modify~virtual web~type automap~type snat pool SDN_snatpool',
  ];
  const pool = (...members: string[]): string[] => [
    'ltm snatpool SDN_snatpool {',
    '    description edge-ramp:edge-a',
    'members {',
    ...members,
    '}',
    '}',
  ];
  const self = (services: string, description = 'edge-ramp:edge-a'): string[] => [
    'net self SDN {',
    'address 10.3.91.216/24',
    ...(services === 'none' ? [] : [`allow-service ${services}`]),
    `description "${description}"`,
    'traffic-group traffic-group-local-only',
    'vlan SDN',
    '}',
  ];
  const stands = (more: Answers): Answers => ({
    'list net self /Common/SDN': [self('all')],
    'list ltm snatpool /Common/SDN_snatpool': [pool('/Common/10.3.91.216')],
    [listOf('web')]: [automap('web')],
    ...more,
  });
  const transaction =
    'create cli transaction; modify ltm virtual /Common/web source-address-translation { type snat pool /Common/SDN_snatpool }; submit cli transaction';
  /** They are switched from the second look on. */
  const switched = `case $line in 'list ltm virtual '*) if grep -q '^create cli' calls 2>/dev/null; then printf '%s\\n' 'ltm virtual web { source-address-translation { pool SDN_snatpool type snat } }'; exit 0; fi ;; esac`;

  test('what carries their traffic is looked at together with them, and once more they', () => {
    bastion.answer(stands({}), switched.replace('calls', `${bastion.root}/calls`));
    const { code, lines } = bastion.apply(operations);
    expect(code).toBe(0);
    expect(lines.slice(3)).toEqual([transaction, listOf('web')]);
  });

  test.each<[why: string, changed: Answers]>([
    ['lost its member', { 'list ltm snatpool /Common/SDN_snatpool': [pool('10.9.9.9')] }],
    ['got another member', { 'list ltm snatpool /Common/SDN_snatpool': [pool('10.3.91.216', '10.9.9.9')] }],
    [
      'is gone',
      { 'list ltm snatpool /Common/SDN_snatpool': [[], 1, '01020036:3: The requested SNAT Pool was not found.'] },
    ],
    ['answers no ping any more', { 'list net self /Common/SDN': [self('none')] }],
    ['lets other services in', { 'list net self /Common/SDN': [self('{ tcp:443 udp:53 }')] }],
    ["is somebody else's now", { 'list net self /Common/SDN': [self('all', 'ours, do not touch')] }],
  ])('nothing is switched when what an operator changed in between %s', (_, changed) => {
    bastion.answer(stands(changed));
    const { code, lines, complaint } = bastion.apply(operations);
    expect([code, lines.filter((line) => !line.startsWith('list '))]).toEqual([22, []]);
    expect(complaint).toMatch(/^edge-ramp: (?:ltm snatpool|net self) \S+ is (?:gone|no longer)/);
  });
});
