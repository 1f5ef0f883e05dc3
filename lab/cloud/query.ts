/** AWS's Query protocol: a form goes in, XML comes out. Values are text; nested members are not needed here. */

/** The members of a request. */
export function fromForm(body: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

/** An answer with `result` as its members. */
export function xmlAnswer(action: string, result: Readonly<Record<string, string>>, requestId: string): string {
  const members = Object.entries(result).map(([name, value]) => element(name, escape(value)));
  return element(
    `${action}Response`,
    element(`${action}Result`, members.join('')) + element('ResponseMetadata', element('RequestId', requestId)),
  );
}

/** An error answer. */
export function xmlError(type: string, message: string, requestId: string): string {
  const error = element('Type', 'Sender') + element('Code', escape(type)) + element('Message', escape(message));
  return element('ErrorResponse', element('Error', error) + element('RequestId', requestId));
}

const element = (name: string, content: string) => `<${name}>${content}</${name}>`;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string) => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);
