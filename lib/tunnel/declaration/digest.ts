import { createHash } from 'node:crypto';

/** Identifies a value by 16 hexadecimal digits. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
