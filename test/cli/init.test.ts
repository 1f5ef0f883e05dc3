import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDeclarations } from '../../lib/tunnel/declaration/read';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { call, project } from './fake';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEV4YW1wbGVIb3N0S2V5T2ZBQmlnSXBGb3JFZGdlUmFt';
const EDGE_A = readFileSync(join(__dirname, '../../tunnels/edge-a.yaml'), 'utf8');

/** What every tunnel of one BIG-IP and one ramp node needs, none of it edge-a's. */
const NEEDED = {
  '--bigip-management': '10.9.88.66',
  '--bigip-bastion': 'i-0ba5710a0ba5710a1',
  '--bigip-host-key': `lb.example.com ${KEY}`,
  '--bigip-address': '10.9.89.66',
  '--node-instance': 'i-0a4e90de0a4e90de9',
  '--node-address': '10.9.89.89',
  '--tunnel-bigip': '10.9.91.216/24',
  '--tunnel-node': '10.9.91.217',
};

/** What a node needs in place of its instance where oc reaches it, and how it is declared then. */
const OC = {
  '--node-name': 'worker-0.example.com',
  '--cluster-admin': 'mi-0ad0000f0ad000011',
  '--cluster-kubeconfig': '/etc/edge-ramp/kubeconfig',
};
const BY_OC = {
  ramp: { nodes: [{ reach: 'oc', node: 'worker-0.example.com', interface: 'br-ex' }] },
  cluster: { admin: 'mi-0ad0000f0ad000011', kubeconfig: '/etc/edge-ramp/kubeconfig' },
};

const options = (given: Record<string, string>): string[] => Object.entries(given).flat();

/** Declares `edge-x` by options. */
async function byOptions(given: Record<string, string>, ...more: readonly string[]) {
  const folder = project({ tunnels: { 'edge-a.yaml': EDGE_A } });
  const outcome = await call(['init', 'edge-x', ...options(given), ...more], {}, { project: folder });
  return { ...outcome, ...written(folder) };
}

/** Declares `edge-x` at a terminal, where somebody answers by what is asked: the answers for a text in the question, in their order. */
async function atTerminal(answers: Record<string, string | readonly string[]>, ...args: readonly string[]) {
  const folder = project({ tunnels: { 'edge-a.yaml': EDGE_A } });
  const asked: string[] = [];
  const left = Object.entries(answers).map(([part, answer]) => ({ part, answers: [answer].flat() }));
  const ask = (question: string): Promise<string> => {
    asked.push(question);
    return Promise.resolve(left.find(({ part }) => question.includes(part))?.answers.shift() ?? '');
  };
  const outcome = await call(['init', 'edge-x', ...args], {}, { project: folder, ask });
  return { ...outcome, ...written(folder), asked };
}

function written(folder: string) {
  const path = join(folder, 'tunnels', 'edge-x.yaml');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  return { text, tunnel: text === undefined ? undefined : (readDeclarations([{ path, text }])[0] as Tunnel) };
}

/** The same, as it is asked for. */
const ANSWERS = {
  'management address': NEEDED['--bigip-management'],
  'bastion of BIG-IP': NEEDED['--bigip-bastion'],
  'host key': KEY,
  'address of BIG-IP towards': NEEDED['--bigip-address'],
  'ramp node: id': NEEDED['--node-instance'],
  'address of the ramp node': NEEDED['--node-address'],
  TUNNEL_IP1: NEEDED['--tunnel-bigip'],
  TUNNEL_IP2: NEEDED['--tunnel-node'],
};

