import type { Machine } from '../../../lab/kernel/machine/machine';
import { get, startPodServer } from '../../../lab/kernel/traffic/traffic';
import { closeAll, line, wire } from './bench';

const POD = 'http://10.9.0.2:8080';
let machine: Machine;

beforeAll(async () => {
  machine = await wire();
  await startPodServer(machine, 'right', 'web-1');
});
afterAll(closeAll);

describe('a Pod’s server', () => {
  it('says who it is, and which address it was asked from', async () => {
    expect(await get(machine, 'left', `${POD}/`)).toEqual({ status: 200, body: 'pod=web-1 peer=10.9.0.1\n' });
    expect(await get(machine, 'left', `${POD}/`, { source: '10.9.0.11' })).toEqual({
      status: 200,
      body: 'pod=web-1 peer=10.9.0.11\n',
    });
  });

  it('gives as many bytes as are asked for', async () => {
    for (const bytes of [0, 1, 65_536, 1_000_000])
      expect((await get(machine, 'left', `${POD}/bytes/${bytes}`)).body).toHaveLength(bytes);
  });

  it('streams lines, each when its time has come', async () => {
    expect((await get(machine, 'left', `${POD}/stream?every=1&count=4`)).body).toBe('1\n2\n3\n4\n');
    expect(await get(machine, 'left', `${POD}/stream?every=60000&count=2`, { seconds: 1 })).toMatchObject({
      status: 200,
      body: '1\n',
      error: { code: 28 },
    });
  });

  it('gives back what is posted, whole or in chunks', async () => {
    expect(await line(machine, 'left', `curl -s -d hello ${POD}/echo`)).toBe('hello');
    expect(
      await line(machine, 'left', `printf hello | curl -s -H Transfer-Encoding:chunked --data-binary @- ${POD}/echo`),
    ).toBe('hello');
  });

  it('answers several requests on one connection, also when they come at once', async () => {
    const twice = `printf 'GET / HTTP/1.1\\r\\n\\r\\nGET /bytes/3 HTTP/1.1\\r\\n\\r\\n'`;
    const answer = await line(machine, 'left', `exec 3<>/dev/tcp/10.9.0.2/8080; ${twice} >&3; timeout 1 cat <&3`);
    expect(answer).toMatch(
      /pod=web-1 peer=10.9.0.1\nHTTP\/1.1 200 OK\r\nX-Pod: web-1\r\nContent-Length: 3\r\n\r\nxxx$/,
    );
    expect(await line(machine, 'left', `curl -s ${POD}/ ${POD}/ -w '%{num_connects} '`)).toBe(
      'pod=web-1 peer=10.9.0.1\n1 pod=web-1 peer=10.9.0.1\n0 ',
    );
  });

  it('refuses what it does not have', async () => {
    expect((await get(machine, 'left', `${POD}/nothing`)).status).toBe(404);
    expect(await line(machine, 'left', `curl -s -X DELETE -w '%{http_code}' -o /dev/null ${POD}/`)).toBe('405');
  });

  it.each([
    ['no HTTP', `printf 'junk\\r\\n\\r\\n'`],
    ['a head without an end', 'head -c 30000 /dev/zero'],
    ['a chunk without a size', `printf 'POST /echo HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nnot hex\\n'`],
    ['half a request', `printf 'GET / HT'`],
    ['a request, and nobody reads the answer', `printf 'GET /bytes/9999999 HTTP/1.1\\r\\n\\r\\n'`],
  ])('outlives %s', async (_, client) => {
    await line(machine, 'left', `exec 3<>/dev/tcp/10.9.0.2/8080; ${client} >&3`);
    expect((await get(machine, 'left', `${POD}/`)).status).toBe(200);
  });

  it('cannot take a port twice, and says so', async () => {
    await expect(startPodServer(machine, 'right', 'web-2')).rejects.toThrow(
      'pod-server on right: cannot listen at 0.0.0.0:8080: Address already in use',
    );
  });

  it('is stopped, and leaves the port', async () => {
    const server = await startPodServer(machine, 'right', 'web-3', { port: 8081 });
    await server.stop();
    expect(await get(machine, 'left', 'http://10.9.0.2:8081/')).toMatchObject({ status: 0, error: { code: 7 } });
    await server.stop();
  });
});
