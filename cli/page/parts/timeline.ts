import { html } from 'htm/preact';
import { seconds } from '../../report/words';
import type { TimelineStep } from '../model/run';
import type { Tone } from '../model/tone';
import { badge, tablePart, type Part } from './words';

const WORDS: Readonly<Record<TimelineStep['outcome'], readonly [Tone, string]>> = {
  done: ['good', 'ok'],
  failed: ['bad', 'FAILED'],
  interrupted: ['bad', 'stopped'],
  running: ['running', 'running'],
};

/** The states of a run against its time. */
export function timeline(steps: readonly TimelineStep[]): Part {
  const whole = Math.max(...steps.map(({ after, seconds }) => after + seconds), 0.1);
  return tablePart(
    'timeline',
    ['Step', ['bars', `${seconds(0)} to ${seconds(whole)}`], ['number', 'took'], 'ended'],
    steps.map((step) => row(step, whole)),
  );
}

function row({ state, depth, after, seconds: took, outcome, retries, error }: TimelineStep, whole: number): Part {
  const [tone, word] = WORDS[outcome];
  const percent = (value: number): number => Math.round((value / whole) * 1000) / 10;
  return html`
    <tr class=${tone}>
      <th scope="row" class="depth-${depth}">${state}</th>
      <td class="bars">
        <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect x=${percent(after)} width=${Math.max(percent(took), 0.5)} height="8" />
        </svg>
      </td>
      <td class="number">${seconds(took)}</td>
      <td>
        ${badge(tone, word)} ${error}
        ${retries === 0 ? null : html`<span class="muted"> tried ${retries + 1} times</span>`}
      </td>
    </tr>
  `;
}
