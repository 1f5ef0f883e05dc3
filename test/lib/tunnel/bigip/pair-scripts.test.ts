import { bigip } from '../../../../lib/tunnel/bigip/device';
import { KINDS } from '../../../../lib/tunnel/plan/devices';
import { outerQuestions, readOuter } from '../../../../lib/tunnel/bigip/hand-made';
import { NotUnderstood } from '../../../../lib/tunnel/errors/errors';
import { IN_ORDER, IN_SYNC, ONE, PAIR, failoverStatus, self } from '../bigip-pair';
import { EXAMPLE, subject, tunnel } from '../site';
import { Bastion, type Answers } from './bastion';

let bastion: Bastion;
beforeEach(() => (bastion = new Bastion()));
afterEach(() => bastion.remove());

const KEYS = `cert "-----BEGIN CERTIFICATE-----${'x'.repeat(3000)}" active-modules { "LTM, Base, VE GBB (500M)|ABC|{Rate Shaping}" }`;
const device = (i: number, more: string): string =>
  `cm device bigip${i}.example.com { ${KEYS} build 0.0.18 configsync-ip 10.3.90.${i} management-ip 10.3.88.8${i} ${more}unicast-address { { effective-ip 10.3.90.${i} effective-port 1026 ip 10.3.90.${i} } } version 16.1.2 }`;

const virtuals = (names: readonly string[]): string =>
  `list ltm virtual ${names.map((name) => `/Common/${name}`).join(' ')} source-address-translation destination`;
const virtual = (name: string, destination: string): string[] => [
  `ltm virtual ${name} {`,
  ...(destination === '' ? [] : [`    destination ${destination}`]),
  '    source-address-translation {',
  '        type automap',
  '    }',
  '}',
];
const address = (path: string, group = 'traffic-group-1'): string[] => [
  `ltm virtual-address ${path} {`,
  `    traffic-group ${group}`,
  '}',
];
const addresses = (...paths: readonly string[]): string => `list ltm virtual-address ${paths.join(' ')} traffic-group`;

const said = (question: string): Answers[string] => [IN_ORDER[question]![0]];
const SELFS = [
  self('float', '10.3.89.80/24', 'traffic-group-1'),
  self('own', '10.3.89.81/24', 'traffic-group-local-only'),
  self('strange', '10.3.89.8/24', 'traffic-group-local-only'),
];
const STANDS: Answers = {
  'show cm sync-status': [IN_SYNC],
  'show cm failover-status': [failoverStatus('ACTIVE')],
  'list cm device one-line': [[device(1, 'self-device true '), device(2, '')]],
  'list cm device-group /Common/edge-dg all-properties': said('device-group edge-dg'),
  'list sys folder /Common all-properties': said('folder'),
  'list sys db iptunnel.configsync value': said('db iptunnel.configsync'),
  'list net self one-line': [SELFS],
  [virtuals(['ose-vserver', 'https-ose-vserver'])]: [
    [...virtual('ose-vserver', '10.3.88.90:80'), ...virtual('https-ose-vserver', '/Common/10.3.88.90:443')],
  ],
  [addresses('/Common/10.3.88.90')]: [address('10.3.88.90')],
};

/** More blanks wherever there is one already. */
const wider = (line: string): string => ` ${line.replaceAll(' ', '  ')} `;

function look(answers: Answers = {}, spec = PAIR) {
  bastion.answer({ ...STANDS, ...answers });
  const about = { name: ONE, spec, applied: null };
  const ran = bastion.observe(bigip.questions(about));
  expect([ran.code, ran.complaint]).toEqual([0, '']);
  return { ran, seen: () => bigip.read(ran.said, about) };
}

test('a unit of a pair says who it is, how it stands in its group, and where its addresses are', () => {
  const { seen, ran } = look();
  expect(seen().facts.pair).toMatchObject({
    role: { is: 'ACTIVE' },
    sync: { is: 'in sync' },
    device: 'bigip1.example.com',
    devices: { 'bigip2.example.com': { management: '10.3.88.82', version: '16.1.2' } },
    deviceGroup: { members: ['bigip1.example.com', 'bigip2.example.com'] },
    tunnelsShared: true,
    common: { deviceGroup: 'edge-dg' },
    floating: [{ name: 'float' }],
    outer: [{ name: 'own' }],
    trafficGroups: { 'virtual-address 10.3.88.90': 'traffic-group-1' },
  });
  expect(ran.lines).toEqual([...new Set(ran.lines)]);
  expect(seen().state).toMatchObject({
    'virtual ose-vserver': 'type automap',
    'virtual https-ose-vserver': 'type automap',
  });
});

