import { html } from 'htm/preact';
import type { Change } from '../../../lib/tunnel/plan/plan';
import { byDevice } from '../../report/stages';
import { breakable, type Part } from './words';

const TONES: Readonly<Record<string, string>> = { '+': 'good', '-': 'bad', '~': 'changed' };

/** A diff: `+` made, `-` removed, `~` changed, device by device in the order of the stages. */
export function changesPart(changes: readonly Change[]): Part {
  return html`
    <div class="diff">
      ${byDevice(changes).map(
        ({ device, stages }) => html`
          <div class="device">
            <h3>${device}</h3>
            ${stages.map(
              ({ when, changes }) => html`
                ${when === '' ? null : html`<p class="when">${when}</p>`}
                <ul>
                  ${changes.map(line)}
                </ul>
              `,
            )}
          </div>
        `,
      )}
    </div>
  `;
}

function line({ text, interrupts }: Change): Part {
  const sign = text.slice(0, 2).trim();
  const signed = sign in TONES;
  return html`
    <li class=${TONES[sign] ?? 'changed'}>
      <span class="sign">${signed ? sign : ''}</span>
      <span>
        ${breakable((signed ? text.slice(2) : text).trim())}
        ${interrupts === null ? null : html`<strong class="cuts">cuts live traffic: ${interrupts}</strong>`}
      </span>
    </li>
  `;
}