describe('init with options', () => {
  test('writes a declaration without mistake, asks nothing, and says what is next', async () => {
    const { code, out, err, text, tunnel } = await byOptions(NEEDED);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('npx edge-ramp apply edge-x --local');
    expect(text).toMatch(/^# yaml-language-server: \$schema=.*tunnel\.schema\.json\n/);
    expect(text).toContain('address: 10.9.89.66 # F5_IP\n');
    expect(tunnel).toMatchObject({
      name: 'edge-x',
      example: false,
      bigip: [{ user: 'edge-ramp', secret: 'edge-ramp/edge-x/ssh-key', hostKey: KEY }],
      ramp: { nodes: [{ address: '10.9.89.89', interface: 'eth0' }] },
      clusterNetworks: ['10.128.0.0/14'],
      virtualServers: [],
    });
  });

  test('asks nothing at a terminal either, where they leave nothing open', async () => {
    const { code, asked } = await atTerminal({}, ...options(NEEDED));
    expect([code, asked]).toEqual([0, []]);
  });

  test('takes lists with commas or one by one', async () => {
    const { tunnel } = await byOptions(NEEDED, '--virtual-server', 'v1,v2', '--virtual-server', '/Web/v3');
    expect(tunnel?.virtualServers).toEqual(['v1', 'v2', '/Web/v3']);
  });

  test('of two BIG-IPs and two ramp nodes declares the pairs', async () => {
    const twice = (option: string, ...values: readonly string[]) => values.flatMap((value) => [option, value]);
    const { code, err, tunnel } = await byOptions(
      { '--tunnel-bigip': '10.9.91.216/24', '--tunnel-node': '10.9.91.217' },
      ...twice('--bigip-management', '10.9.88.66', '10.9.88.67'),
      ...twice('--bigip-bastion', 'i-0ba5710a0ba5710a1', 'i-0ba5710a0ba5710a1'),
      ...twice('--bigip-host-key', KEY, KEY),
      ...twice('--bigip-address', '10.9.89.11', '10.9.89.12'),
      ...twice('--bigip-inner', '10.9.91.218', '10.9.91.219'),
      ...options({ '--bigip-floating': '10.9.89.66', '--device-group': 'dg' }),
      ...twice('--node-instance', 'mi-0a4e90b20a4e90b21', 'mi-0a4e90b20a4e90b22'),
      ...twice('--node-address', '10.9.89.88', '10.9.89.89'),
      ...twice('--node-name', 'ramp-1.example.com', 'ramp-2.example.com'),
      ...options({ '--vip': '10.9.89.90', '--cluster-admin': 'mi-0c1a55e10c1a55e11' }),
      ...options({ '--cluster-kubeconfig': '/etc/origin/master/admin.kubeconfig', '--vrrp-id-offset': '20' }),
    );
    expect([code, err]).toEqual([0, '']);
    expect(tunnel).toMatchObject({
      bigip: [{ inner: '10.9.91.218' }, { inner: '10.9.91.219' }],
      bigipPair: { floating: '10.9.89.66', deviceGroup: 'dg', network: 'l2' },
      ramp: { vip: '10.9.89.90', network: 'l2', nodes: [{ node: 'ramp-1.example.com' }, { interface: 'eth0' }] },
      ipfailover: { vrrpIdOffset: 20 },
    });
  });

  test('declares a node that has a name and no instance as one that oc reaches', async () => {
    const { '--node-instance': _, ...others } = NEEDED;
    const { code, err, tunnel } = await byOptions({ ...others, ...OC });
    expect([code, err]).toEqual([0, '']);
    expect(tunnel).toMatchObject(BY_OC);
    expect(tunnel?.ramp.nodes[0]).not.toHaveProperty('instance');
  });

  test.each([
    [
      'the way to the cluster of a node that oc reaches is named',
      { '--node-instance': '', '--node-name': 'worker-0.example.com' },
      64,
      /these are missing: --cluster-admin, --cluster-kubeconfig\n/,
    ],
    [
      'a second node without an instance is named',
      { '--node-instance': '', ...OC },
      64,
      /these are missing: --node-instance/,
      '--node-name',
      'worker-1.example.com',
    ],
    ['a missing one is named', { '--tunnel-node': '' }, 64, /these are missing: --tunnel-node\n/],
    [
      'a value without a place is named',
      {},
      64,
      /--probe has 2 values/,
      '--probe',
      '10.128.0.1',
      '--probe',
      '10.128.0.2',
    ],
    [
      'a mistake of a field',
      { '--node-address': '10.9.89.089' },
      2,
      /ramp\.nodes\.0\.address: "10\.9\.89\.089": must be an IPv4/,
    ],
    [
      'a mistake between fields',
      { '--tunnel-node': '10.9.92.1' },
      2,
      /tunnel\.node: "10\.9\.92\.1": must lie in the tunnel's prefix/,
    ],
    [
      'what another tunnel has',
      {
        '--tunnel-bigip': '10.3.91.216/24',
        '--tunnel-node': '10.3.91.217',
        '--bigip-management': '10.3.88.66',
        '--bigip-bastion': 'i-0ba5710a0ba5710a0',
      },
      2,
      /objects\.tunnel: "SDN": is taken by tunnel edge-a/,
    ],
    ['no script in a value', { '--bigip-user': 'me; reboot' }, 2, /bigip\.0\.user: "me; reboot": must be a user name/],
  ])('%s, and nothing is written', async (_, given: Record<string, string>, expected, says, ...more: string[]) => {
    const all = Object.entries({ ...NEEDED, ...given }).filter(([, value]) => value !== '');
    const { code, out, err, text } = await byOptions(Object.fromEntries(all), ...more);
    expect([code, out, text]).toEqual([expected, '', undefined]);
    expect(err).toMatch(says);
  });

  test('shows what it did not write, so that nothing of it is lost', async () => {
    const { err } = await byOptions({ ...NEEDED, '--probe': '10.1.1.1' });
    expect(err).toContain('edge-x.yaml was not written. It would be:\n# yaml-language-server');
    expect(err).toContain('probe: 10.1.1.1\n');
  });

  test.each(['edge-x.yaml', 'edge-x.yml'])('overwrites no %s', async (file) => {
    const folder = project({ tunnels: { [file]: 'mine' } });
    const { code, err } = await call(['init', 'edge-x', ...options(NEEDED)], {}, { project: folder });
    expect([code, err]).toEqual([1, expect.stringContaining('is there already: nothing was written')]);
    expect(readFileSync(join(folder, 'tunnels', file), 'utf8')).toBe('mine');
  });

  test('says that it compared nothing where another declaration has a mistake', async () => {
    const folder = project();
    writeFileSync(join(folder, 'tunnels', 'other.yaml'), 'kind: ramp\n');
    const { code, err } = await call(['init', 'edge-x', ...options(NEEDED)], {}, { project: folder });
    expect([code, err]).toEqual([0, expect.stringContaining('other declarations have mistakes')]);
  });
});

describe('init at a terminal', () => {
  test('asks for one BIG-IP and one node no more than 17 questions, and takes the defaults of empty answers', async () => {
    const { code, tunnel, asked } = await atTerminal(ANSWERS);
    expect(code).toBe(0);
    expect(asked.length).toBeLessThanOrEqual(17);
    expect(asked).toContain('SSH user on BIG-IP [edge-ramp]: ');
    expect(tunnel).toMatchObject({ name: 'edge-x', bigip: [{ user: 'edge-ramp' }], virtualServers: [] });
    expect(tunnel?.probe).toBeUndefined();
  });

  test('asks again for what breaks a rule, with its sentence, and at once', async () => {
    const { code, err, asked, tunnel } = await atTerminal({
      ...ANSWERS,
      'management address': ['10.9.88.066', '10.9.88.66'],
      TUNNEL_IP2: ['10.9.92.217', '10.9.91.217'],
    });
    expect(code).toBe(0);
    expect(err).toContain('without leading zeros; did you mean 10.9.88.66?');
    expect(err).toContain("must lie in the tunnel's prefix 10.9.91.216/24");
    expect(asked.filter((question) => question.startsWith('management address'))).toHaveLength(2);
    expect(asked[4]).toMatch(/^management address/); // before anything else
    expect(tunnel).toMatchObject({ bigip: [{ management: '10.9.88.66' }], tunnel: { node: '10.9.91.217' } });
  });

  test('names the other field that an answer does not go with', async () => {
    const { err, tunnel } = await atTerminal({ ...ANSWERS, TUNNEL_IP1: ['10.9.88.1/24', '10.9.91.216/24'] });
    expect(err).toContain("bigip.0.management 10.9.88.66 must lie outside the tunnel's prefix 10.9.88.1/24");
    expect(tunnel?.tunnel.bigip).toBe('10.9.91.216/24');
  });

  test('goes back to the question before, and further, where < is answered; what was answered is the default there', async () => {
    const { code, err, asked, tunnel } = await atTerminal({
      ...ANSWERS,
      'address of the ramp node': [NEEDED['--node-address'], '10.9.89.90'],
      'interface of the ramp node': ['', '<', ''],
      TUNNEL_IP1: [NEEDED['--tunnel-bigip'], '<', ''],
      TUNNEL_IP2: ['<', NEEDED['--tunnel-node']],
    });
    expect(code).toBe(0);
    expect(err).toContain('To go back to the question before, answer <\n');
    const about = (part: string): string[] => asked.filter((question) => question.includes(part));
    expect(about('TUNNEL_IP1').map((question) => question.endsWith(' [10.9.91.216/24]: '))).toEqual([
      false,
      true,
      true,
    ]);
    expect(tunnel).toMatchObject({
      ramp: { nodes: [{ address: '10.9.89.90' }] },
      tunnel: { bigip: '10.9.91.216/24', node: '10.9.91.217' },
    });
  });

  test('cannot go back from the first question, nor to what an option has answered', async () => {
    const { code, err, asked } = await atTerminal(
      { ...ANSWERS, 'bastion of BIG-IP': ['<', NEEDED['--bigip-bastion']] },
      '--bigip-management',
      NEEDED['--bigip-management'],
    );
    expect(code).toBe(0);
    expect(err).toContain('There is no question before this one.');
    expect(asked.some((question) => question.startsWith('management address'))).toBe(false);
  });

  test('asks for a pair what a pair needs', async () => {
    const { code, asked, tunnel } = await atTerminal({
      ...ANSWERS,
      'two ramp nodes': 'yes',
      'ramp node: id': ['mi-0a4e90b20a4e90b21', 'mi-0a4e90b20a4e90b22'],
      'address of the ramp node': ['10.9.89.88', '10.9.89.89'],
      'name of the ramp node': ['ramp-1.example.com', 'ramp-2.example.com'],
      'virtual IP of the pair': '10.9.89.90',
      'runs oc': 'mi-0c1a55e10c1a55e11',
      'login of oc': '/etc/origin/master/admin.kubeconfig',
      'VRRP id': ['255', '20'],
    });
    expect(code).toBe(0);
    expect(asked.filter((question) => question.includes('VRRP id'))).toHaveLength(2);
    expect(tunnel).toMatchObject({ ramp: { vip: '10.9.89.90' }, ipfailover: { vrrpIdOffset: 20 } });
  });

  test('asks again whether there are two, where the answer is neither yes nor no', async () => {
    const { code, err, asked, tunnel } = await atTerminal({
      ...ANSWERS,
      'two ramp nodes': ['yess', '10.9.89.89', 'no'],
    });
    expect(code).toBe(0);
    expect(err).toContain('Please answer yes or no, not "yess".');
    expect(asked.filter((question) => question.includes('two ramp nodes'))).toHaveLength(3);
    expect(tunnel?.ramp.nodes).toHaveLength(1);
  });

  test('asks for a node that oc reaches its name and the way to its cluster, and no instance', async () => {
    const { code, asked, tunnel } = await atTerminal({
      ...ANSWERS,
      'which oc reaches': 'yes',
      'name of the ramp node': 'worker-0.example.com',
      'runs oc': 'mi-0ad0000f0ad000011',
      'login of oc': '/etc/edge-ramp/kubeconfig',
    });
    expect(code).toBe(0);
    expect(asked.filter((question) => question.includes('ramp node: id'))).toEqual([]);
    expect(tunnel).toMatchObject(BY_OC);
  });

  test('asks for a name that another tunnel has, which else has a default', async () => {
    const { code, err, tunnel } = await atTerminal({
      ...ANSWERS,
      'management address': '10.3.88.66',
      'bastion of BIG-IP': ['i-0ba5710a0ba5710a9', 'i-0ba5710a0ba5710a0'],
      'network of the Pods': '10.140.0.0/14',
      'name of the tunnel': 'SDN-x',
      'name of the self IP': 'SDN-x',
      'name of the SNAT pool': 'SDN-x_snatpool',
    });
    expect(code).toBe(0);
    expect(err).toContain('is taken by tunnel edge-a');
    expect(err).toContain('must be i-0ba5710a0ba5710a0, as in tunnel edge-a');
    expect(tunnel).toMatchObject({
      bigip: [{ bastion: 'i-0ba5710a0ba5710a0' }],
      objects: { tunnel: 'SDN-x', self: 'SDN-x', snatPool: 'SDN-x_snatpool' },
    });
  });

  test('writes nothing when the person ends it', async () => {
    const folder = project();
    const ask = () => Promise.reject(new Error('Nobody answered.'));
    const { code, err } = await call(['init', 'edge-x'], {}, { project: folder, ask });
    expect([code, err, existsSync(join(folder, 'tunnels', 'edge-x.yaml'))]).toEqual([
      1,
      'edge-ramp: Nobody answered.\n',
      false,
    ]);
  });
});
