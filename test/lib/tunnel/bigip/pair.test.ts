import { bigip } from '../../../../lib/tunnel/bigip/device';
import type { PairFacts } from '../../../../lib/tunnel/bigip/facts';
import { NotUnderstood } from '../../../../lib/tunnel/errors/errors';
import { answerText, type Said, type Told } from '../answer-text';
import { DEVICES, failoverStatus, IN_ORDER, ONE, PAIR, self } from '../bigip-pair';
import { EXAMPLE, subject } from '../site';

const MISSING: Told = [[], 1, '01020036:3: The requested object (/Common/X) was not found.'];

/** What is known of unit 1, of which some answers are others. */
function read(given: Readonly<Record<string, Told>> = {}): PairFacts {
  const about = { name: ONE, spec: PAIR, applied: null };
  const said = bigip.questions(about).map((question): Said => {
    const usual: Told = /^(?:routes|tunnels|selfs|saved)/.test(question)
      ? [[], 0]
      : question.startsWith('ping ')
        ? [[], '-']
        : MISSING;
    return [question, ...({ ...IN_ORDER, ...given }[question] ?? usual)];
  });
  return bigip.read(answerText(said), about).facts.pair!;
}

/** Some lines of an answer to a question are others. */
const changed = (question: string, from: string | RegExp, to: string): Readonly<Record<string, Told>> => ({
  [question]: [IN_ORDER[question]![0].map((line) => line.replace(from, to)), 0],
});

test('a BIG-IP that is declared alone is asked nothing of this, and nothing of this is known of it', () => {
  const asked = bigip.questions(subject('bigip', EXAMPLE));
  expect(asked.filter((question) => /^(?:device|folder|db|addresses)/.test(question))).toEqual([]);
  expect(asked.filter((question) => question.startsWith('selfs '))).toEqual(['selfs 10.3.91.216']);
});

test('a unit of a pair in order', () =>
  expect(read()).toEqual({
    role: { is: 'ACTIVE', said: 'ACTIVE' },
    sync: { is: 'in sync', said: 'edge-dg (In Sync): All devices in the device group are in sync' },
    pendingOf: [],
    othersPending: [],
    disconnected: [],
    device: 'bigip1.example.com',
    devices: {
      'bigip1.example.com': { management: '10.3.88.81', version: '16.1.2' },
      'bigip2.example.com': { management: '10.3.88.82', version: '16.1.2' },
    },
    deviceGroup: {
      type: 'sync-failover',
      members: ['bigip1.example.com', 'bigip2.example.com'],
      autoSync: false,
      saveOnAutoSync: false,
    },
    tunnelsShared: true,
    common: { deviceGroup: 'edge-dg', trafficGroup: 'traffic-group-1' },
    floating: [{ name: 'float', address: '10.3.89.80/24', vlan: 'internal', trafficGroup: 'traffic-group-1' }],
    outer: [{ name: 'own', address: '10.3.89.81/24', vlan: 'internal', trafficGroup: 'traffic-group-local-only' }],
    inner: [],
    trafficGroups: { 'virtual-address 10.3.88.90': 'traffic-group-1' },
    secondary: {},
  }));

describe('its failover state', () => {
  const role = (...told: Told): string => read({ 'group failover-status': told }).role.is;

  test.each(['ACTIVE', 'STANDBY', 'OFFLINE', 'FORCED OFFLINE'])('%s', (status) =>
    expect(role(failoverStatus(status), 0)).toBe(status),
  );

  test.each<[string, Told]>([
    ['another word', [failoverStatus('UNKNOWN'), 0]],
    ['two answers in one', [[...failoverStatus('ACTIVE'), ...failoverStatus('STANDBY')], 0]],
    ['an answer cut before it', [failoverStatus('ACTIVE').slice(0, 4), 0]],
    ['an answer cut within the word', [['Status   ACTI'], 0]],
    ['a refusal', [failoverStatus('ACTIVE'), 1, 'Syntax Error: "failover-status" unexpected argument']],
  ])('is unknown from %s', (_, told) => expect(role(...told)).toBe('unknown'));
});

