import type { Machine } from '../../../lab/kernel/machine/machine';
import { startPods } from '../../../lab/kernel/traffic/pods';
import { serveVirtuals, type Virtual } from '../../../lab/kernel/traffic/proxy';
import { get } from '../support/get';
import { connections } from '../support/requests';
import { closeAll, line, wire } from './bench';

const web = { address: '10.9.0.1', port: 80, translation: 'automap', members: ['10.9.0.2:8080'] } as const;
let machine: Machine;
const serve = (...virtuals: readonly Virtual[]) => serveVirtuals(machine, 'left', virtuals);

/** The body of a GET by a client on the BIG-IP itself, or why there is none: nobody listens, or the connection ends without an answer. */
async function ask(virtual: Virtual = web): Promise<string> {
  const { error, body } = await get(machine, 'left', `http://${virtual.address}:${virtual.port}/`, { seconds: 30 });
  const why: Readonly<Record<number, string>> = { 7: 'refused', 52: 'ended', 56: 'ended' };
  return error ? (why[error.code] ?? error.text) : body.trim();
}

beforeAll(async () => {
  machine = await wire();
  await startPods(machine, 'right', { '10.9.0.2': 'right', '10.9.0.3': 'right' });
});
beforeEach(() => serve());
afterAll(closeAll);

describe('a virtual server', () => {
  it('gives connections to the members in turn', async () => {
    await serve({ ...web, members: ['10.9.0.2:8080', '10.9.0.3:8080'] });
    expect([await ask(), await ask(), await ask()]).toEqual([
      'pod=10.9.0.2 peer=10.9.0.1',
      'pod=10.9.0.3 peer=10.9.0.1',
      'pod=10.9.0.2 peer=10.9.0.1',
    ]);
  });

  it('comes from the addresses of its SNAT pool in turn', async () => {
    await serve({ ...web, translation: { snat: ['10.9.0.11', '10.9.0.1'] } });
    expect([await ask(), await ask()]).toEqual(['pod=10.9.0.2 peer=10.9.0.11', 'pod=10.9.0.2 peer=10.9.0.1']);
  });

  it('gives no answer when the SNAT address is not there, and serves when it is', async () => {
    await serve({ ...web, translation: { snat: ['10.9.0.77'] } });
    expect(await ask()).toBe('ended');
    await line(machine, 'left', 'ip address add 10.9.0.77/24 dev wire');
    expect(await ask()).toBe('pod=10.9.0.2 peer=10.9.0.77');
    await line(machine, 'left', 'ip address del 10.9.0.77/24 dev wire');
  });

  it('without translation comes from the client’s own address, so that a client elsewhere gets nothing', async () => {
    await serve({ ...web, translation: 'none' });
    const here = await get(machine, 'left', 'http://10.9.0.1/', { source: '10.9.0.11' });
    expect(here.body).toBe('pod=10.9.0.2 peer=10.9.0.11\n');
    const elsewhere = await get(machine, 'right', 'http://10.9.0.1/', { source: '10.9.0.3', seconds: 30 });
    expect([52, 56]).toContain(elsewhere.error?.code);
  });

  it('gives no answer when a member refuses, and takes the next one next time', async () => {
    await serve({ ...web, members: ['10.9.0.2:9', '10.9.0.3:8080'] });
    expect([await ask(), await ask(), await ask()]).toEqual(['ended', 'pod=10.9.0.3 peer=10.9.0.1', 'ended']);
  });

  it('gives no answer when a member says nothing for 3 s', async () => {
    await serve({ ...web, members: ['10.9.0.200:8080'] });
    expect(await ask()).toBe('ended');
  });
});

describe('a change of the virtual servers', () => {
  it('leaves open connections alone, those of a removed one, too', async () => {
    const other = { ...web, port: 81 };
    await serve(web, other);
    const [first, second] = [
      await connections(machine, 'left', { to: '10.9.0.1:80', count: 3, rate: 50 }),
      await connections(machine, 'left', { to: '10.9.0.1:81', rate: 50 }),
    ];
    await serve({ ...web, members: ['10.9.0.3:8080'] });
    expect(await ask()).toBe('pod=10.9.0.3 peer=10.9.0.1');
    expect(await ask(other)).toBe('refused');
    const ends = [...(await first.stop()), ...(await second.stop())].map(({ end }) => end);
    expect(ends).toEqual(['open', 'open', 'open', 'open']);
  });

  it('moves a virtual server to another port', async () => {
    await serve(web);
    await serve({ ...web, port: 82 });
    expect([await ask(), await ask({ ...web, port: 82 })]).toEqual(['refused', 'pod=10.9.0.2 peer=10.9.0.1']);
  });

  it('may come before the address that it listens at', async () => {
    const early = { ...web, address: '10.9.0.50' };
    await serve(early);
    await line(machine, 'left', 'ip address add 10.9.0.50/24 dev wire');
    expect(await ask(early)).toBe('pod=10.9.0.2 peer=10.9.0.1');
    await line(machine, 'left', 'ip address del 10.9.0.50/24 dev wire');
  });

  it('that cannot be says why, and what was served goes on', async () => {
    await startPods(machine, 'left', { '10.9.0.1': 'left' });
    await serve(web);
    await expect(serve({ ...web, members: ['10.9.0.2:none'] })).rejects.toThrow(
      /^virtuals on left: .*10\.9\.0\.2:none/s,
    );
    expect(await ask()).toBe('pod=10.9.0.2 peer=10.9.0.1');
  });
});
