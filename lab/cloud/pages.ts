import { ServiceError, type Input } from './endpoint';

/** What a paged operation of a service calls its parts, and how many items make a page. */
export interface Paging {
  readonly max: string;
  readonly token: string;
  /** Items on a page when nothing is asked for, and the most that may be asked for. */
  readonly usual: number;
  readonly most: number;
  /** The service's error name for a token that is none of its own. */
  readonly badToken: string;
}

/**
 * One page of a list, as `input` asks for it. A token says how many items came before.
 * @returns its items, and as `rest` the member with the next token, when there is more
 * @throws ServiceError for a size that the service does not take, or a token that it did not give
 */
export function page<T>(
  all: readonly T[],
  input: Input,
  { max, token, usual, most, badToken }: Paging,
): { readonly items: readonly T[]; readonly rest: Readonly<Record<string, string>> } {
  const { [max]: asked = usual, [token]: from = '0' } = input;
  const size = asked === 0 ? usual : (asked as number); // Step Functions takes 0 for "as usual"
  if (!(Number.isInteger(size) && size > 0 && size <= most))
    throw new ServiceError('ValidationException', `${max} is from 1 to ${most}.`);
  if (typeof from !== 'string' || !/^\d{1,9}$/.test(from))
    throw new ServiceError(badToken, `${token} is not one that an earlier answer gave.`);
  const begin = Number(from);
  const end = begin + size;
  return { items: all.slice(begin, end), rest: end < all.length ? { [token]: String(end) } : {} };
}
