import { createHash } from 'node:crypto';
import { NotUnderstood } from '../errors/errors';
import type { Probe } from './observation';

/** What a device said to one question. `code` is the command's exit code; undefined when the script left the question out as pointless. */
export interface Answer {
  /** What the command wrote to stdout. */
  readonly lines: readonly string[];
  /** Of a command that failed, what it wrote to stderr, on one line: for sentences, and to tell "there is no such thing" from other failures. */
  readonly complaint: string;
  readonly code: number | undefined;
  /** All that the command said, its complaint first, at most 200 characters on one line: for sentences. */
  readonly printed: string;
}

/**
 * Reads what an observe script printed: for each question a line `?question`, the lines of stdout each behind `|`, of a command that failed what
 * it said on stderr in one line behind `!`, and `=exit code` (`=-` when it was not asked), and at the very end `.LINES CHECKSUM`. Run Command cuts output at 24,000 characters and an agent may lose some: without
 * a fitting end mark nothing is believed.
 *
 * @param inWords whether an answer is read word by word: with one blank for each run of blanks in a line, and none at either end
 * @throws NotUnderstood
 */
export function readAnswers(
  device: string,
  text: string,
  questions: readonly string[],
  inWords: (question: string) => boolean = () => false,
): ReadonlyMap<string, Answer> {
  const end = /(?:^|\n)\.([0-9]+) ([0-9a-f]{16})\s*$/.exec(text);
  if (!end)
    throw new NotUnderstood(
      'answer-incomplete',
      `${device}: the answer has no end mark (${text.length} characters; it was cut, or the script died): ${excerpt(text)}`,
    );
  const body = text.slice(0, end.index === 0 ? 0 : end.index + 1);
  const lines = body.split('\n').slice(0, -1);
  const checksum = createHash('sha256').update(body).digest('hex').slice(0, 16);
  if (lines.length !== Number(end[1]) || checksum !== end[2])
    throw new NotUnderstood(
      'answer-incomplete',
      `${device}: the answer was altered on its way: ${end[1]} lines announced, ${lines.length} came`,
    );

  const answers = new Map<string, Answer>();
  let question: string | undefined;
  let said: string[] = [];
  let complaint = '';
  for (const line of lines) {
    const rest = line.slice(1);
    if (line.startsWith('?') && question === undefined) [question, said, complaint] = [rest, [], ''];
    else if (line.startsWith('|') && question !== undefined) said.push(rest);
    else if (line.startsWith('!') && question !== undefined && complaint === '') complaint = rest;
    else if (/^=(?:-|[0-9]{1,3})$/.test(line) && question !== undefined) {
      const answer = answered(said, complaint, rest === '-' ? undefined : Number(rest));
      // A sentence has the blanks as the device printed them.
      answers.set(question, inWords(question) ? { ...answer, lines: said.map(words) } : answer);
      question = undefined;
    } else
      throw new NotUnderstood(
        'answer-unknown',
        `${device}: the answer has a line that belongs nowhere: ${excerpt(line)}`,
      );
  }
  const missing = questions.find((asked) => !answers.has(asked));
  if (missing !== undefined) throw new NotUnderstood('answer-incomplete', `${device}: no answer to "${missing}"`);
  return answers;
}

/** What a device said to a question, with all of it for sentences. */
export function answered(lines: readonly string[], complaint: string, code: number | undefined): Answer {
  return { lines, complaint, code, printed: excerpt([complaint, ...lines].join(' ')) };
}

function words(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}

/** At most 200 characters on one line, its blanks as printed: enough to recognise a message, too short to flood a cause. */
export function excerpt(text: string): string {
  const line = text.trim().replace(/\s*[\t\r\n]\s*/g, ' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line === '' ? '(nothing)' : line;
}

/** What a script itself remarks beside the answers; undefined: nothing. @throws NotUnderstood as `readAnswers` does */
export function readRemark(device: string, text: string): string | undefined {
  return readAnswers(device, text, []).get('remark')?.lines.join(' ');
}

/** A ping as a probe, from what the device said of it; undefined when it was not asked, for lack of a tunnel. */
export function pingProbe(from: string, to: string, what: string, answer: Answer | undefined): Probe | undefined {
  if (answer?.code === undefined) return undefined;
  const counts = pingCounts(answer.lines);
  const detail = counts ? `${counts.received} of ${counts.sent} packets came back` : answer.printed;
  return { from, to, what, ok: (counts?.received ?? 0) > 0, detail };
}

/** Packets received of packets sent, from the summary line of iputils' or BIG-IP's ping; undefined when there is none. */
function pingCounts(lines: readonly string[]): { readonly sent: number; readonly received: number } | undefined {
  for (const line of lines) {
    const match = /([0-9]+) packets transmitted, ([0-9]+) (?:packets )?received/.exec(line);
    if (match) return { sent: Number(match[1]), received: Number(match[2]) };
  }
  return undefined;
}
