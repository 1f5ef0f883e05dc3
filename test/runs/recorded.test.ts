import { recordedRuns, type RecordedRun } from '../judge/recorded';
import { LIVES, live } from '../judge/runs';

/*
 * Whole runs as they were before the rebuilding: what is sent to each device, in order, what the run answers and what the table holds afterwards.
 * Which states they pass is a note that nobody is held to.
 */
const unnoted = (runs: readonly RecordedRun[]): unknown => runs.map(({ note: _note, ...run }) => run);

test.each(LIVES.map((each) => [each.name, each] as const))('%s', async (name, each) => {
  const recorded = recordedRuns().find((story) => story.name === name);
  expect(unnoted(await live(each))).toEqual(unnoted(recorded?.runs ?? []));
});
