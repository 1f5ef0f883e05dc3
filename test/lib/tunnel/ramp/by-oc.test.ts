import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../../../lab/hosts/cluster/cluster';
import type { Fault } from '../../../../lab/hosts/host';
import { simulatedHosts, type SimulatedHosts } from '../../../../lab/hosts/simulated';
import { declared } from '../../../examples';

const DOCUMENTS = join(__dirname, '../../../../documents');
const spec = declared('edge-g');
const ADMIN = 'mi-0ad0000f0ad000010';
const NODE = 'worker-0.ocp.example.com';

/** What may happen to `oc debug node/NAME`, and nothing else: its line is the only one with that word. */
const spoilt = (effect: 'pending' | 'no-image' | 'cut' | 'hang'): Fault => ({
  host: ADMIN,
  match: ' debug ',
  nth: 1,
  effect,
});

let directory = '';
let hosts: SimulatedHosts;
async function open(faults: readonly Fault[] = []): Promise<void> {
  directory = mkdtempSync(join(tmpdir(), 'edge-ramp-by-oc-'));
  hosts = await simulatedHosts({ specs: [spec], directory, secret: () => undefined, speed: 1000, faults });
}
afterEach(async () => {
  await hosts.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Takes a script to the node, as the document does on the admin host. `changes`: of the script that takes it there. */
function take(carried: string, more: NodeJS.ProcessEnv = {}, changes = (text: string) => text): Promise<Ran> {
  const file = (name: string): string => readFileSync(join(DOCUMENTS, name), 'utf8');
  const text = `${file('prelude.sh')}IFS= read -r -N ${carried.length + 1} carried <<'END-OF-CARRIED'\n${carried}\nEND-OF-CARRIED\n${file('node-by-oc.sh')}`;
  const env = {
    ...hosts.host(ADMIN)!.environment,
    AWS_SSM_INSTANCE_ID: ADMIN,
    SSM_Tunnel: 'edge-g',
    SSM_Fence: '7',
    SSM_Kubeconfig: '/etc/edge-ramp/kubeconfig',
    SSM_Node: NODE,
    ...more,
  };
  return new Promise((resolve) => {
    const child = spawn('/bin/bash', ['-c', changes(text)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const cluster = () => hosts.world.clusters[0]!;
const debugPods = (): readonly Pod[] => cluster().pods.filter(({ debug }) => debug);
const runOn = (host: string): readonly string[] =>
  hosts
    .journal()
    .filter((command) => command.host === host)
    .map(({ line }) => line);

test("hands on the script's own stdout, stderr and exit code, and leaves no debug Pod", async () => {
  await open();
  const script = "ip -o link show dev br-ex >/dev/null; printf 'two\\nlines\\n'; echo 'edge-ramp: no' >&2; exit 22";
  expect(await take(script)).toEqual({ code: 22, out: 'two\nlines\n', err: 'edge-ramp: no\n' });
  expect(runOn(NODE)).toEqual(['ip -o link show dev br-ex']);
  expect(debugPods()).toEqual([]);
});

test('carries a script and its parameters byte for byte, although Kubernetes expands what looks like its own variables', async () => {
  await open();
  const script = `printf '%s|' '$(HOST)' '$$' '\${x}' "$SSM_Operations" "$((1 + 1))" "$(printf in)" "\${SSM_Fence}"`;
  const operations = 'create~flow table=0,ip,nw_dst=10.1.0.0/16~-~cookie=0x999 actions=load:1->NXM[],resubmit(,0)';
  expect(await take(script, { SSM_Operations: operations })).toMatchObject({
    code: 0,
    out: `$(HOST)|$$|\${x}|${operations}|2|in|7|\n`,
  });
});

test('the node gets neither the path of the login nor anything else of the admin host', async () => {
  await open();
  const { out } = await take('printf \'%s\\n\' "${!SSM_@}"');
  expect(out).toBe('SSM_Fence\nSSM_Tunnel\n');
});

test('an answer that only looks whole on its way is none: what stands on stderr of the Pod is no part of it', async () => {
  await open();
  const { out, err } = await take("echo '?boot' >&2; echo one; echo '=0' >&2");
  expect([out, err]).toEqual(['one\n', '?boot\n=0\n']);
});

describe('nothing is sent to the node', () => {
  test('when the cluster does not know it', async () => {
    await open();
    const { code, err } = await take('echo yes', { SSM_Node: 'worker-9.ocp.example.com' });
    expect([code, err]).toEqual([24, 'edge-ramp: the cluster has no node worker-9.ocp.example.com\n']);
    expect(runOn(ADMIN).filter((line) => line.includes(' debug '))).toEqual([]);
  });

  test('when oc is not logged in', async () => {
    await open();
    cluster().refuses = 'login';
    const { code, err } = await take('echo yes');
    expect([code, err]).toEqual([25, expect.stringContaining('You must be logged in to the server (Unauthorized)')]);
  });

  test('when the debug Pods of before cannot be listed', async () => {
    await open([{ host: ADMIN, match: ' get pods ', nth: 1, effect: 'fail-before' }]);
    const { code, err } = await take('echo yes');
    expect([code, err]).toEqual([25, expect.stringContaining('could not list the debug Pods in project edge-ramp')]);
  });

  test("when the host's agent does not say its instance id", async () => {
    await open();
    const { code, err } = await take('echo yes', { AWS_SSM_INSTANCE_ID: '' });
    expect([code, err]).toEqual([10, expect.stringContaining('does not say its instance id')]);
  });
});

describe('without an answer it says why, and leaves no debug Pod:', () => {
  test.each([
    ['the project for debug Pods is missing', 'project', 'namespaces "edge-ramp" not found'],
    ['the login may not start Pods', 'pods', 'cannot create resource "pods"'],
  ] as const)('%s', async (_, refuses, words) => {
    await open();
    cluster().refuses = refuses;
    const { code, err } = await take('echo yes');
    expect([code, err]).toEqual([26, expect.stringContaining(words)]);
    expect(debugPods()).toEqual([]);
  });

  test.each([
    ['pending', 27, 'the debug Pod did not start within 90 s (Pending, ContainerCreating)'],
    ['no-image', 28, 'could not get the image of the debug Pod within 90 s (ImagePullBackOff): Back-off pulling image'],
    ['hang', 27, 'the debug Pod did not start within 90 s (it is not there)'],
    ['cut', 29, 'the connection ended before the script on the node did'],
  ] as const)('%s', async (effect, exit, words) => {
    await open([spoilt(effect)]);
    const { code, out, err } = await take("printf '%s\\n' '> ip link set tun1 up' {1..400}");
    expect([code, out, err]).toEqual([exit, '', expect.stringContaining(words)]);
    expect(debugPods()).toEqual([]);
  });

  test('the node is off', async () => {
    await open();
    await hosts.act(NODE, 'gone');
    const { code, err } = await take('echo yes');
    expect([code, err]).toEqual([27, expect.stringContaining('did not start within 90 s (Pending)')]);
    expect(debugPods()).toEqual([]);
  });

  test('an answer that was cut names the command at which it was', async () => {
    await open([spoilt('cut')]);
    const { err } = await take("printf '%s\\n' '> ip link set tun1 up' {1..400}");
    expect(err).toContain(`while it ran "ip link set tun1 up": error: unexpected EOF`);
  });

  test('a script that does not end is stopped on the node, and its last command named', async () => {
    await open();
    const endless = "echo '> ip link set tun1 up'; while :; do :; done";
    const { code, err } = await take(endless, {}, (text) => text.replace('longest=60', 'longest=1'));
    expect([code, err]).toEqual([
      23,
      'edge-ramp: the script on the node did not end within 1 s and was stopped while it ran "ip link set tun1 up"\n',
    ]);
    expect(debugPods()).toEqual([]);
  });
});

describe('of debug Pods that are there already', () => {
  const podOf = (name: string, more: Partial<Pod> = {}, from = ADMIN): Pod => ({
    name,
    namespace: 'edge-ramp',
    labels: {},
    node: NODE,
    debug: { image: 'tools', env: { EDGE_RAMP_FROM: from }, phase: 'Running' },
    ...more,
  });

  test("the own ones are deleted, another host's, other nodes' and other people's are not", async () => {
    await open();
    const others = [
      podOf('of-another-host', {}, 'mi-0ad0000f0ad0000ff'),
      podOf('of-another-node', { node: 'worker-1.ocp.example.com' }),
      podOf('of-another-project', { namespace: 'default' }),
      podOf('of-a-person', { debug: { image: 'tools', env: {}, phase: 'Running' } }),
    ];
    cluster().pods.push(podOf('left'), ...others);
    expect(await take('echo yes')).toMatchObject({ code: 0, out: 'yes\n' });
    expect(debugPods()).toEqual(others);
  });

  test('one that could not be deleted is deleted by the next command', async () => {
    await open([spoilt('cut'), { host: ADMIN, match: ' delete pod ', nth: 1, effect: 'fail-before' }]);
    expect(await take('echo yes')).toMatchObject({ code: 29 });
    expect(debugPods()).toHaveLength(1);
    expect(await take('echo yes')).toMatchObject({ code: 0, out: 'yes\n' });
    expect(debugPods()).toEqual([]);
  });
});

test('shows the commands instead, with the way to the node in front of them', async () => {
  await open();
  const printed = await take('[ -z "$EDGE_RAMP_PRINT" ] || echo \'ip link set tun1 up\'', { EDGE_RAMP_PRINT: '1' });
  expect(printed).toMatchObject({
    code: 0,
    out: `# on node ${NODE}: oc --config /etc/edge-ramp/kubeconfig debug node/${NODE}, and there chroot /host\nip link set tun1 up\n`,
  });
  expect(hosts.journal()).toEqual([]);
});
