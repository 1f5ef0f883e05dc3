import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { EXAMPLE, tunnel } from './site';

/** One of two units, beside the addresses of the published procedure. */
export const unit = (i: 1 | 2, changes: object = {}): object => ({
  ...EXAMPLE.bigip[0]!,
  management: `10.3.88.8${i}`,
  address: `10.3.89.8${i}`,
  inner: `10.3.91.22${i}`,
  ...changes,
});

/** Two BIG-IP units before the published procedure's ramp node. */
export const bigipPair = (changes: Readonly<Record<string, unknown>> = {}): Tunnel =>
  tunnel({
    bigip: [unit(1), unit(2)],
    bigipPair: { floating: '10.3.89.80', deviceGroup: 'edge-dg', network: 'l2' },
    ...changes,
  });
