import * as fc from 'fast-check';
import { InvalidRequest } from '../../../lib/tunnel/errors';
import { parseDeclaration } from '../../../lib/tunnel/parse';
import { EXAMPLE, merge, tunnel } from './site';
import { specs } from './generators';
import { TEXT, fileMessage } from './declared-messages';

/** The message about a declaration that is refused. */
function message(document: unknown): string {
  try {
    parseDeclaration(document, 'tunnels/edge-a.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidRequest);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

const bigip = (changes: Record<string, unknown>): unknown =>
  merge(EXAMPLE, { bigip: [merge(EXAMPLE.bigip[0]!, changes)] });

const node = (changes: Record<string, unknown>): unknown =>
  merge(EXAMPLE, { ramp: { nodes: [merge(EXAMPLE.ramp.nodes[0]!, changes)] } });

const other = (changes: Record<string, unknown>): unknown => merge(EXAMPLE, changes);

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
      snat: 'flows',
      cookie: '0x999',
      save: true,
      drain: 60,
      takeover: false,
    }));
});

describe('a rule of one field: message with path, value and rule', () => {
  const ADDRESS = 'must be an IPv4 address in canonical form: four numbers 0 to 255 without leading zeros';
  const INTERFACE = 'must be 1 to 15 of letters, digits, _ . - and begin with a letter';
  const OBJECT =
    'must be 1 to 63 of letters, digits, _ . - and begin with a letter (tmsh reads other characters as syntax)';
  const NETWORK = 'must be an IPv4 network in canonical form: ADDRESS/LENGTH with no host bits set';
  test.each([
    ['an address with a leading zero', bigip({ address: '010.3.89.66' }), 'bigip.0.address: "010.3.89.66"', ADDRESS],
    ['IPv6 in disguise', bigip({ address: '::ffff:10.3.89.66' }), 'bigip.0.address: "::ffff:10.3.89.66"', ADDRESS],
    ['an octet too large', bigip({ management: '10.3.88.256' }), 'bigip.0.management: "10.3.88.256"', ADDRESS],
    ['three octets', node({ address: '10.3.89' }), 'ramp.nodes.0.address: "10.3.89"', ADDRESS],
    ['a wait longer than a command may take', other({ drain: 91 }), 'drain: 91', 'must be 0 to 90 seconds'],
    ['a wait of less than nothing', other({ drain: -1 }), 'drain: -1', 'must be 0 to 90 seconds'],
    ['a part of a second', other({ drain: 1.5 }), 'drain: 1.5', 'must be a whole number of seconds'],
    ['a look between two ticks', other({ watch: 7 }), 'watch: 7', 'must be a multiple of 5'],
    ['a wait as text', other({ drain: '60' }), 'drain: "60"', 'must be a whole number of seconds'],
    ['a number for an address', node({ address: 167_991_641 }), 'ramp.nodes.0.address: 167991641', 'expected string'],
    [
      'a name for an address',
      other({ tunnel: { node: 'ramp.example.com' } }),
      'tunnel.node: "ramp.example.com"',
      ADDRESS,
    ],
    [
      'an address with a newline behind it',
      other({ tunnel: { node: '10.3.91.217\n' } }),
      'tunnel.node: "10.3.91.217\\n"',
      ADDRESS,
    ],
    [
      'an address with a prefix where none belongs',
      other({ probe: '10.130.0.7/32' }),
      'probe: "10.130.0.7/32"',
      ADDRESS,
    ],
    ['full-width digits', other({ probe: '１０.130.0.7' }), 'probe: "１０.130.0.7"', ADDRESS],
    [
      'a network with host bits',
      other({ clusterNetworks: ['10.128.0.1/14'] }),
      'clusterNetworks.0: "10.128.0.1/14"',
      NETWORK,
    ],
    [
      'a network without a length',
      other({ clusterNetworks: ['10.128.0.0'] }),
      'clusterNetworks.0: "10.128.0.0"',
      NETWORK,
    ],
    [
      'a length too large',
      other({ clusterNetworks: ['10.128.0.0/33'] }),
      'clusterNetworks.0: "10.128.0.0/33"',
      NETWORK,
    ],
    [
      'a length with a leading zero',
      other({ clusterNetworks: ['10.0.0.0/08'] }),
      'clusterNetworks.0: "10.0.0.0/08"',
      NETWORK,
    ],
    ['a dotted mask', other({ clusterNetworks: ['10.128.0.0/255.252.0.0'] }), 'clusterNetworks.0:', NETWORK],
    ['no cluster network', other({ clusterNetworks: [] }), 'clusterNetworks: []', '>=1'],
    [
      'five cluster networks',
      other({ clusterNetworks: [1, 2, 3, 4, 5].map((n) => `10.${n}.0.0/16`) }),
      'clusterNetworks:',
      '<=4',
    ],
    [
      'the network itself as an address',
      other({ tunnel: { bigip: '10.3.91.0/24' } }),
      'tunnel.bigip: "10.3.91.0/24"',
      'must be a host address',
    ],
    [
      'a broadcast address',
      other({ tunnel: { bigip: '10.3.91.255/24' } }),
      'tunnel.bigip: "10.3.91.255/24"',
      'must be a host address',
    ],
    [
      'a prefix without room for two',
      other({ tunnel: { bigip: '10.3.91.216/31' } }),
      'tunnel.bigip: "10.3.91.216/31"',
      '30 at most',
    ],
    [
      'an interface name of 16 characters',
      other({ tunnel: { interface: 'abcdefghijklmnop' } }),
      'tunnel.interface: "abcdefghijklmnop"',
      INTERFACE,
    ],
    [
      'an interface name with a newline',
      other({ tunnel: { interface: 'tun1\n' } }),
      'tunnel.interface: "tun1\\n"',
      INTERFACE,
    ],
    ['an interface name that is an option', node({ interface: '-tun1' }), 'ramp.nodes.0.interface: "-tun1"', INTERFACE],
    ['an interface name with a path', node({ interface: '../tun1' }), 'ramp.nodes.0.interface: "../tun1"', INTERFACE],
    ['an empty interface name', node({ interface: '' }), 'ramp.nodes.0.interface: ""', INTERFACE],
    ['a name for a shell', other({ objects: { tunnel: 'SDN; reboot' } }), 'objects.tunnel: "SDN; reboot"', OBJECT],
    ['a name for tmsh', other({ objects: { self: 'SDN{}' } }), 'objects.self: "SDN{}"', OBJECT],
    ['a name with the mark between fields', other({ objects: { snatPool: 'a~b' } }), 'objects.snatPool: "a~b"', OBJECT],
    [
      'a name with the mark between operations',
      other({ objects: { snatPool: 'a|b' } }),
      'objects.snatPool: "a|b"',
      OBJECT,
    ],
    ['a name with a glob', other({ objects: { snatPool: 'a*' } }), 'objects.snatPool: "a*"', OBJECT],
    ['a name of 64 characters', other({ objects: { snatPool: 'a'.repeat(64) } }), 'objects.snatPool:', OBJECT],
    [
      'a virtual server with a substitution',
      other({ virtualServers: ['$(reboot)'] }),
      'virtualServers.0: "$(reboot)"',
      'must be the name of a virtual server',
    ],
    [
      'a virtual server with a folder and no partition',
      other({ virtualServers: ['/ose'] }),
      'virtualServers.0: "/ose"',
      '/partition/name',
    ],
    [
      'a virtual server above its folder',
      other({ virtualServers: ['/Common/../ose'] }),
      'virtualServers.0:',
      'must be the name of a virtual server',
    ],
    [
      '41 virtual servers',
      other({ virtualServers: Array.from({ length: 41 }, (_, i) => `v${i}`) }),
      'virtualServers:',
      'at most 40',
    ],
    [
      'an instance by its name',
      node({ instance: 'ramp-1' }),
      'ramp.nodes.0.instance: "ramp-1"',
      'must be the id of an instance that Systems Manager manages',
    ],
    ['a bastion by its address', bigip({ bastion: '10.3.88.1' }), 'bigip.0.bastion: "10.3.88.1"', 'i-… or mi-…'],
    [
      'a user with an option',
      bigip({ user: '-oProxyCommand=reboot' }),
      'bigip.0.user: "-oProxyCommand=reboot"',
      'must be a user name',
    ],
    ['a secret with a blank', bigip({ secret: 'a b' }), 'bigip.0.secret: "a b"', 'must be the name of a secret'],
    ['no pinned host key', bigip({ hostKey: undefined }), 'bigip.0.hostKey:', 'expected string'],
    ['an empty host key', bigip({ hostKey: '' }), 'bigip.0.hostKey: ""', 'must be the pinned public host key'],
    [
      'a host key of another type',
      bigip({ hostKey: `ssh-dss ${'A'.repeat(68)}` }),
      'bigip.0.hostKey:',
      'must be the pinned public host key',
    ],
    [
      'a host key with a comment',
      bigip({ hostKey: `${EXAMPLE.bigip[0]!.hostKey} root@bigip` }),
      'bigip.0.hostKey:',
      'TYPE BASE64',
    ],
    [
      'two host keys in one',
      bigip({ hostKey: `${EXAMPLE.bigip[0]!.hostKey}\nssh-rsa AAAA` }),
      'bigip.0.hostKey:',
      'TYPE BASE64',
    ],
    [
      'two BIG-IPs',
      other({ bigip: [EXAMPLE.bigip[0], EXAMPLE.bigip[0]] }),
      'bigip:',
      'must be a list of exactly one BIG-IP',
    ],
    ['no ramp node', other({ ramp: { nodes: [] } }), 'ramp.nodes: []', 'must be a list of one or two ramp nodes'],
    ['a cookie of nothing', other({ cookie: '0x0' }), 'cookie: "0x0"', 'must be a hexadecimal number other than 0'],
    ['a cookie that YAML made a number of', other({ cookie: 0x999 }), 'cookie: 2457', 'expected string'],
    ['a cookie with a mask', other({ cookie: '0x999/-1' }), 'cookie: "0x999/-1"', 'must be a hexadecimal number'],
    ['another SNAT', other({ snat: 'automap' }), 'snat: "automap"', '"flows"|"gateway"'],
    ['another kind', other({ kind: 'node' }), 'kind:', 'nvalid'],
    ['a name in capitals', other({ name: 'Edge' }), 'name: "Edge"', 'must be 1 to 32 of lower case letters'],
    ['a name with a newline', other({ name: 'edge\n' }), 'name: "edge\\n"', 'must be 1 to 32'],
    ['a word for yes', other({ save: 'yes' }), 'save: "yes"', 'expected boolean'],
    ['an unknown key', other({ snatt: 'flows' }), 'snatt:', 'is not a known key'],
    ['an unknown key inside', bigip({ pasword: 'x' }), 'bigip.0.pasword:', 'is not a known key'],
    [
      'a key that would be inherited',
      JSON.parse(`{"__proto__": {"save": false}, ${JSON.stringify(EXAMPLE).slice(1)}`),
      '__proto__:',
      'is not a known key',
    ],
    ['no document', null, '(document):', 'nvalid'],
    ['a list for a document', [], '(document): []', 'nvalid'],
    ['a word for a document', 'edge-a', '(document): "edge-a"', 'nvalid'],
  ])('%s', (_what, document, where, rule) => {
    const said = message(document);
    expect(said).toContain(`tunnels/edge-a.yaml: ${where}`);
    expect(said).toContain(rule);
  });

  test('a long value is shown by its beginning', () =>
    expect(message(other({ name: 'x'.repeat(10_000) })).length).toBeLessThan(300));
});

