import { createHash } from 'node:crypto';

/** What is said to one question: stdout, the exit code (`-`: it was not asked), and of a command that failed what it said on stderr. */
export type Told = readonly [lines: readonly string[], code: number | '-', complaint?: string];
export type Said = readonly [question: string, ...told: Told];

/** The answer of a command that says nothing but its complaint. */
export const failed = (question: string, code: number, complaint: string): Said => [question, [], code, complaint];

/** What an observe script prints: the answers, and the mark at their end. */
export function answerText(said: readonly Said[]): string {
  const body = said
    .map(
      ([question, lines, code, complaint = '']) =>
        `?${question}\n${lines.map((line) => `|${line}\n`).join('')}${complaint === '' ? '' : `!${complaint}\n`}=${code}\n`,
    )
    .join('');
  const checksum = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return `${body}.${body.split('\n').length - 1} ${checksum}\n`;
}

export const ALIVE = ['3 packets transmitted, 3 received, 0% packet loss, time 402ms'];
export const DEAD = ['3 packets transmitted, 0 received, 100% packet loss, time 402ms'];
