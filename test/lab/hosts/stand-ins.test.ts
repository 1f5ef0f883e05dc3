import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandIns } from '../../../lab/hosts/stand-ins';
import { BASTION, BIGIP, clientKey, closeAll, hostKey, newKey, NODE, open, script } from './bench';

afterAll(closeAll);

/** What the product's bastion script does: the key from an agent of its own, the host key pinned. */
const session = (
  line: string,
  { key = clientKey.privateKey, pinned = `${BIGIP} ${hostKey}`, to = `edge-ramp@${BIGIP}`, options = '' } = {},
): string => `
  set -u
  eval "$(ssh-agent -s)" >/dev/null; trap 'ssh-agent -k >/dev/null' EXIT
  printf '%s\\n' '${key}' | ssh-add -q - 2>/dev/null
  printf '%s\\n' '${pinned}' > "$EDGE_RAMP_ROOT/known"
  ssh -T -o BatchMode=yes -o ConnectTimeout=10 -o UserKnownHostsFile="$EDGE_RAMP_ROOT/known" ${options} ${to} '${line}'`;

describe('a bash script on a ramp node', () => {
  it('runs the node’s own commands, stdin included', async () => {
    const hosts = await open();
    const ran = await script(
      hosts,
      NODE,
      `ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0 && ip -o tunnel show tun1
       printf 'add cookie=0x999,table=0,priority=2000,in_port=2,ip,nw_src=%s,actions=goto_table:30\\n' 10.3.91.216 | ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -
       ovs-ofctl -O OpenFlow13 dump-flows br0 cookie=0x999/-1 | sed 's/ duration=[^ ]*//'`,
    );
    expect(ran).toMatchObject({
      code: 0,
      err: '',
      out:
        'tun1: ip/ip remote 10.3.89.66 local any dev eth0 ttl inherit\n' +
        'OFPST_FLOW reply (OF1.3) (xid=0x2):\n' +
        ' cookie=0x999, table=0, n_packets=0, n_bytes=0, priority=2000,ip,in_port=2,nw_src=10.3.91.216 actions=goto_table:30\n',
    });
    expect(hosts.journal().map(({ line, code, writes }) => [line, code, writes])).toEqual([
      ['ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0', 0, true],
      ['ip -o tunnel show tun1', 0, false],
      ['ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -', 0, true],
      ['ovs-ofctl -O OpenFlow13 dump-flows br0 cookie=0x999/-1', 0, false],
    ]);
  });

  it('gets words with blanks, quotes and nothing in them through as they are', async () => {
    const hosts = await open();
    await script(hosts, NODE, `iptables -A INPUT -m comment --comment "a  'b' \\$c" -j ACCEPT; ip link show ''`);
    expect(hosts.dump(NODE)).toMatch(`-A INPUT -m comment --comment "a  'b' $c" -j ACCEPT`);
  });

  it('cannot reach the machine it runs on by a command that a node does not have', async () => {
    const hosts = await open();
    const ran = await script(
      hosts,
      NODE,
      'modprobe ipip; echo $?; nsenter -t 1 true; echo $?; ssh somewhere; echo $?; sysctl -n kernel.hostname; echo $?',
    );
    expect(ran.out).toBe('127\n127\n127\n127\n');
  });

  it('waits for a ping as long as the lab is slow', async () => {
    const hosts = await open({}, { speed: 20 });
    expect((await script(hosts, NODE, 'ping -c 3 -W 2 10.3.91.216')).took).toBeGreaterThan(190);
  });
});

describe('ssh from a bastion', () => {
  it('reaches BIG-IP with the key that the real agent holds', async () => {
    const hosts = await open();
    const ran = await script(hosts, BASTION, session('list net self self-internal'));
    expect(ran).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('net self self-internal {\n    address 10.3.89.66/24\n'),
    });
    expect(hosts.journal().map(({ host }) => host)).toEqual([BIGIP, BASTION]);
  });

  it('gives BIG-IP’s exit code and error text back', async () => {
    const ran = await script(await open(), BASTION, session('list net self SDN'));
    expect(ran).toMatchObject({
      code: 1,
      out: '',
      err: '01020036:3: The requested self IP (/Common/SDN) was not found.\n',
    });
  });

  it('goes through a bash login shell to tmsh', async () => {
    const ran = await script(
      await open({ shell: 'bash' }),
      BASTION,
      session(`tmsh -a -q -c '\\''list net route one-line'\\''`),
    );
    expect(ran).toMatchObject({ code: 0, out: 'net route default { gw 10.3.89.1 network default }\n' });
  });

  it.each([
    [
      'the host key is not the pinned one',
      { pinned: `${BIGIP} ${newKey().publicKey}` },
      'Host key verification failed.',
    ],
    ['no host key is pinned', { pinned: '' }, 'Host key verification failed.'],
    ['the agent holds another key', { key: newKey().privateKey }, `edge-ramp@${BIGIP}: Permission denied (publickey).`],
    ['the user is another', { to: `root@${BIGIP}` }, `root@${BIGIP}: Permission denied (publickey).`],
    [
      'nobody is there',
      { to: 'edge-ramp@10.3.88.99' },
      'ssh: connect to host 10.3.88.99 port 22: Connection timed out',
    ],
  ])('fails with 255 if %s', async (_, options, says) => {
    const hosts = await open();
    expect(await script(hosts, BASTION, session('list net self', options))).toMatchObject({
      code: 255,
      out: '',
      err: `${says}\n`,
    });
  });

  it('eats the input of a loop around it unless it is told not to', async () => {
    const hosts = await open();
    const loop = (options: string): string =>
      `printf '1\\n2\\n3\\n' | while read -r n; do echo $n; ssh ${options} x@10.3.88.99 true; done`;
    expect((await script(hosts, BASTION, loop(''))).out).toBe('1\n');
    expect((await script(hosts, BASTION, loop('-n'))).out).toBe('1\n2\n3\n');
  });
});