describe('a rule between fields: message with path, value and rule', () => {
  test.each([
    [
      'TUNNEL_IP2 outside the prefix',
      other({ tunnel: { node: '10.3.92.1' } }),
      'tunnel.node: "10.3.92.1"',
      "must lie in the tunnel's prefix 10.3.91.216/24",
    ],
    [
      'TUNNEL_IP2 as broadcast address',
      other({ tunnel: { node: '10.3.91.255' } }),
      'tunnel.node: "10.3.91.255"',
      'must be a host of 10.3.91.216/24',
    ],
    [
      'F5_IP in the tunnel',
      bigip({ address: '10.3.91.66' }),
      'bigip.0.address: "10.3.91.66"',
      "must lie outside the tunnel's prefix 10.3.91.216/24",
    ],
    [
      'management in the tunnel',
      bigip({ management: '10.3.91.66' }),
      'bigip.0.management: "10.3.91.66"',
      "must lie outside the tunnel's prefix",
    ],
    [
      'RAMP_IP in the tunnel',
      node({ address: '10.3.91.89' }),
      'ramp.nodes.0.address: "10.3.91.89"',
      "must lie outside the tunnel's prefix",
    ],
    [
      'F5_IP in the cluster network',
      bigip({ address: '10.129.9.9' }),
      'bigip.0.address: "10.129.9.9"',
      'must lie outside the cluster network 10.128.0.0/14',
    ],
    [
      'RAMP_IP in the cluster network',
      node({ address: '10.129.9.9' }),
      'ramp.nodes.0.address: "10.129.9.9"',
      'must lie outside the cluster network',
    ],
    [
      'a cluster network over the tunnel',
      other({ clusterNetworks: ['10.3.91.0/25'] }),
      'clusterNetworks.0: "10.3.91.0/25"',
      "must not overlap the tunnel's prefix",
    ],
    [
      'cluster networks over each other',
      other({ clusterNetworks: ['10.128.0.0/14', '10.130.0.0/16'] }),
      'clusterNetworks.1: "10.130.0.0/16"',
      'must not overlap clusterNetworks.0, 10.128.0.0/14',
    ],
    [
      'a probe that is no Pod',
      other({ probe: '10.3.89.1' }),
      'probe: "10.3.89.1"',
      'must be a Pod: an address in one of 10.128.0.0/14',
    ],
    [
      'F5_IP and RAMP_IP the same',
      node({ address: '10.3.89.66' }),
      'ramp.nodes.0.address: "10.3.89.66"',
      'must not be the address of bigip.0.address too: one address, one role',
    ],
    [
      'both ends in the tunnel the same',
      other({ tunnel: { node: '10.3.91.216' } }),
      'tunnel.node: "10.3.91.216"',
      'must not be the address of tunnel.bigip too',
    ],
    [
      "the node's address as BIG-IP's management",
      bigip({ management: '10.3.89.89' }),
      'ramp.nodes.0.address: "10.3.89.89"',
      'must not be the address of bigip.0.management too',
    ],
    [
      "the SDN's interface",
      other({ tunnel: { interface: 'tun0' } }),
      'tunnel.interface: "tun0"',
      'must not be one of tun0, vxlan0, br0, lo, tunl0',
    ],
    [
      "the kernel's interface",
      other({ tunnel: { interface: 'tunl0' } }),
      'tunnel.interface: "tunl0"',
      'the SDN or the kernel has it',
    ],
    [
      'a tunnel over itself',
      node({ interface: 'tun1' }),
      'ramp.nodes.0.interface: "tun1"',
      'must not be the tunnel device itself',
    ],
    ['a virtual server twice', other({ virtualServers: ['a', 'b', 'a'] }), 'virtualServers.2: "a"', 'is listed twice'],
    [
      'a virtual server twice, once with its folder',
      other({ virtualServers: ['a', '/Common/a'] }),
      'virtualServers.1: "/Common/a"',
      'is listed twice',
    ],
  ])('%s', (_what, document, where, rule) => {
    const said = message(document);
    expect(said).toContain(`tunnels/edge-a.yaml: ${where}`);
    expect(said).toContain(rule);
  });

  test('BIG-IP may be managed at the address where the tunnel ends', () =>
    expect(() => tunnel({ bigip: [{ ...EXAMPLE.bigip[0], management: '10.3.89.66' }] })).not.toThrow());

  test('every mistake is listed, each on a line', () => {
    const said = message(
      merge(bigip({ address: '10.3.91.66' }) as object, { tunnel: { node: '10.3.92.1' }, virtualServers: ['a', 'a'] }),
    );
    expect(said.split('\n')).toHaveLength(3);
  });
});