describe('who it is', () => {
  const spoiled = (lines: readonly string[]) => () => read({ devices: [lines, 0] });

  test('is said by no one device, or by two: not understood', () => {
    expect(spoiled([DEVICES[1]!])).toThrow(NotUnderstood);
    expect(spoiled(DEVICES.map((line) => line.replace('self-device false', 'self-device true')))).toThrow(
      'not exactly one is the unit itself',
    );
    expect(spoiled([])).toThrow(NotUnderstood);
  });

  test.each([
    ['cut short', [DEVICES[0]!.slice(0, 90)]],
    ['another class', ['net self own { address 10.3.89.81/24 self-device true }']],
    ['words around it', ['Welcome to BIG-IP', ...DEVICES]],
  ])('is not understood from a listing: %s', (_, lines) => expect(spoiled(lines)).toThrow(NotUnderstood));

  test('is its management address without a prefix length, and its version without hotfix and point release', () =>
    expect(
      read({ devices: [[DEVICES[0]!.replace('10.3.88.81', '10.3.88.81/24').replace('16.1.2 ', '16.1.2.0.18 ')], 0] })
        .devices,
    ).toEqual({ 'bigip1.example.com': { management: '10.3.88.81', version: '16.1.2' } }));
});

describe('its device group', () => {
  const question = 'device-group edge-dg';

  test('may be missing', () => expect(read({ [question]: MISSING }).deviceGroup).toBeUndefined());
  test('may synchronise by itself, and save', () =>
    expect(
      read({
        [question]: [
          IN_ORDER[question]![0].map((line) =>
            line.replace('auto-sync disabled', 'auto-sync enabled').replace('auto-sync false', 'auto-sync true'),
          ),
          0,
        ],
      }).deviceGroup,
    ).toMatchObject({ autoSync: true, saveOnAutoSync: true }));
  test('does neither where it does not say', () =>
    expect(
      read({ [question]: [['cm device-group edge-dg { devices { /Common/a { } } type sync-only }'], 0] }).deviceGroup,
    ).toEqual({ type: 'sync-only', members: ['a'], autoSync: false, saveOnAutoSync: false }));

  test.each<[string, Told]>([
    ['is another one', [['cm device-group edge-dg-2 { type sync-failover }'], 0]],
    ['comes twice', [[...IN_ORDER[question]![0], ...IN_ORDER[question]![0]], 0]],
    ['is cut short', [IN_ORDER[question]![0].slice(0, -1), 0]],
    ['is refused', [[], 1, 'Syntax Error: unexpected argument']],
  ])('is not understood where what is listed %s', (_, told) =>
    expect(() => read({ [question]: told })).toThrow(NotUnderstood),
  );
});

describe('whether its tunnels are synchronised', () => {
  const question = 'db iptunnel.configsync';

  test.each([
    ['"enable"', true],
    ['"disable"', false],
    ['disable', false],
    ['"true"', undefined],
  ])('%s', (value, shared) => expect(read(changed(question, '"enable"', value)).tunnelsShared).toBe(shared));

  test('is unknown where there is no such switch', () =>
    expect(
      read({ [question]: [[], 1, '01020036:3: The requested database variable (iptunnel.configsync) was not found.'] })
        .tunnelsShared,
    ).toBeUndefined());

  test('is not understood from another switch', () =>
    expect(() => read(changed(question, 'iptunnel.configsync', 'failover.state'))).toThrow(NotUnderstood));
});

describe('what is in /Common', () => {
  test.each(['sys folder Common {', 'sys folder /Common {'])('by "%s"', (head) =>
    expect(read(changed('folder', /^sys.*/, head)).common.deviceGroup).toBe('edge-dg'),
  );

  test('may be in no group', () =>
    expect(read(changed('folder', /\/Common\/(?:edge-dg|traffic-group-1)/, 'none')).common).toEqual({
      deviceGroup: undefined,
      trafficGroup: undefined,
    }));

  test('is in none that is not said', () =>
    expect(read({ folder: [['sys folder /Common { hidden false }'], 0] }).common.deviceGroup).toBeUndefined());

  test.each(['sys folder / {', 'sys folder /Common/inner {'])('is not understood from "%s"', (head) =>
    expect(() => read(changed('folder', /^sys.*/, head))).toThrow(NotUnderstood),
  );
});

describe('its self IPs outside the tunnel', () => {
  test('may be missing, or be two', () => {
    expect(read({ 'selfs 10.3.89.80': [[], 0] }).floating).toEqual([]);
    const twice = [self('a', '10.3.89.80/24', 'traffic-group-1'), self('b', '10.3.89.80/24', 'traffic-group-1')];
    expect(read({ 'selfs 10.3.89.80': [twice, 0] }).floating).toHaveLength(2);
  });
  test('are its own where no traffic group is listed', () =>
    expect(
      read({ 'selfs 10.3.89.80': [['net self float { address 10.3.89.80/24 vlan internal }'], 0] }).floating[0],
    ).toMatchObject({ trafficGroup: 'traffic-group-local-only' }));
  test('are not understood from anything else', () =>
    expect(() => read({ 'selfs 10.3.89.80': [['net route float { network 10.3.89.80/32 }'], 0] })).toThrow(
      NotUnderstood,
    ));
});