test('it is asked by seven commands more than a BIG-IP that stands alone, the last of which hangs on the others', () => {
  const pair = look().ran.lines;
  const theirs = [...virtual('ose-vserver', ''), ...virtual('https-ose-vserver', '')];
  bastion.answer({
    [virtuals(['ose-vserver', 'https-ose-vserver']).replace(' destination', '')]: [theirs],
    'show cm sync-status': [['Status  Standalone']],
  });
  const alone = bastion.observe(bigip.questions(subject('bigip', EXAMPLE))).lines;
  expect(pair.filter((line) => !alone.includes(line)).toSorted()).toEqual([
    'list cm device one-line',
    'list cm device-group /Common/edge-dg all-properties',
    'list ltm snat-translation /Common/10.3.91.216 traffic-group',
    virtuals(['ose-vserver', 'https-ose-vserver']),
    addresses('/Common/10.3.88.90'),
    'list net self /Common/SDN_unit',
    'list sys db iptunnel.configsync value',
    'list sys folder /Common all-properties',
  ]);
  expect([pair.length - alone.length, pair.at(-1)]).toEqual([7, addresses('/Common/10.3.88.90')]);
});

test('keys and modules of its devices are not handed on', () => {
  const { ran } = look();
  expect(ran.said).not.toMatch(/BEGIN CERTIFICATE|Rate Shaping/);
});

describe('what is not understood on the way stays what it was', () => {
  test.each<[string, Answers]>([
    ['a device cut short', { 'list cm device one-line': [[device(1, 'self-device true ').slice(0, -9)]] }],
    ['a word between devices', { 'list cm device one-line': [[device(1, 'self-device true '), '---(less 1%)---']] }],
    ['a refusal', { 'list cm device one-line': [['Syntax Error: unexpected argument']] }],
    ['virtual addresses cut short', { [addresses('/Common/10.3.88.90')]: [['ltm virtual-address 10.3.88.90 {']] }],
    ['no virtual address', { [addresses('/Common/10.3.88.90')]: [[]] }],
    ['virtual addresses that are refused', { [addresses('/Common/10.3.88.90')]: [[], 1, 'Syntax Error'] }],
  ])('%s', (_, answers) => expect(look(answers).seen).toThrow(NotUnderstood));
});

test('a failed sync, with an error code at the beginning of a line, is read', () => {
  const failed = IN_SYNC.map((line) =>
    line.replace(/edge-dg \(In Sync\).*/, 'edge-dg (Sync Failure): A validation error occurred'),
  );
  const lines = [
    ...failed,
    '          - Sync error on b: Load failed from /Common/a',
    '01070330:3: Static route gateway',
  ];
  expect(look({ 'show cm sync-status': [lines] }).seen().facts.pair!.sync).toMatchObject({
    is: 'failed',
    said: expect.stringContaining('01070330:3:'),
  });
});

describe('the virtual address of a virtual server', () => {
  const one = (destination: string, answers: Answers = {}) =>
    look(
      { [virtuals(['web'])]: [virtual('web', destination)], ...answers },
      tunnel({ ...PAIR, virtualServers: ['web'] }),
    );

  test.each([
    ['10.3.88.91:80', '/Common/10.3.88.91'],
    ['10.3.88.91:http', '/Common/10.3.88.91'],
    ['10.3.88.91%1:80', '/Common/10.3.88.91%1'],
    ['/Edge/10.3.88.91:80', '/Edge/10.3.88.91'],
    ['web.address:80', '/Common/web.address'],
    ['2001:db8::1.443', '/Common/2001:db8::1'],
  ])('%s is asked for as %s', (destination, path) => {
    const { ran, seen } = one(destination, { [addresses(path)]: [address(path, 'traffic-group-2')] });
    expect(ran.lines.at(-1)).toBe(addresses(path));
    expect(Object.values(seen().facts.pair!.trafficGroups)).toEqual(['traffic-group-2']);
  });

  test.each(['', 'any'])('is unknown by the destination "%s"', (destination) =>
    expect(one(destination).seen().facts.pair!.trafficGroups).toEqual({ 'virtual web': 'unknown' }),
  );

  test('that is missing is told by its own question', () => {
    const { ran, seen } = look({}, tunnel({ ...PAIR, virtualServers: ['web'] }));
    expect(ran.lines.filter((line) => line.includes('virtual-address'))).toEqual([]);
    expect(seen().state).not.toHaveProperty('virtual web');
    expect(seen().facts.pair!.trafficGroups).toEqual({});
  });
});

