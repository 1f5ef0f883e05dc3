import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Headers of every answer: the page may load what this server has, and nothing else; no other page may look at it, frame it or keep it. */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** What only the person has to whom the address was printed. 256 bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Whether a request comes from this server's own page. A name that somebody else's DNS leads here is not in `host`; a page of another origin
 * says so in `origin` or `sec-fetch-site`.
 * @param port on which this server listens
 */
export function isOwn({ host, origin, 'sec-fetch-site': site = 'none' }: IncomingHttpHeaders, port: number): boolean {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (host === undefined || !own.includes(host)) return false;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  return site === 'none' || site === 'same-origin';
}

/** Whether a request for data has the token: in a header, which no other origin can set, and not in a cookie, which a browser sends by itself. */
export function hasToken({ authorization = '' }: IncomingHttpHeaders, token: string): boolean {
  const [given, wanted] = [Buffer.from(authorization), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
