import { createHash } from 'node:crypto';
import { Failed, type Responder } from './product';
import type { Case } from './recorded';

/** Devices that answer as they were recorded, whatever the order of the questions. */
export function replay({ name, answers, outcome }: Case): Responder {
  return ({ stage, device, document, questions = [] }) => {
    if (document === 'apply') return 'carried out\n';
    const answer = answers[`${stage} ${device}`];
    if (answer === undefined)
      throw new Error(
        `${name}: ${device} is asked to ${stage}, which it was not when this was recorded (${outcome.stopped ?? 'carried out'})`,
      );
    if ('error' in answer) throw new Failed(answer.error);
    if ('spoilt' in answer) return answer.spoilt.join('\n');
    const blocks = blocksOf(answer.lines);
    return marked(
      questions.flatMap((question) => {
        const block = blocks.get(question);
        if (block === undefined) throw new Error(`${name}: nobody recorded the answer of ${device} to "${question}"`);
        return block;
      }),
    );
  };
}

/** The lines about each question, by the question. */
function blocksOf(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const blocks = new Map<string, string[]>();
  let block: string[] = [];
  for (const line of lines) {
    if (line.startsWith('?')) blocks.set(line.slice(1), (block = []));
    block.push(line);
  }
  return blocks;
}

/** With the mark that ends an answer: lines, and the beginning of their checksum. */
export function marked(lines: readonly string[]): string {
  const body = lines.map((line) => `${line}\n`).join('');
  return `${body}.${lines.length} ${createHash('sha256').update(body).digest('hex').slice(0, 16)}\n`;
}
