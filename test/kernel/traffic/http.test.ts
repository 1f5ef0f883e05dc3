import type { Machine } from '../../../lab/kernel/machine/machine';
import { startPods } from '../../../lab/kernel/traffic/pods';
import { get } from '../support/get';
import { closeAll, wire } from './bench';

let machine: Machine;

beforeAll(async () => {
  machine = await wire();
  await startPods(machine, 'left', { '10.9.0.2': 'right', '10.9.0.3': 'right' });
});
afterAll(closeAll);

describe('a Pod’s server', () => {
  it('says who it is, and which address it was asked from', async () => {
    expect(await get(machine, 'left', 'http://10.9.0.2:8080/')).toEqual({
      status: 200,
      body: 'pod=10.9.0.2 peer=10.9.0.1\n',
    });
    expect(await get(machine, 'left', 'http://10.9.0.3:8080/', { source: '10.9.0.11' })).toEqual({
      status: 200,
      body: 'pod=10.9.0.3 peer=10.9.0.11\n',
    });
  });

  it('that is started again is one server, and its Pods only serve', async () => {
    await startPods(machine, 'left', { '10.9.0.2': 'right' });
    expect((await get(machine, 'left', 'http://10.9.0.2:8080/')).status).toBe(200);
    expect(await get(machine, 'left', 'http://10.9.0.3:8080/')).toMatchObject({ status: 0, error: { code: 7 } });
  });

  it('that cannot be says why', async () => {
    await expect(startPods(machine, 'left', { '10.9.0.99': 'right' })).rejects.toThrow(
      /^pods on left: .*Cannot assign requested address.*10\.9\.0\.99:8080/s,
    );
  });
});
