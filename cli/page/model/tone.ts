import { END_STATES } from '../../../lib/tunnel/run/outcome';

/** How a word stands out: each has one colour, and never the colour alone. */
export type Tone = 'good' | 'bad' | 'changed' | 'running' | 'quiet';

/** How the end of a run stands out. */
export function toneOf(status: string): Tone {
  if (status === 'Running') return 'running';
  if (status === 'Planned' || status === 'Skipped' || status === 'Paused' || status === 'Resumed') return 'quiet';
  return (END_STATES.find(({ name }) => name === status)?.exitCode ?? 3) === 0 ? 'good' : 'bad';
}
