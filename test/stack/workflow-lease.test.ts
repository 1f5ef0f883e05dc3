import { MOST_WAITS } from '../../lib/tunnel/run/pair';
import { BIGIP_PAIR, PAIR_KEY } from '../lib/tunnel/bigip-pair-spec';
import { PLAN, attributes, throwing, run } from './support/run';
import { EXECUTION, Mishap } from './support/walk';

describe('the lease', () => {
  const held = { owner: { S: 'arn:other' }, fence: { N: '1600000000000' }, wanted: { S: 'applied' } };
  const owner = (status: string) => ({ item: () => held, owner: status });

  test('a running owner is named', async () => {
    expect(await run({}, {}, owner('RUNNING'))).toMatchObject({
      error: 'TunnelBusy',
      cause: 'the lease is held by arn:other',
    });
  });

  test('the lease of an owner that ended is taken over, as it was read', async () => {
    const { output, asked } = await run({}, {}, owner('ABORTED'));
    expect(output).toMatchObject({ endState: 'Applied' });
    const values = asked['Take lease']![0].ExpressionAttributeValues;
    expect(values).toMatchObject({
      ':owner': { S: 'arn:other' },
      ':fence': { N: '1600000000000' },
      ':closedBy': { S: 'nobody' },
    });
    expect(Number(values[':fenceValue'].N)).toBeGreaterThan(1_600_000_000_000);
  });

  test('a fence ahead of the clock is still followed by a greater one', async () => {
    const { asked } = await run({}, {}, { item: () => ({ fence: { N: '9999999999999' } }) });
    expect(asked['Take lease']![0].ExpressionAttributeValues[':fenceValue']).toEqual({ N: '10000000000000' });
  });

  test('a run that loses every race gives way', async () => {
    const lost = () => {
      throw new Mishap('DynamoDB.ConditionalCheckFailedException', 'The conditional request failed');
    };
    expect(await run({ 'Take lease': lost })).toMatchObject({
      error: 'TunnelBusy',
      cause: 'other runs won 5 races for the lease',
    });
  });

  test('an event carries out a plan that cuts nothing, and leaves one that does to a person', async () => {
    const wanted = { item: () => ({ wanted: { S: 'applied' }, paused: { BOOL: false } }) };
    expect((await run({}, { trigger: 'schedule' }, wanted)).output).toMatchObject({ endState: 'Applied' });
    const cutting = { Plan: () => ({ ...PLAN, interrupts: ['the route is replaced'] }) };
    const { output, path } = await run(cutting, { trigger: 'schedule' }, wanted);
    expect(output).toMatchObject({ endState: 'Planned', interrupts: ['the route is replaced'] });
    expect(path).toContain('Record planned');
  });
});

describe('a pair of BIG-IPs', () => {
  const onPair = { spec: BIGIP_PAIR };
  const held = { holder: { S: 'arn:other' }, holderTunnel: { S: 'edge-b' } };
  const mine = { holder: { S: EXECUTION }, holderTunnel: { S: 'edge-a' } };
  const paths = (path: readonly string[]) => path.slice(1, path.indexOf('Observe'));

  test('is taken before the lease, and then the request is read again', async () => {
    const { output, path, asked } = await run({}, onPair, { pair: (visit) => (visit === 1 ? {} : mine) });
    expect(output).toMatchObject({ endState: 'Applied' });
    const read = ['Read request', 'Is the tunnel free?'];
    expect(paths(path)).toEqual([...read, 'Take pair', ...read, 'Take lease', 'Is this a repair?']);
    expect(asked['Take pair']![0]).toMatchObject({
      Key: { tunnel: { S: PAIR_KEY } },
      ExpressionAttributeValues: { ':holder': { S: 'nobody' }, ':holderValue': { S: EXECUTION } },
    });
  });

  test('is waited for without a lease while another run holds it, however long that takes within the bound', async () => {
    const busy = 20;
    const { output, path } = await run({}, onPair, {
      pair: (visit) => (visit <= busy ? held : visit === busy + 1 ? {} : mine),
      owner: 'RUNNING',
    });
    expect(output).toMatchObject({ endState: 'Applied' });
    expect(path.filter((state) => state === 'Wait for the pair')).toHaveLength(busy);
    expect(path.indexOf('Take lease')).toBeGreaterThan(path.lastIndexOf('Wait for the pair'));
  });

  test.each([
    ['a person ends TunnelBusy', {}, 'TunnelBusy'],
    ['automation is skipped', { trigger: 'schedule' }, 'Skipped'],
  ])('is not waited for without end: %s', async (_, request, end) => {
    const item = () => ({ wanted: { S: 'applied' } });
    const { output, error, cause, path } = await run(
      {},
      { ...onPair, ...request },
      { item, pair: () => held, owner: 'RUNNING' },
    );
    expect(output?.endState ?? error).toBe(end);
    expect(output?.sentence ?? cause).toContain('the pair of BIG-IPs is held by arn:other of tunnel edge-b');
    expect(path.filter((state) => state === 'Wait for the pair')).toHaveLength(MOST_WAITS);
    expect(path).not.toContain('Take lease');
  });

  test('that was taken by another run since it was read, is asked for again', async () => {
    const lostOnce = (_args: unknown, visit: number) => {
      if (visit === 1) throw new Mishap('DynamoDB.ConditionalCheckFailedException', 'The conditional request failed');
      return attributes();
    };
    const { output, path } = await run({ 'Take pair': lostOnce }, onPair, {
      pair: (visit) => (visit <= 2 ? {} : mine),
    });
    expect(output).toMatchObject({ endState: 'Applied' });
    expect(path.filter((state) => /pair$|race/.test(state))).toEqual(['Take pair', 'Lost a race', 'Take pair']);
  });

  test('that the table does not give, ends the run as NotStarted', async () =>
    expect(await run({ 'Take pair': throwing('DynamoDB.AccessDeniedException', 'no') }, onPair)).toMatchObject({
      error: 'NotStarted',
      cause: expect.stringContaining('Take pair failed'),
    }));

  test('is the business of no tunnel with one BIG-IP', async () => {
    const { path } = await run({});
    expect(paths(path)).toEqual(['Read request', 'Is the tunnel free?', 'Take lease', 'Is this a repair?']);
  });
});
