import { readMemory } from '../../lib/tunnel/run/memory';
import { EDGE_A, NOW, TICK, watched } from './watched';

const LEFT = { declared: [{ ...EDGE_A, name: 'edge-z' }], touched: {} };

/** The watch beside a tunnel that nobody declares any more, with that item. */
function beside(item: Readonly<Record<string, unknown>>, time?: string) {
  const there = watched();
  const known = there.around.memory;
  there.around.unfinished = async () => ['edge-a', 'edge-z'];
  there.around.memory = async (name) => (name === 'edge-z' ? readMemory(item) : known(name));
  const started = async () => {
    await there.tick(time === undefined ? {} : { time });
    return there.runs.all().filter(([, { tunnel }]) => tunnel === 'edge-z');
  };
  return { ...there, started };
}

describe('what a run left of a tunnel that is not declared any more', () => {
  const dead = { status: 'ABORTED', ended: new Date(NOW - 600_000), input: '{"tunnel":"edge-z","action":"teardown"}' };

  test.each([
    ['was applied', { applied: JSON.stringify({ ...EDGE_A, name: 'edge-z' }) }],
    ['was never applied', {}],
  ])('and %s is put back', async (_, more) => {
    const item: Record<string, unknown> = { fence: 1000, before: JSON.stringify(LEFT), ...more };
    const { runs, started } = beside(item);
    item['owner'] = runs.add('dead', dead);
    expect(await started()).toEqual([
      [`edge-z-${TICK.id}`, { tunnel: 'edge-z', trigger: 'schedule', asked: TICK.time, repair: item['owner'] }],
    ]);
  });

  test.each([
    ['while its run works', { status: 'RUNNING' }, {}],
    ['when two repairs were tried', dead, { attempts: 2 }],
    ['when the table knows no declaration', dead, { before: null }],
  ])('is left alone %s', async (_, run, more) => {
    const item: Record<string, unknown> = { fence: 1000, before: JSON.stringify(LEFT), ...more };
    const { runs, started } = beside(item);
    item['owner'] = runs.add('dead', { ...dead, ...run });
    expect(await started()).toEqual([]);
  });

  test('is looked for once an hour', async () => {
    const item: Record<string, unknown> = { fence: 1000, before: JSON.stringify(LEFT) };
    const { runs, started } = beside(item, '2026-11-24T06:05:00Z');
    item['owner'] = runs.add('dead', dead);
    expect(await started()).toEqual([]);
  });
});

test('a declaration that cannot be read is no tunnel that nobody declares', async () => {
  const { around, runs, started } = beside({ before: JSON.stringify(LEFT), owner: 'arn:x' });
  around.declared = async () => ({ tunnels: [], unreadable: ['/edge-ramp/tunnels/edge-z'] });
  runs.add('x', {});
  expect(await started()).toEqual([]);
});
