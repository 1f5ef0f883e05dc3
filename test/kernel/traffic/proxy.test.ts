import type { Machine } from '../../../lab/kernel/machine/machine';
import {
  get,
  measure,
  startPodServer,
  startProxy,
  type Proxy,
  type Virtual,
} from '../../../lab/kernel/traffic/traffic';
import { until } from '../support/waiting';
import { closeAll, line, wire } from './bench';

const web = { name: 'web', address: '10.9.0.1', port: 80, translation: 'automap', members: ['10.9.0.2:8080'] } as const;
let machine: Machine;
let proxy: Proxy;

/** The body of a GET by a client on the BIG-IP itself, or why there is none; a RST may come before curl takes the connection for open (7), or after (56). */
async function ask(virtual: Virtual = web): Promise<string | number> {
  const { error, body } = await get(machine, 'left', `http://${virtual.address}:${virtual.port}/`);
  return error ? (error.code === 7 || error.code === 56 ? 'reset' : error.text) : body.trim();
}

beforeAll(async () => {
  machine = await wire();
  await startPodServer(machine, 'right', 'one', { address: '10.9.0.2' });
  await startPodServer(machine, 'right', 'two', { address: '10.9.0.3' });
});
beforeEach(async () => {
  proxy = await startProxy(machine, 'left');
});
afterEach(() => proxy.stop());
afterAll(closeAll);

describe('a virtual server', () => {
  it('gives connections to the members in turn', async () => {
    await proxy.setVirtuals([{ ...web, members: ['10.9.0.2:8080', '10.9.0.3:8080'] }]);
    expect([await ask(), await ask(), await ask()]).toEqual([
      'pod=one peer=10.9.0.1',
      'pod=two peer=10.9.0.1',
      'pod=one peer=10.9.0.1',
    ]);
  });

  it('comes from the addresses of its SNAT pool in turn', async () => {
    await proxy.setVirtuals([{ ...web, translation: { snat: ['10.9.0.11', '10.9.0.1'] } }]);
    expect([await ask(), await ask()]).toEqual(['pod=one peer=10.9.0.11', 'pod=one peer=10.9.0.1']);
  });

  it('resets the client when the SNAT address is not there, and serves when it is', async () => {
    const later = { ...web, translation: { snat: ['10.9.0.77'] } } as const;
    await proxy.setVirtuals([later]);
    expect(await ask()).toBe('reset');
    await line(machine, 'left', 'ip address add 10.9.0.77/24 dev wire');
    expect(await ask()).toBe('pod=one peer=10.9.0.77');
    await line(machine, 'left', 'ip address del 10.9.0.77/24 dev wire');
  });

  it('without translation comes from the client’s own address, so that a client elsewhere gets nothing', async () => {
    await proxy.setVirtuals([{ ...web, translation: 'none' }]);
    const here = await get(machine, 'left', 'http://10.9.0.1/', { source: '10.9.0.11' });
    expect(here.body).toBe('pod=one peer=10.9.0.11\n');
    const elsewhere = await get(machine, 'right', 'http://10.9.0.1/', { source: '10.9.0.3', seconds: 30 });
    expect(elsewhere.error?.code).toBe(56);
  });

  it('resets the client when a member refuses, and takes the next one next time', async () => {
    await proxy.setVirtuals([{ ...web, members: ['10.9.0.2:9', '10.9.0.3:8080'] }]);
    expect([await ask(), await ask(), await ask()]).toEqual(['reset', 'pod=two peer=10.9.0.1', 'reset']);
    expect(await proxy.status()).toEqual([{ name: 'web', open: 0, total: 3, failed: 2 }]);
  });

  it('resets the client when a member says nothing for 3 s', async () => {
    await proxy.setVirtuals([{ ...web, members: ['10.9.0.200:8080'] }]);
    expect(await get(machine, 'left', 'http://10.9.0.1/', { seconds: 30 })).toMatchObject({ error: { code: 56 } });
  });

  it('hands on that a client has said all, and everything that the Pod then says', async () => {
    await proxy.setVirtuals([web]);
    const half = `perl -MIO::Socket::INET -e '
      $s = IO::Socket::INET->new("10.9.0.1:80"); print $s "GET /bytes/3000000 HTTP/1.1\\r\\n\\r\\n"; shutdown $s, 1; $/ = undef; print length <$s>'`;
    expect(Number(await line(machine, 'left', half))).toBe(
      3_000_000 + 'HTTP/1.1 200 OK\r\nX-Pod: one\r\nContent-Length: 3000000\r\n\r\n'.length,
    );
    expect(await proxy.status()).toEqual([{ name: 'web', open: 0, total: 1, failed: 0 }]);
  });

  it('ends its clients’ connections when the Pod dies', async () => {
    const pod = await startPodServer(machine, 'right', 'short', { port: 8082 });
    await proxy.setVirtuals([{ ...web, members: ['10.9.0.2:8082'] }]);
    const open = await measure(machine, 'left', 'connections', { to: '10.9.0.1:80', every: 20 });
    await pod.stop();
    await until('the connection’s end', async () => (await proxy.status())[0]?.open === 0);
    const { connections } = await open.stop();
    expect(connections).toMatchObject([{ pod: 'short', end: expect.stringMatching(/^(reset|closed)$/) as string }]);
  });
});

describe('a change of the virtual servers', () => {
  it('leaves open connections alone, those of a removed one, too', async () => {
    const other = { ...web, name: 'other', port: 81 };
    await proxy.setVirtuals([web, other]);
    const [first, second] = [
      await measure(machine, 'left', 'connections', { to: '10.9.0.1:80', count: 3, every: 20 }),
      await measure(machine, 'left', 'connections', { to: '10.9.0.1:81', every: 20 }),
    ];
    await proxy.setVirtuals([{ ...web, members: ['10.9.0.3:8080'] }]);
    expect(await ask()).toBe('pod=two peer=10.9.0.1');
    expect(await ask(other)).toBe('reset');
    expect(await proxy.status()).toEqual([{ name: 'web', open: 3, total: 4, failed: 0 }]);
    for (const { connections } of [await first.stop(), await second.stop()])
      for (const connection of connections) {
        expect(connection).toMatchObject({ pod: 'one', end: 'open' });
        expect(connection.answered).toBe(connection.sent);
      }
  });

  it('moves a virtual server to another port', async () => {
    await proxy.setVirtuals([web]);
    await proxy.setVirtuals([{ ...web, port: 82 }]);
    expect([await ask(), await ask({ ...web, port: 82 })]).toEqual(['reset', 'pod=one peer=10.9.0.1']);
  });

  it('may come before the address that it listens at', async () => {
    const early = { ...web, address: '10.9.0.50' };
    await proxy.setVirtuals([early]);
    await line(machine, 'left', 'ip address add 10.9.0.50/24 dev wire');
    expect(await ask(early)).toBe('pod=one peer=10.9.0.1');
    await line(machine, 'left', 'ip address del 10.9.0.50/24 dev wire');
  });

  it('says what cannot listen, and serves the others', async () => {
    await expect(proxy.setVirtuals([web, { ...web, name: 'web-again' }])).rejects.toThrow(
      /^Virtual server (web|web-again) on left cannot listen at 10.9.0.1:80: Address already in use.$/,
    );
    expect(await ask()).toBe('pod=one peer=10.9.0.1');
  });

  it('says that nobody is there any more to change', async () => {
    await proxy.stop();
    await expect(proxy.setVirtuals([web])).rejects.toThrow(/^the proxy on left: .*No such process/);
  });
});