test('40 virtual servers on 40 addresses fit into one answer', () => {
  const names = Array.from({ length: 40 }, (_, i) => `virtual-server-of-service-${i}.example.com`);
  const at = (i: number): string => `10.103.188.${100 + i}`;
  const { seen } = look(
    {
      [virtuals(names)]: [names.flatMap((name, i) => virtual(name, `${at(i)}:443`))],
      [addresses(...names.map((_, i) => `/Common/${at(i)}`))]: [names.flatMap((_, i) => address(at(i)))],
    },
    tunnel({ ...PAIR, virtualServers: names }),
  );
  expect(Object.keys(seen().facts.pair!.trafficGroups)).toHaveLength(40);
});

describe("a unit's own address, for who imports a pair", () => {
  const about = { name: ONE, spec: PAIR, applied: null };
  const outer = (selfs: readonly string[]): string | undefined => {
    bastion.answer({ ...STANDS, 'list net self one-line': [selfs] });
    const ran = bastion.observe(outerQuestions(about));
    expect([ran.code, ran.complaint]).toEqual([0, '']);
    return readOuter(KINDS.bigip.look(ran.said, about, outerQuestions(about)));
  };
  const own = (name: string, address: string, vlan = 'internal') =>
    self(name, address, 'traffic-group-local-only', vlan);
  const floating = self('float', '10.3.89.80/24', 'traffic-group-1', 'internal');

  test.each([
    ['is that of the self IP on the VLAN of F5_IP that does not float', [floating, own('own', '10.3.89.81/24')]],
    [
      'is not one on another VLAN, nor in another network',
      [own('a', '10.3.89.82/24', 'external'), own('b', '10.4.89.1/24'), floating, own('own', '10.3.89.81/24')],
    ],
    [
      'nor a floating one',
      [self('f', '10.3.89.83/24', 'traffic-group-1', 'internal'), floating, own('own', '10.3.89.81/24')],
    ],
    [
      'is found by the VLAN, whatever a description says of one',
      [floating.replace(' vlan', ' description "on vlan other " vlan'), own('own', '10.3.89.81/24')],
    ],
  ])('%s', (_, selfs) => expect(outer(selfs)).toBe('10.3.89.81'));

  test.each([
    ['without a self IP at F5_IP', [own('own', '10.3.89.81/24')]],
    ['without one of its own', [floating]],
    ['with two of its own', [floating, own('own', '10.3.89.81/24'), own('more', '10.3.89.82/24')]],
  ])('is not known %s', (_, selfs) => expect(outer(selfs)).toBeUndefined());

  test('is not guessed from an answer that is no listing', () => {
    bastion.answer({ ...STANDS, 'list net self one-line': [['Syntax Error: unexpected argument']] });
    const ran = bastion.observe(outerQuestions(about));
    expect(() => readOuter(KINDS.bigip.look(ran.said, about, outerQuestions(about)))).toThrow(NotUnderstood);
  });
});

describe('blanks never count in what a unit says of its group', () => {
  test('a unit of a pair in order is the same one with more of them in all that it says', () => {
    const widened = Object.fromEntries(
      Object.entries(STANDS).map(([line, [lines, ...more]]) => [line, [lines.map(wider), ...more] as const]),
    );
    expect(look(widened).seen().facts).toEqual(look().seen().facts);
  });

  test.each(['ACTIVE', 'STANDBY', 'OFFLINE', 'FORCED OFFLINE'])('it is %s', (role) =>
    expect(look({ 'show cm failover-status': [failoverStatus(role).map(wider)] }).seen().facts.pair!.role.is).toBe(
      role,
    ),
  );
});
