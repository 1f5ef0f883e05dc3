import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import type { RunPage as Page } from '../model/run';
import { runPart } from '../parts/run';
import type { Part } from '../parts/words';
import { Dialog, type DialogQuestion } from './dialog';
import { usePolled } from './polled';

const EVERY = 1000;

/** One run, with its states as they light up; of a plan, what carries it out. */
export function RunView({ arn }: { readonly arn: string }): Part {
  const { data, error } = usePolled<Page>(`runs/${encodeURIComponent(arn)}`, ({ run }) =>
    run.seconds === null ? EVERY : 0,
  );
  const [question, ask] = useState<DialogQuestion | null>(null);
  if (data === undefined)
    return error === undefined ? html`<p class="muted">Reading …</p>` : html`<p class="bad" role="alert">${error}</p>`;
  const next = questionOf(data);
  return html`
    <nav class="buttons">
      <a href="#/tunnels/${data.tunnel}">← ${data.tunnel}</a>
      ${next === null ? null : html`<button class="primary" onClick=${() => ask(next)}>${next.title} …</button>`}
    </nav>
    <p class="bad" role="alert">${error}</p>
    <p class="hidden" role="status">${data.tunnel}, ${data.run.action}: ${data.status}</p>
    ${runPart(data)} ${question === null ? null : html`<${Dialog} question=${question} close=${() => ask(null)} />`}
  `;
}

/** What is asked before a plan is carried out; null: there is none. */
function questionOf({ tunnel, digest, question, interrupts }: Page): DialogQuestion | null {
  if (question === null || digest === null) return null;
  const { action, words, cuts } = question;
  if (action === 'teardown')
    return {
      title: 'Tear down as planned',
      words,
      cuts,
      yes: 'Tear down',
      request: { tunnel, action: 'teardown', expect: digest },
    };
  return {
    title: 'Apply as planned',
    words,
    cuts,
    yes: cuts ? 'Apply, and cut this traffic' : 'Apply',
    request: { tunnel, action: 'apply', expect: digest, ...(interrupts.length > 0 ? { allowInterruption: true } : {}) },
  };
}
