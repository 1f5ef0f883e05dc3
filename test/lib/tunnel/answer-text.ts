import { createHash } from 'node:crypto';

export type Said = readonly [question: string, lines: readonly string[], code: number | '-'];

/** What an observe script prints: the answers, and the mark at their end. */
export function answerText(said: readonly Said[]): string {
  const body = said
    .map(([question, lines, code]) => `?${question}\n${lines.map((line) => `|${line}\n`).join('')}=${code}\n`)
    .join('');
  const checksum = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return `${body}.${body.split('\n').length - 1} ${checksum}\n`;
}

export const ALIVE = ['3 packets transmitted, 3 received, 0% packet loss, time 402ms'];
export const DEAD = ['3 packets transmitted, 0 received, 100% packet loss, time 402ms'];
