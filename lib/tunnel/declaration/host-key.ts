import * as z from 'zod';

const TYPES = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'];
const KEY = new RegExp(`^(?:${TYPES.join('|')}) [A-Za-z0-9+/]{40,998}={0,2}$`);

/**
 * A pinned host key, as people copy it: from the file on BIG-IP, with a comment behind it, or from ssh-keyscan, with the host before it. Its
 * value is `TYPE BASE64`.
 */
export const hostKey = z
  .string()
  .refine((text) => wrong(text) === undefined, { error: ({ input }) => wrong(String(input)) ?? '' })
  .meta({ pattern: `^\\s*(?:\\S+[ \\t]+)?(?:${TYPES.join('|')})[ \\t]+[A-Za-z0-9+/]{40,998}={0,2}(?:[ \\t].*)?\\s*$` })
  .transform(typeAndKey);

/** Why a text is no host key; undefined: it is one. */
function wrong(text: string): string | undefined {
  const rule = 'must be the pinned public host key: TYPE BASE64 (ssh-keyscan shows it; compare it at the console)';
  if (KEY.test(typeAndKey(text))) return undefined;
  if (/[\r\n]/.test(text.trim())) return `${rule}; this has more than one line`;
  const words = text.trim().split(/[ \t]+/);
  const type = words.find((word) => /^(?:ssh|ecdsa|sk)-/.test(word));
  if (type === undefined) return `${rule}; this names no type of key (${TYPES.join(', ')})`;
  if (!TYPES.includes(type)) return `${rule}; this is of type ${type}, and only ${TYPES.join(', ')} can be pinned`;
  return `${rule}; what follows ${type} is no key: 40 to 1,000 letters, digits, + / and at the end =`;
}

/** The two words of the key itself; the whole text when it has no key. */
function typeAndKey(text: string): string {
  const words = text.trim().split(/[ \t]+/);
  const at = words.findIndex((word) => TYPES.includes(word));
  // At most one word precedes the type: the host. A comment may have blanks.
  return at === 0 || at === 1 ? words.slice(at, at + 2).join(' ') : text;
}