describe('aws from a bastion', () => {
  const get = (name: string): string =>
    `aws secretsmanager get-secret-value --output text --secret-id ${name} --region local-1 --query SecretString`;

  it('asks the given endpoint for the secret', async () => {
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        asked.push(request.method, request.headers['x-amz-target'], JSON.parse(body));
        const known = body.includes('edge-a');
        const answer = known
          ? { Name: 'x', SecretString: 'one\ntwo "quoted" \\ a/b\n' }
          : { __type: 'ResourceNotFoundException', Message: 'no such secret' };
        response
          .writeHead(known ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' })
          .end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = { AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const hosts = await open();
    expect(await script(hosts, BASTION, get('edge-ramp/edge-a/ssh-key'), endpoint)).toMatchObject({
      code: 0,
      err: '',
      out: 'one\ntwo "quoted" \\ a/b\n\n',
    });
    expect(asked).toEqual(['POST', 'secretsmanager.GetSecretValue', { SecretId: 'edge-ramp/edge-a/ssh-key' }]);
    expect(await script(hosts, BASTION, get('other'), endpoint)).toMatchObject({
      code: 254,
      out: '',
      err: '\nAn error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: no such secret\n',
    });
    server.close();
  });

  it('fails without a region as the tool does, and finds one where its version 1 does', async () => {
    const hosts = await open();
    const line = get('edge-ramp/edge-a/ssh-key').replace('--region local-1 ', '');
    const elsewhere = { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1' };
    expect(await script(hosts, BASTION, line, { ...elsewhere, AWS_REGION: 'local-1' })).toMatchObject({
      code: 255,
      out: '',
      err: '\nYou must specify a region. You can also configure your region by running "aws configure".\n',
    });
    expect((await script(hosts, BASTION, line, { ...elsewhere, AWS_DEFAULT_REGION: 'local-1' })).err).toContain(
      'Could not connect to the endpoint URL',
    );
  });

  it.each(['s3 ls', 'secretsmanager get-secret-value --secret-id x --profile y --query SecretString --output text'])(
    'knows nothing else: %s',
    async (words) => {
      expect(await script(await open(), BASTION, `aws ${words}`)).toMatchObject({
        code: 127,
        err: `aws: not modelled: ${words}\n`,
      });
    },
  );
});

/** Stand-ins alone, of these answers, with the environment of a host; `done` closes them. */
async function standing(answer: ConstructorParameters<typeof StandIns>[0]) {
  const directory = mkdtempSync(join(tmpdir(), 'edge-ramp-stand-ins-'));
  const standIns = new StandIns(answer);
  await standIns.listen(directory);
  const done = async (): Promise<void> => {
    await standIns.close();
    rmSync(directory, { recursive: true });
  };
  return { standIns, environment: standIns.environment(NODE, directory, 1), done };
}

describe('what a command prints', () => {
  const text = fc.array(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', ' ', '\\', 'to 1 5\n', '0 0 0\n')),
  );
  const words = text.map((parts) => parts.join(''));

  it('comes through as it is, while it runs and at its end, whatever letters and lines it has', async () => {
    let answers = { told: '', complained: '', out: '', err: '', code: 0 };
    const { standIns, environment, done } = await standing(({ tell }) => {
      tell(1, answers.told);
      tell(2, answers.complained);
      return Promise.resolve({ code: answers.code, out: answers.out, err: answers.err });
    });
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.record({ told: words, complained: words, out: words, err: words, code: fc.integer({ min: 0, max: 254 }) }),
          async (each) => {
            answers = each;
            expect(await standIns.bash(environment, 'ip link show')).toEqual({
              code: each.code,
              out: each.told + each.out,
              err: each.complained + each.err,
            });
          },
        ),
        { numRuns: 40 },
      );
    } finally {
      await done();
    }
  });

  it('is that the lab failed, and why, where a model throws: nobody waits for ever', async () => {
    const { standIns, environment, done } = await standing(() => Promise.reject(new Error('no such model')));
    try {
      expect(await standIns.bash(environment, 'ip link show')).toMatchObject({
        code: 255,
        out: '',
        err: expect.stringMatching(/^the lab failed: Error: no such model\n {4}at /),
      });
    } finally {
      await done();
    }
  });
});
