/**
 * A share of what takes long, by turns (docs/adr/0020): EDGE_RAMP_SHARE=2/6 takes the second of six, as jest's --shard=2/6 does with files. All
 * shares together are everything, and none has what another has.
 * @returns everything where no share is asked for
 */
export function shareOf<T>(all: readonly T[], share = process.env['EDGE_RAMP_SHARE']): readonly T[] {
  if (share === undefined) return all;
  const [, index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(share) ?? []).map(Number);
  if (index < 1 || index > count) throw new Error(`EDGE_RAMP_SHARE is ${share}, and has to be a share such as 2/6`);
  return all.filter((_, place) => place % count === index - 1);
}
