import * as fc from 'fast-check';
import { parseDeclaration } from '../../../lib/tunnel/declaration/parse';
import { expectRefusal, message, withBigIp, withFields } from './declared-messages';
import { anySpecs } from './generators';
import { EXAMPLE, merge } from './site';

describe('the example', () => {
  test('is the single ramp of the published procedure, kept away from events and schedules', () =>
    expect(EXAMPLE).toMatchObject({
      example: true,
      bigip: [{ address: '10.3.89.66' }],
      ramp: { nodes: [{ address: '10.3.89.89' }] },
      tunnel: { bigip: '10.3.91.216/24', node: '10.3.91.217', interface: 'tun1' },
      clusterNetworks: ['10.128.0.0/14'],
      virtualServers: ['ose-vserver', 'https-ose-vserver'],
    }));

  test('has defaults for all that the procedure fixes', () =>
    expect(EXAMPLE).toMatchObject({
      objects: { tunnel: 'SDN', self: 'SDN', snatPool: 'SDN_snatpool' },
      cookie: '0x999',
      save: true,
      drain: 60,
      takeover: false,
    }));
});

describe('a rule of one field: message with path, value and rule', () => {
  test.each([
    ['a wait longer than a command may take', withFields({ drain: 91 }), 'drain: 91', 'must be 0 to 90 seconds'],
    ['a wait of less than nothing', withFields({ drain: -1 }), 'drain: -1', 'must be 0 to 90 seconds'],
    ['a part of a second', withFields({ drain: 1.5 }), 'drain: 1.5', 'must be a whole number of seconds'],
    ['a look between two ticks', withFields({ watch: 7 }), 'watch: 7', 'must be a multiple of 5'],
    ['a wait as text', withFields({ drain: '60' }), 'drain: "60"', 'must be a whole number of seconds'],
    [
      'three BIG-IPs',
      withFields({ bigip: [EXAMPLE.bigip[0], EXAMPLE.bigip[0], EXAMPLE.bigip[0]] }),
      'bigip:',
      'must be a list of one or two BIG-IP units',
    ],
    ['no ramp node', withFields({ ramp: { nodes: [] } }), 'ramp.nodes: []', 'must be a list of 1 to 2 ramp nodes'],
    [
      'a cookie of nothing',
      withFields({ cookie: '0x0' }),
      'cookie: "0x0"',
      'must be a hexadecimal number other than 0',
    ],
    [
      'a cookie that YAML made a number of',
      withFields({ cookie: 0x999 }),
      'cookie: 2457',
      'in hexadecimal it is 0x999',
    ],
    ['a cookie with a mask', withFields({ cookie: '0x999/-1' }), 'cookie: "0x999/-1"', 'must be a hexadecimal number'],
    ['another SNAT', withFields({ snat: 'automap' }), 'snat: "automap"', 'must be flows or gateway'],
    ['another kind', withFields({ kind: 'node' }), 'kind:', 'must be ramp or member'],
    ['a word for yes', withFields({ save: 'yes' }), 'save: "yes"', 'must be true or false'],
    ['an unknown key', withFields({ snatt: 'flows' }), 'snatt:', 'is not a known key'],
    ['an unknown key inside', withBigIp({ pasword: 'x' }), 'bigip.0.pasword:', 'is not a known key'],
    [
      'a key that would be inherited',
      JSON.parse(`{"__proto__": {"save": false}, ${JSON.stringify(EXAMPLE).slice(1)}`),
      '__proto__:',
      'is not a known key',
    ],
    ['no document', null, '(document):', 'is empty'],
    ['a list for a document', [], '(document): []', 'must be keys with values'],
    ['a word for a document', 'edge-a', '(document): "edge-a"', 'must be keys with values'],
  ])('%s', (_what, document, where, rule) => expectRefusal(document, where, rule));

  test('a long value is shown by its beginning', () =>
    expect(message(withFields({ name: 'x'.repeat(10_000) })).length).toBeLessThan(300));
});

describe('a rule between fields: message with path, value and rule', () => {
  test('every mistake is listed, each on a line', () => {
    const said = message(
      merge(withBigIp({ address: '10.3.91.66' }) as object, {
        tunnel: { node: '10.3.92.1' },
        virtualServers: ['a', 'a'],
      }),
    );
    expect(said.split('\n')).toHaveLength(3);
  });
});

test('a declared tunnel, read as JSON, is the same tunnel: what lies in the parameter is what was declared', () =>
  fc.assert(
    fc.property(anySpecs, (spec) =>
      expect(parseDeclaration(JSON.parse(JSON.stringify(spec)), 'parameter')).toEqual(spec),
    ),
    { numRuns: 50 },
  ));
