import { html } from 'htm/preact';
import type { DeviceRows, HowKnown, ObjectRow } from '../model/states';
import { FATES } from './fates';
import { badge, breakable, tablePart, type Part } from './words';

/** How the state after a run is known, above its column. */
const AFTER: Readonly<Record<HowKnown, string>> = {
  'as written': 'After, as written and read back',
  'as planned': 'As planned',
  'as found': 'After, as found',
  unknown: 'After: nobody has looked',
};

/** Every object of every device, before and after. */
export function statesPart(devices: readonly DeviceRows[], known: HowKnown): Part {
  return html`${devices.map(
    ({ device, rows, unreachable }) => html`
      <div class="device">
        <h3>${device}</h3>
        ${unreachable === null ? null : html`<p class="bad">could not be reached: ${unreachable}</p>`}
        ${unreachable === null && rows.length === 0 ? html`<p class="muted">none of this tunnel's objects</p>` : null}
        ${rows.length === 0 ? null : tablePart('states', ['Object', 'Before', AFTER[known], 'What'], rows.map(row))}
      </div>
    `,
  )}`;
}

function row({ object, before, after, fate }: ObjectRow): Part {
  return html`
    <tr class=${fate === 'kept' ? 'kept' : ''}>
      <th scope="row">${breakable(object)}</th>
      <td data-title="before">${valueOf(before)}</td>
      <td data-title="after">${after === before ? html`<span class="muted">the same</span>` : valueOf(after)}</td>
      <td>${badge(FATES[fate][0], fate)}</td>
    </tr>
  `;
}

/** Characters of a value that a table shows whole, and of a longer one so many. */
const [LONG, SHOWN] = [300, 60];

function valueOf(value: string | null | undefined): Part {
  if (value === undefined) return html`<span class="muted">not known</span>`;
  if (value === null) return html`<span class="muted">not there</span>`;
  if (value.length <= LONG) return html`<code>${breakable(value)}</code>`;
  // The goal of a keeper has some thousand.
  return html`<details>
    <summary><code>${value.slice(0, SHOWN)}…</code> (${value.length} characters)</summary>
    <code>${value}</code>
  </details>`;
}
