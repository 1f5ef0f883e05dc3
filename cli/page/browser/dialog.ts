import { html } from 'htm/preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { timesInZone } from '../../report/time';
import type { RunRequest } from '../console/request';
import type { Part } from '../parts/words';
import { startRun } from './client';

/** What is asked before something is done. */
export interface DialogQuestion {
  readonly title: string;
  /** What it does, and what it cuts. */
  readonly words: string;
  readonly cuts: boolean;
  /** On the button that has it done. */
  readonly yes: string;
  /** What is done; of a pause without its reason, which is asked for, too. */
  readonly request: RunRequest | { readonly action: 'pause'; readonly tunnel: string };
}

/** Asks once; then has done what was agreed, and shows the run. */
export function Dialog({ question, close }: { readonly question: DialogQuestion; readonly close: () => void }): Part {
  const { title, words, cuts, yes, request } = question;
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const pauses = request.action === 'pause';
  useEffect(() => dialog.current?.showModal(), []);
  const go = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      show(await startRun(pauses ? { ...request, reason } : request));
      close();
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  return html`
    <dialog ref=${dialog} onClose=${close} aria-labelledby="asked">
      <form onSubmit=${go}>
        <h2 id="asked">${title}</h2>
        <p class=${cuts ? 'cuts' : ''}>${timesInZone(words)}</p>
        ${pauses ? reasonField(reason, setReason) : null}
        <p class="bad" role="alert">${problem}</p>
        <div class="buttons">
          <button type="button" onClick=${close}>Cancel</button>
          <button type="submit" class=${cuts ? 'primary danger' : 'primary'} disabled=${busy}>${yes}</button>
        </div>
      </form>
    </dialog>
  `;
}

function reasonField(reason: string, set: (reason: string) => void): Part {
  const onInput = ({ target }: Event): void => set((target as HTMLInputElement).value);
  return html`
    <label>
      Why, for whoever finds it paused
      <input type="text" required maxlength="200" value=${reason} onInput=${onInput} />
    </label>
  `;
}

/** Shows a run. */
export function show(arn: string): void {
  location.hash = runHash(arn);
}

export function runHash(arn: string): string {
  return `#/runs/${encodeURIComponent(arn)}`;
}
