import { html } from 'htm/preact';
import type { Scene, Station, TunnelLine } from '../model/scene';
import { box, LINE, pair, type BoxPlace } from './box';
import { across, down, PILL_HEIGHT, type Layout } from './layout';
import type { Part } from './words';

/** A tunnel with its addresses, from BIG-IP to the Pods: across a page, and down a narrow one. */
export function picture(scene: Scene): Part {
  return html`
    <figure class="picture">${drawing(scene, across(scene), 'wide')} ${drawing(scene, down(scene), 'narrow')}</figure>
  `;
}

function drawing(scene: Scene, { width, height, boxes, pill, lines }: Layout, name: string): Part {
  const tone = scene.tunnel?.tone ?? 'quiet';
  return html`
    <svg class=${name} viewBox="-1 -1 ${width + 2} ${height + 2}" role="img" aria-label=${inWords(scene)}>
      ${lines.map(
        ({ from: [x1, y1], to: [x2, y2], standby }) =>
          html`<line x1=${x1} y1=${y1} x2=${x2} y2=${y2} class="way ${standby ? 'standby' : `stroke-${tone}`}" />`,
      )}
      ${pill === null ? null : tunnelPill(scene.tunnel!, pill)} ${boxes.map(({ station, at }) => box(station, at))}
    </svg>
  `;
}

/** The tunnel itself, between its two ends. */
function tunnelPill({ f5, ramp, virtual, inner, words, tone }: TunnelLine, { x, y, width }: BoxPlace): Part {
  const [left, middle, right] = [x + 14, x + width / 2, x + width - 14];
  const at = (line: number): number => y + 6 + line * LINE;
  const mark = { good: '✓ ', bad: '✗ ' } as Readonly<Record<string, string>>;
  return html`
    <g class="pill stroke-${tone}">
      <rect x=${x} y=${y} width=${width} height=${PILL_HEIGHT} rx="20" />
      <text x=${middle} y=${at(1)} class="title middle">IPIP tunnel</text>
      <text x=${middle} y=${at(2)} class="middle strong fill-${tone}">${mark[tone] ?? ''}${words}</text>
      ${pair('F5_IP', f5, left, right, at(3))} ${pair(virtual ? 'VIP' : 'RAMP_IP', ramp, left, right, at(4))}
      ${pair('inside', inner[0], left, right, at(5))} ${pair('inside', inner[1], left, right, at(6))}
    </g>
  `;
}

/** The picture for whoever does not see it. */
function inWords({ bigips, tunnel, nodes }: Scene): string {
  const names = (stations: readonly Station[]): string =>
    stations
      .map(({ title, name, holds }) => `${title} ${name}${holds === null ? '' : ` (${holds.words})`}`)
      .join(' and ');
  if (tunnel === null) return `${names(nodes)}, a node of the cluster network; it needs no tunnel.`;
  return `${names(bigips)}, tunnel from ${tunnel.f5} to ${tunnel.ramp} (${tunnel.words}), ${names(nodes)}, Pods.`;
}
