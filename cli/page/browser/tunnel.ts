import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { minute } from '../../report/time';
import { changesOf, many, seconds } from '../../report/words';
import type { AboutRun, TunnelView } from '../console/views';
import { picture } from '../parts/picture';
import { LOOKED, remarksPart } from '../parts/run';
import { statesPart } from '../parts/states';
import { badge, capital, section, tablePart, words, type Part } from '../parts/words';
import { toneOf } from '../model/tone';
import { startRun } from './client';
import { Dialog, runHash, show, type DialogQuestion } from './dialog';
import { usePolled } from './polled';
import { stateBadge } from './tunnels';

const EVERY = 5000;

/** One tunnel: how it stands, its picture, its runs, and what can be done with it. */
export function TunnelPage({ name }: { readonly name: string }): Part {
  const { data, error } = usePolled<TunnelView>(`tunnels/${name}`, () => EVERY);
  const [question, ask] = useState<DialogQuestion | null>(null);
  return html`
    <h1>${name} ${data === undefined ? null : stateBadge(data.standing)}</h1>
    <p class="bad" role="alert">${error}</p>
    ${data === undefined && error === undefined ? html`<p class="muted">Reading …</p>` : null}
    ${data === undefined ? null : content(name, data, ask)}
    ${question === null ? null : html`<${Dialog} question=${question} close=${() => ask(null)} />`}
  `;
}

function content(
  name: string,
  { standing, scene, seenBy, devices, known, remarks, runs, older, drifts, stop, repair }: TunnelView,
  ask: Ask,
): readonly Part[] {
  const { why, needs, automation, leftAlone, degraded } = standing;
  const automated = `automation: ${automation}${leftAlone === null ? '' : ` (${leftAlone})`}`;
  const away = degraded.length === 0 ? '' : `; degraded: ${degraded.join(' and ')}`;
  return [
    html`<p>${words(`${capital(why)}; ${automated}${away}.`)}</p>`,
    needs.length === 0
      ? null
      : html`
          <div class="end bad">
            <p><strong>What needs a person</strong></p>
            ${needs.map(({ what, command }) => html`<p>${words(`${what}: ${command}`)}</p>`)}
          </div>
        `,
    html`<${Actions} name=${name} standing=${standing} stop=${stop} repair=${repair} ask=${ask} />`,
    scene &&
      section(
        'The tunnel',
        '',
        html`<p class="note">
          ${seenBy === null ? 'As declared: no run has looked yet.' : html`As <a href=${runHash(seenBy)}>the last run that looked</a> saw it, or left it.`}
        </p>`,
        picture(scene),
      ),
    remarksPart(remarks),
    devices.length === 0 ? null : section('States', LOOKED, statesPart(devices, known)),
    section('Runs', older ? 'There may be older ones.' : '', runs.length === 0 ? 'none yet' : history(runs)),
    drifts.length === 0 ? null : section('What automation put right', '', driftList(drifts)),
  ];
}

type Ask = (question: DialogQuestion) => void;

/** What can be started. A plan and a verify change nothing, so nothing is asked. */
function Actions({
  name,
  standing,
  stop,
  repair,
  ask,
}: { readonly name: string; readonly ask: Ask } & Pick<TunnelView, 'standing' | 'stop' | 'repair'>): Part {
  const [problem, setProblem] = useState('');
  const begin = (request: Parameters<typeof startRun>[0]) => () =>
    void startRun(request).then(show, ({ message }: Error) => setProblem(message));
  return html`
    <div class="buttons actions">
      <button class="primary" onClick=${begin({ tunnel: name, action: 'plan' })}>Plan</button>
      <button onClick=${begin({ tunnel: name, action: 'verify' })}>Verify</button>
      <button onClick=${begin({ tunnel: name, action: 'plan', teardown: true })}>Plan a teardown</button>
      ${
        standing.paused === null
          ? html`<button onClick=${() => ask(pauseQuestion(name))}>Pause …</button>`
          : html`<button onClick=${() => ask(resumeQuestion(name))}>Resume …</button>`
      }
      ${stop && html`<button onClick=${() => ask(aboutRun(name, 'stop', stop))}>Stop the run …</button>`}
      ${repair && html`<button onClick=${() => ask(aboutRun(name, 'repair', repair))}>Repair …</button>`}
    </div>
    <p class="note">
      Plan and verify look, and change no device. What a plan shows can then be carried out: that plan and no other.
    </p>
    <p class="bad" role="alert">${problem}</p>
  `;
}

function pauseQuestion(tunnel: string): DialogQuestion {
  return {
    title: `Pause ${tunnel}?`,
    words:
      'No traffic is cut. Automation leaves the tunnel alone, and repairs nothing, until somebody resumes it. The keepers on the ramp nodes put nothing back meanwhile.',
    cuts: false,
    yes: 'Pause',
    request: { tunnel, action: 'pause' },
  };
}

function resumeQuestion(tunnel: string): DialogQuestion {
  return {
    title: `Resume ${tunnel}?`,
    words: 'No traffic is cut. Automation looks after the tunnel again, and makes the changes that cut nothing.',
    cuts: false,
    yes: 'Resume',
    request: { tunnel, action: 'resume' },
  };
}

function aboutRun(tunnel: string, action: 'stop' | 'repair', { run, words, cuts }: AboutRun): DialogQuestion {
  const [title, yes] = { stop: [`Stop the run of ${tunnel}?`, 'Stop it'], repair: [`Repair ${tunnel}?`, 'Repair'] }[
    action
  ];
  return { title: title!, words, cuts, yes: yes!, request: { tunnel, action, run } };
}

function history(runs: TunnelView['runs']): Part {
  return tablePart(
    'tunnels',
    ['Began', 'What', 'By', 'End', 'Changes', ['number', 'Took']],
    runs.map(
      ({ arn, began, action, by, outcome, changes, seconds: took }) => html`
        <tr key=${arn}>
          <th scope="row"><a href=${runHash(arn)}>${minute(began, '?')}</a></th>
          <td>${action}</td>
          <td data-title="by">${by}</td>
          <td>${badge(toneOf(outcome), outcome)}</td>
          <td>${changes === null ? '' : changesOf(outcome, changes)}</td>
          <td class="number">${took === null ? '' : seconds(took)}</td>
        </tr>
      `,
    ),
  );
}

function driftList(drifts: TunnelView['drifts']): Part {
  return html`
    <ul class="plain">
      ${drifts.map(
        ({ at, execution, changes }) =>
          html`<li><a href=${runHash(execution)}>${minute(at, '?')}</a>: ${many(changes, 'change')}</li>`,
      )}
    </ul>
  `;
}