describe('hostile or mistaken YAML', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
  ];
  test.each([
    ['a bomb of aliases', bomb.join('\n'), 'must not use YAML aliases'],
    ['one alias', `${TEXT}\nobjects: &o {tunnel: SDN}\nx: *o\n`, 'must not use YAML aliases'],
    ['a key twice', `${TEXT}\nname: edge-b\n`, 'is not YAML: Map keys must be unique'],
    ['two documents', `${TEXT}\n---\n${TEXT}`, 'is not YAML'],
    ['a tab', `kind: ramp\n\tname: x\n`, 'is not YAML'],
    ['an open brace', 'kind: {', 'is not YAML'],
    ['nothing', '', '(document)'],
    ['only a comment', '# nothing\n', '(document)'],
    ['a key that would be inherited', `${TEXT}\n__proto__: {save: false}\n`, '__proto__: is not a known key'],
    ['a merge key', `${TEXT}\n<<: {save: false}\n`, '<<: is not a known key'],
    ['a cookie that YAML makes a number of', `${TEXT}\ncookie: 0x999\n`, 'cookie: 2457'],
    [
      'a tag of another language',
      `${TEXT}\nprobe2: !!python/object:os.system [reboot]\n`,
      'probe2: is not a known key',
    ],
    ['an address that YAML makes a number of', TEXT.replace('node: 10.3.91.217', 'node: 10.3'), 'tunnel.node: 10.3'],
    ['a null byte', `kind: "ramp\\0"\n`, 'kind'],
  ])('%s', (_what, text, rule) => {
    const said = fileMessage(['tunnels/edge-a.yaml', text]);
    expect(said).toMatch(/^tunnels\/edge-a\.yaml: /);
    expect(said).toContain(rule);
  });

  test('whatever stands in a file, it is a declaration or a mistake', () =>
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom(...'&*!|>{}[],:-#?% \n\ta"\''.split('')) })),
        (text) => {
          expect(fileMessage(['x.yaml', text])).toMatch(/^x\.yaml: /);
        },
      ),
      { numRuns: 150 },
    ));
});

test('a declared tunnel, read as JSON, is the same tunnel: what lies in the parameter is what was declared', () =>
  fc.assert(
    fc.property(specs, (spec) => expect(parseDeclaration(JSON.parse(JSON.stringify(spec)), 'parameter')).toEqual(spec)),
    { numRuns: 50 },
  ));