test('a self IP at its inner address is found under whatever name', () =>
  expect(
    read({ 'selfs 10.3.91.221': [[self('mine', '10.3.91.221/24', 'traffic-group-local-only', 'SDN')], 0] }).inner,
  ).toMatchObject([{ name: 'mine', vlan: 'SDN' }]));

describe('what of ours stands', () => {
  const tunnel = (more: string): Told => [
    [`net tunnels tunnel SDN { local-address 10.3.89.80 profile ipip remote-address 10.3.89.89 ${more} }`],
    0,
  ];

  test('has its traffic groups', () =>
    expect(
      read({
        'tunnel SDN': tunnel('traffic-group /Common/traffic-group-1'),
        'self SDN': [[self('SDN', '10.3.91.216/24', 'traffic-group-2', 'SDN')], 0],
      }).trafficGroups,
    ).toMatchObject({ 'tunnel SDN': 'traffic-group-1', 'self SDN': 'traffic-group-2' }));

  test('may have a secondary address', () =>
    expect(read({ 'tunnel SDN': tunnel('secondary-address 10.3.89.81') }).secondary).toEqual({
      'tunnel SDN': '10.3.89.81',
    }));

  test.each(['', 'secondary-address any', 'secondary-address any6', 'secondary-address none', 'traffic-group none'])(
    'has neither by "%s"',
    (more) => {
      const { secondary, trafficGroups } = read({ 'tunnel SDN': tunnel(more) });
      expect([secondary, trafficGroups['tunnel SDN']]).toEqual([{}, undefined]);
    },
  );
});

describe('the translation of its SNAT pool', () => {
  const translation = (...lines: string[]): Told => [lines, 0];
  const groups = (told: Told) => read({ 'translation 10.3.91.216': told }).trafficGroups;

  test('has its traffic group', () =>
    expect(
      groups(translation('ltm snat-translation 10.3.91.216 {', '    traffic-group /Common/traffic-group-2', '}')),
    ).toMatchObject({ 'snat-translation 10.3.91.216': 'traffic-group-2' }));

  test('has an unknown one where BIG-IP lists none', () =>
    expect(groups(translation('ltm snat-translation 10.3.91.216 { }'))).toMatchObject({
      'snat-translation 10.3.91.216': 'unknown',
    }));

  test('is not there before the pool is', () =>
    expect(Object.keys(groups(MISSING))).toEqual(['virtual-address 10.3.88.90']));

  test.each<[string, Told]>([
    ['a refusal', [['Syntax Error: unexpected argument'], 1]],
    ['an empty answer', translation()],
    ['a listing cut short', translation('ltm snat-translation 10.3.91.216 {')],
    ['another address', translation('ltm snat-translation 10.3.91.21 { traffic-group traffic-group-1 }')],
  ])('is not understood from %s', (_, told) => expect(() => groups(told)).toThrow(NotUnderstood));
});

describe('its virtual addresses', () => {
  test('have their traffic groups, in whatever folder', () =>
    expect(
      read({
        addresses: [
          [
            'ltm virtual-address /Common/web { traffic-group /Common/traffic-group-2 }',
            'ltm virtual-address /Edge/10.9.9.9 { traffic-group traffic-group-1 }',
          ],
          0,
        ],
      }).trafficGroups,
    ).toEqual({ 'virtual-address web': 'traffic-group-2', 'virtual-address /Edge/10.9.9.9': 'traffic-group-1' }));

  test('have an unknown one where the script found none of a virtual server', () =>
    expect(read({ addresses: [['ltm virtual /Common/ose-vserver { }'], 0] }).trafficGroups).toEqual({
      'virtual ose-vserver': 'unknown',
    }));

  test.each<[string, Told]>([
    ['a refusal', MISSING],
    ['a listing cut short', [['ltm virtual-address 10.3.88.90 {'], 0]],
  ])('are not understood from %s', (_, told) => expect(() => read({ addresses: told })).toThrow(NotUnderstood));
});
