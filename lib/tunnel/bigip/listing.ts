import type { Answer } from '../device/answer';
import { NotUnderstood } from '../errors/errors';
import { parseListing, relative, type Block } from './tmsh';

/** What tmsh says, with exit code 0 too, when it could not do what it was asked. */
const ANSWER_CODES = /^(?:01[0-9a-f]{6}:[0-9]+:|Syntax Error|Data Input Error|usage: tmsh)/;

/** Whether tmsh did what it was asked. */
export function isGood({ code, lines }: Answer): boolean {
  return code === 0 && !lines.some((line) => ANSWER_CODES.test(line));
}

/** 01020036 is "not found" for every class of object; a missing one may also print nothing at all (BIP-1). */
export function isMissing({ code, lines, complaint }: Answer): boolean {
  const said = [complaint, ...lines].join('\n').trim();
  return code !== 0 && (said === '' || /(?:^|\s)01020036:/.test(said));
}

/** @throws NotUnderstood */
export function listing(device: string, what: string, answer: Answer): ReturnType<typeof parseListing> {
  if (!isGood(answer)) throw new NotUnderstood('look-refused', `${device} would not list ${what}: ${answer.printed}`);
  return parseListing(device, answer.lines);
}

/** The objects of one class that are listed, and nothing else, by their names. @throws NotUnderstood */
export function listed(
  device: string,
  tmshClass: string,
  question: string,
  answer: Answer,
): readonly { readonly name: string; readonly block: Block }[] {
  return listing(device, question, answer).map(({ path, block }) => {
    const [name, ...more] = path.startsWith(`${tmshClass} `) ? path.slice(tmshClass.length + 1).split(' ') : [];
    if (name === undefined || more.length > 0) throw notTheOne(device, question, answer);
    return { name: relative(name), block };
  });
}

/** tmsh takes some names for more than one object: what it lists must be the very one that was asked for. */
export function notTheOne(device: string, question: string, answer: Answer): NotUnderstood {
  return new NotUnderstood(
    'answer-unknown',
    `${device}: it does not list ${question}, as asked, but: ${answer.printed}`,
  );
}
