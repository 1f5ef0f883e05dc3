import { pairs } from './words';

/** What tells whose an object is: BIG-IP's description, the owner of an ipfailover object, the claim on what a cluster's tunnels share. */
const MARKS: readonly string[] = ['description', 'owner', 'first'];

/** Whether one value differs from another by nothing but the mark: then the object is adopted as it stands. null: there is no object. */
export function onlyMarks(from: string | null, to: string | null): boolean {
  const [was, is] = [from, to].map(unmarked);
  return was !== undefined && was === is && from !== to;
}

/** undefined: there is no object, or its value is not made of pairs. */
function unmarked(value: string | null): string | undefined {
  const found = value === null ? undefined : pairs(value);
  return found && [...found].flatMap((pair) => (MARKS.includes(pair[0]) ? [] : pair)).join(' ');
}
