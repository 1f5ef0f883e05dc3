import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hasToken, HEADERS, isOwn, newToken } from './guard';
import type { Api } from './api';
import { Refusal } from './refusal';

/** What the console serves. */
export interface Content {
  readonly api: Api;
  /** The page's script and its style sheet. */
  readonly script: () => string;
  readonly style: string;
}

/** A console that is being served. */
export interface Served {
  /** For the person alone: the token stands behind the `#`, which no browser sends anywhere. */
  readonly address: string;
  close(): Promise<void>;
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>edge-ramp</title>
<link rel="stylesheet" href="/console.css">
<script src="/console.js" defer></script>
</head>
<body><div id="console"></div></body>
</html>
`;

/** A request is a few words. Bytes. */
const LONGEST = 16 * 1024;

/**
 * Serves the console on 127.0.0.1.
 * @param port 0: any that is free
 * @throws Error of one sentence when the port is taken
 * @public loaded late
 */
export async function serveConsole(content: Content, port: number): Promise<Served> {
  const token = newToken();
  const server = createServer((request, response) => void answer(request, response));
  const own = (): number => (server.address() as AddressInfo).port;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers, url = '/' } = request;
    const send = (status: number, type: string, body: string): void =>
      void response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` }).end(body);
    const json = (status: number, value: unknown): void => send(status, 'application/json', JSON.stringify(value));
    try {
      const path = new URL(url, 'http://console').pathname;
      if (!isOwn(headers, own())) throw new Refusal(403, 'This console answers its own page only.');
      if (!path.startsWith('/api/')) {
        const file = method === 'GET' ? fileAt(path, content) : undefined;
        if (file === undefined) throw new Refusal(404, 'There is no such page.');
        return send(200, ...file);
      }
      if (!hasToken(headers, token))
        throw new Refusal(401, 'The token is missing or is another one: open the address that the command printed.');
      json(200, await content.api(method, path, method === 'POST' ? await bodyOf(request) : undefined));
    } catch (error) {
      const { status, message } = Refusal.of(error);
      json(status, { error: message });
    }
  }

  await new Promise<void>((listening, failed) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      failed(new Error(`The console cannot listen on 127.0.0.1:${port} (${code}): name another --port.`)),
    );
    server.listen(port, '127.0.0.1', listening);
  });
  return {
    address: `http://127.0.0.1:${own()}/#token=${token}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function fileAt(path: string, { script, style }: Content): readonly [type: string, body: string] | undefined {
  if (path === '/') return ['text/html', PAGE];
  if (path === '/console.js') return ['text/javascript', script()];
  return path === '/console.css' ? ['text/css', style] : undefined;
}

/** What a page posts. @throws Refusal when it is too long, or no JSON */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json') throw new Refusal(415, 'Only JSON is taken.');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST) throw new Refusal(413, `A request has at most ${LONGEST} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'This is no JSON.');
  }
}
