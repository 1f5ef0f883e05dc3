import { html } from 'htm/preact';
import type { ObjectMark, Station } from '../model/scene';
import { FATES } from './fates';
import type { Part } from './words';

/** Pixels of the picture. */
export const LINE = 18;
const PADDING = 12;
/** Width of a character, by which texts are cut to fit: no browser is asked. */
const CHARACTER = { text: 6.6, mono: 7.3 };

/** Where a box stands. */
export interface BoxPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export function boxHeight({ addresses, holds, objects }: Station): number {
  const lines = 2 + addresses.length + (holds === null ? 0 : 1) + objects.length;
  return 2 * PADDING + lines * LINE + (objects.length === 0 ? 0 : 8);
}

/** One device of the picture: its name, its addresses, who it is in a pair, and its objects. */
export function box(station: Station, { x, y, width }: BoxPlace): Part {
  const { title, name, addresses, holds, objects } = station;
  const left = x + PADDING;
  const right = x + width - PADDING;
  let line = y + PADDING - 4;
  const next = (): number => (line += LINE);
  return html`
    <g class="box ${holds?.is === false ? 'standby' : ''}">
      <rect x=${x} y=${y} width=${width} height=${boxHeight(station)} rx="8" />
      <text x=${left} y=${next()} class="title">${fit(title, right - left, 'text')}</text>
      <text x=${left} y=${next()} class="mono">${fit(name, right - left, 'mono')}</text>
      ${addresses.map(([what, address]) => pair(what, address, left, right, next()))}
      ${holds === null ? null : holder(holds, left, next())}
      ${objects.length === 0 ? null : html`<line x1=${left} x2=${right} y1=${line + 10} y2=${line + 10} class="rule" />`}
      ${objects.map((object, i) => mark(object, left, right, line + 8 + (i + 1) * LINE))}
    </g>
  `;
}

function holder({ words, is }: NonNullable<Station['holds']>, left: number, y: number): Part {
  return html`<text x=${left} y=${y} class=${is ? 'fill-good strong' : 'fill-quiet'}>${is ? '●' : '○'} ${words}</text>`;
}

function mark({ text, fate }: ObjectMark, left: number, right: number, y: number): Part {
  const [tone, sign] = FATES[fate];
  const width = right - left - 16 - (fate.length + 2) * CHARACTER.text;
  return html`
    <g class="fill-${tone}">
      <text x=${left} y=${y} class="mono strong">${sign}</text>
      <text x=${left + 16} y=${y} class="mono">${fit(text, width, 'mono')}</text>
      <text x=${right} y=${y} class="end">${fate}</text>
    </g>
  `;
}

/** What an address is, and the address. */
export function pair(what: string, address: string, left: number, right: number, y: number): Part {
  const words = fit(what, (right - left) * 0.45, 'text');
  const width = right - left - (words.length + 1) * CHARACTER.text;
  return html`
    <text x=${left} y=${y} class="fill-quiet">${words}</text>
    <text x=${right} y=${y} class="mono end">${fit(address, width, 'mono')}</text>
  `;
}

/** As much of a text as fits. */
function fit(text: string, width: number, font: keyof typeof CHARACTER): string {
  const most = Math.max(1, Math.floor(width / CHARACTER[font]));
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
