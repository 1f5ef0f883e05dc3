import { createHash } from 'node:crypto';
import { html } from 'htm/preact';
import { renderToString } from 'preact-render-to-string';
import { second } from '../report/time';
import type { RunPage } from './model/run';
import { runPart } from './parts/run';
import { STYLE } from './style';

/**
 * A run as one file for a change ticket: HTML that refers to nothing outside, runs no script, and can be printed.
 * @param made which version of edge-ramp made it, and when
 * @public loaded late
 */
export function reportHtml(page: RunPage, made: { readonly version: string; readonly at: Date }): string {
  const style = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${style}'`;
  const document = html`
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content=${policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.tunnel}: ${page.run.action}: ${page.status}</title>
        <style dangerouslySetInnerHTML=${{ __html: STYLE }}></style>
      </head>
      <body>
        <main>
          ${runPart(page)}
          <footer>
            Made by edge-ramp ${made.version} on ${second(made.at)} from what the run wrote down. No device was
            contacted for it.
          </footer>
        </main>
      </body>
    </html>
  `;
  return `<!doctype html>\n${renderToString(document as Parameters<typeof renderToString>[0])}\n`;
}
