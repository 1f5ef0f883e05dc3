import { EXAMPLE, tunnel } from './site';

const unit = (i: number): object => ({
  ...EXAMPLE.bigip[0]!,
  management: `10.3.88.8${i}`,
  address: `10.3.89.8${i}`,
  inner: `10.3.91.22${i}`,
});

/** Two BIG-IP units before the published procedure's ramp node. */
export const BIGIP_PAIR = tunnel({
  example: false,
  bigip: [unit(1), unit(2)],
  bigipPair: { floating: '10.3.89.80', deviceGroup: 'edge-dg', network: 'l2' },
});

/** The key of its item in the table. */
export const PAIR_KEY = 'pair 10.3.88.81+10.3.88.82';
