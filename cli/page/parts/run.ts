import { html } from 'htm/preact';
import { second, timesInZone } from '../../report/time';
import { seconds } from '../../report/words';
import type { RunPage } from '../model/run';
import { changesPart } from './changes';
import { picture } from './picture';
import { probesPart } from './probes';
import { statesPart } from './states';
import { timeline } from './timeline';
import { badge, capital, section, words, type Part } from './words';

/** One run: of a failed one first what happened, what stands where, and what to do. */
export function runPart(page: RunPage): Part {
  return html`<article class="run">${head(page)} ${end(page)} ${sections(page)}</article>`;
}

/** What a reader of a table of states should know. */
export const LOOKED = "Only what this tunnel names was looked at. A value is in the device's own words.";

/** What there is to tell, in the order in which a person asks. */
function sections(page: RunPage): readonly Part[] {
  const { changes, remaining, interrupts, steps, figures, probes, remarks, devices, known, back, scene } = page;
  const proof = page.status === 'RolledBack' || page.status === 'RollbackFailed' ? 'As found' : 'Proof';
  const timed = steps.length > 0 ? section('Steps', figures, timeline(steps)) : null;
  const runs = page.status === 'Running';
  return [
    scene && section('The tunnel', '', picture(scene)),
    runs ? timed : null,
    changes.length > 0 ? section(page.changesTitle, cutting(interrupts.length), changesPart(changes)) : null,
    remaining.length > 0 ? section('Still to be done to put everything back', '', changesPart(remaining)) : null,
    runs ? null : timed,
    probes.length > 0 ? section(proof, '', probesPart(probes)) : null,
    remarksPart(remarks),
    devices.length > 0 ? section('States', LOOKED, statesPart(devices, known)) : null,
    back.length > 0
      ? section(
          'How to go back',
          '',
          back.map((sentence) => html`<p>${words(sentence)}</p>`),
        )
      : null,
  ];
}

/** What is to be known beside the changes. */
export function remarksPart(remarks: readonly string[]): Part {
  if (remarks.length === 0) return null;
  return section(
    'Remarks',
    '',
    html`<ul class="plain">
      ${remarks.map((remark) => html`<li>${timesInZone(remark)}</li>`)}
    </ul>`,
  );
}

function cutting(interrupts: number): string {
  if (interrupts === 0) return 'None of them cuts live traffic.';
  return interrupts === 1 ? 'One of them cuts live traffic.' : `${interrupts} of them cut live traffic.`;
}

function head({ tunnel, run, asker, asked, place, console, status, tone, digest }: RunPage): Part {
  const { action, began, seconds: took, execution } = run;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Asked by', asker],
    ['On condition', asked.length === 0 ? null : timesInZone(asked.join('; '))],
    ['Began', second(began)],
    ['Took', took === null ? 'still runs' : seconds(took)],
    ['Execution', execution],
    ['Plan digest', digest],
    ['Where', place],
    ['Console of AWS', console],
  ];
  return html`
    <header class="head">
      <h1>${tunnel} <span class="action">${action}</span> ${badge(tone, status)}</h1>
      <dl>
        ${facts.map(([name, value]) =>
          value === null
            ? null
            : html`
                <div>
                  <dt>${name}</dt>
                  <dd>${value}</dd>
                </div>
              `,
        )}
      </dl>
    </header>
  `;
}

/** Headings over the parts of a failed run's end. */
const PARTS = ['What happened', 'What stands where', 'What to do'];

function end({ end, tone, status }: RunPage): Part {
  if (end.length === 0) return null;
  if (tone !== 'bad') return html`<p class="end ${tone}"><strong>${status}:</strong> ${words(end[0]!)}</p>`;
  return html`
    <div class="end bad">
      ${end.map((part, i) => html`<p><strong>${PARTS[i]}</strong> ${words(capital(part))}</p>`)}
    </div>
  `;
}
