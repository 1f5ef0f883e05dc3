import { html } from 'htm/preact';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Part } from '../parts/words';
import { takeToken } from './client';
import { RunView } from './run';
import { TunnelPage } from './tunnel';
import { TunnelsPage } from './tunnels';

/** The page that the address names, below a bar that leads back to all tunnels. */
function Console(): Part {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  // Whoever does not see that the page is another one is led to its beginning; its heading may not be read yet.
  useEffect(() => {
    scrollTo(0, 0);
    document.querySelector('main')?.focus();
  }, [hash]);
  return html`
    <header class="bar"><a href="#/">edge-ramp</a></header>
    <main tabindex="-1">${page(hash)}</main>
  `;
}

function page(hash: string): Part {
  const [, kind, name = ''] = /^#\/(tunnels|runs)\/([^/]+)$/.exec(hash) ?? [];
  document.title = kind === 'tunnels' ? `${name} · edge-ramp` : 'edge-ramp';
  if (kind === 'tunnels') return html`<${TunnelPage} name=${name} />`;
  return kind === 'runs' ? html`<${RunView} arn=${decodeURIComponent(name)} />` : html`<${TunnelsPage} />`;
}

takeToken();
render(html`<${Console} />`, document.getElementById('console')!);
