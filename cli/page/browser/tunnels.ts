import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { minute, timesInZone } from '../../report/time';
import type { TunnelsView } from '../console/views';
import type { Tone } from '../model/tone';
import { badge, tablePart, type Part } from '../parts/words';
import { usePolled } from './polled';

type Standing = TunnelsView['tunnels'][number];

const EVERY = 10_000;

const HEADS = ['Tunnel', 'State', 'Last seen', 'Last proven', 'Automation', 'Needs a person'];

/** Every tunnel at a glance: first those that need a person. */
export function TunnelsPage(): Part {
  const { data, error } = usePolled<TunnelsView>('tunnels', () => EVERY);
  const [wanted, setWanted] = useState('');
  const found = (data?.tunnels ?? [])
    .filter(({ tunnel }) => tunnel.includes(wanted.trim().toLowerCase()))
    .toSorted((a, b) => Math.sign(b.needs.length) - Math.sign(a.needs.length) || (a.tunnel < b.tunnel ? -1 : 1));
  const onInput = ({ target }: Event): void => setWanted((target as HTMLInputElement).value);
  return html`
    <h1>Tunnels</h1>
    <p class="bad" role="alert">${error}</p>
    ${data === undefined && error === undefined ? html`<p class="muted">Reading …</p>` : null}
    ${
      data?.tunnels.length === 0
        ? html`<p>No tunnel is declared here, and none was ever applied: add a declaration and deploy it.</p>`
        : null
    }
    ${
      (data?.tunnels.length ?? 0) > 0
        ? html`
            <p class="note">${data!.place}. As the last runs and looks wrote it down: no device was contacted.</p>
            <label class="search">
              Find <input type="search" value=${wanted} onInput=${onInput} />
              <span class="muted" aria-live="polite">${found.length} of ${data!.tunnels.length}</span>
            </label>
            ${tablePart('tunnels', HEADS, found.map(row))}
          `
        : null
    }
  `;
}

function row(standing: Standing): Part {
  const { tunnel, lastSeen, provenAt, automation, needs } = standing;
  return html`
    <tr key=${tunnel}>
      <th scope="row"><a href="#/tunnels/${tunnel}">${tunnel}</a></th>
      <td>${stateBadge(standing)}</td>
      <td data-title="last seen">${minute(lastSeen?.at, 'never')}</td>
      <td data-title="last proven">${minute(provenAt, 'never')}</td>
      <td data-title="automation">${automation}</td>
      <td class="bad">${timesInZone(needs.map(({ what }) => what).join('; '))}</td>
    </tr>
  `;
}

/** How a tunnel stands, in a word. */
export function stateBadge({ inSync, lease, wanted, paused }: Standing): Part {
  const [tone, word]: readonly [Tone, string] =
    lease?.alive === true
      ? ['running', 'a run works']
      : inSync === null
        ? ['quiet', wanted === 'applied' ? 'not known' : 'not there']
        : inSync
          ? ['good', 'in sync']
          : ['bad', 'not in sync'];
  return html`${badge(tone, word)} ${paused === null ? null : badge('changed', 'paused')}`;
}
