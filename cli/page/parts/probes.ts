import { html } from 'htm/preact';
import type { Probe } from '../../../lib/tunnel/device/observation';
import { badge, type Part } from './words';

/** What was tried, from where to where, and what came back. */
export function probesPart(probes: readonly Probe[]): Part {
  return html`
    <ul class="probes">
      ${probes.map(
        ({ from, to, what, ok, detail }) => html`
          <li>
            ${badge(ok ? 'good' : 'bad', ok ? 'ok' : 'FAILED')}
            <div>
              <b>${from} to ${to}</b>
              <div>${what}: ${detail}</div>
            </div>
          </li>
        `,
      )}
    </ul>
  `;
}
