import { RETRY_POLICIES, type RetryPolicy } from '../../../lib/stack/retry-policies';

/** The longest that each wait of a policy can be, in seconds, in order. */
function longestWaits({ attempts, first, ceiling }: RetryPolicy): readonly number[] {
  return Array.from({ length: attempts }, (_, attempt) => Math.min(first * 2 ** attempt, ceiling));
}

/** The retry policies as a markdown table, for docs/retries.md. The worst case is the sum of the waits; the tries themselves come on top. */
export function retryTable(): string {
  const rows = Object.entries(RETRY_POLICIES).map(([name, policy]) => {
    const waits = longestWaits(policy);
    const errors = policy.errors.map((error) => `\`${error}\``).join(', ');
    const worstCase = waits.reduce((total, wait) => total + wait);
    return [name, errors, policy.because, policy.attempts, waits.join(', '), worstCase].join(' | ');
  });
  const head = ['Policy', 'Errors', 'Safe because', 'Retries', 'Longest waits (s)', 'Worst case (s)'];
  return [head.join(' | '), head.map(() => '---').join(' | '), ...rows].map((row) => `| ${row} |`).join('\n');
}
