import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { timesInZone } from '../../report/time';
import { COMMAND } from '../../report/wrap';
import type { Tone } from '../model/tone';

/** What a part of a page returns. Parts without a state of their own are plain functions, so the compiler checks what they are given. */
export type Part = ReturnType<typeof html> | null;

/** A word that stands out, by its colour and by itself. */
export function badge(tone: Tone, word: string): Part {
  return html`<span class="badge ${tone}">${word}</span>`;
}

/** A sentence, with the times of the reader's zone; the commands in it can be told from its words. */
export function words(text: string): ComponentChildren {
  const parts = timesInZone(text).split(new RegExp(`(${COMMAND})`));
  return parts.map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`));
}

/** A device's text, which may be broken behind its commas: a flow has no blanks, and within an address nobody can read it. */
export function breakable(text: string): ComponentChildren {
  return text.split(',').map((part, i) => (i === 0 ? part : [',', html`<wbr />`, part]));
}

/** A part of a page under its heading. @param note what a reader should know of it; empty: nothing */
export function section(title: string, note: string, ...content: readonly ComponentChildren[]): Part {
  return html`
    <section>
      <h2>${title}</h2>
      ${note === '' ? null : html`<p class="note">${note}</p>`} ${content}
    </section>
  `;
}

/** A table under the heads of its columns. @param heads one of a column with a class is a pair */
export function tablePart(
  name: string,
  heads: readonly (string | readonly [column: string, head: string])[],
  rows: readonly Part[],
): Part {
  return html`
    <table class=${name}>
      <thead>
        <tr>
          ${heads.map((head) =>
            typeof head === 'string'
              ? html`<th scope="col">${head}</th>`
              : html`<th scope="col" class=${head[0]}>${head[1]}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  `;
}

/** A part of a sentence as a sentence. */
export function capital(part: string): string {
  return part.charAt(0).toUpperCase() + part.slice(1);
}
