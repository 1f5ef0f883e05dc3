/** The fence file of a node, as documents/prelude.sh keeps it. `old`: more than the five minutes of documents/keeper.sh have passed since a command came with it. */
export interface Fence {
  readonly fence: number;
  readonly digest: string;
  readonly kept: boolean;
  readonly old: boolean;
}

/** `5 aa kept old`: as in the file, and whether it is old. */
export function parsed(text: string): Fence {
  const [fence, digest, ...more] = text.split(' ');
  return { fence: Number(fence), digest: digest!, kept: more.includes('kept'), old: more.includes('old') };
}
export const written = ({ fence, digest, kept, old }: Fence): string =>
  `${fence} ${digest}${kept ? ' kept' : ''}${old ? ' old' : ''}`;

/** `enter` of documents/prelude.sh: a command of a run with its fence and digest (`-` of a look). @returns what the file is then; undefined: refused */
export function entered(file: Fence, fence: number, digest: string): Fence | undefined {
  if (fence < file.fence) return undefined;
  if (fence === file.fence && file.digest !== '-' && digest !== '-' && digest !== file.digest) return undefined;
  if (fence === file.fence && (digest === '-' || digest === file.digest)) return { ...file, old: false };
  return { fence, digest, kept: false, old: false };
}

/** `read_leave` and `take_fence` of documents/keeper.sh. @returns what the file is when it may; undefined: it may not */
export function keeperEntered(file: Fence): Fence | undefined {
  if (file.kept) return file;
  return file.old ? { fence: file.fence + 1, digest: '-', kept: true, old: false } : undefined;
}

/** `put_back` of documents/keeper.sh: whether flows need no second look that were seen to be missing under a fence. */
export const stillSo = (seen: Fence, now: Fence): boolean =>
  keeperEntered(seen) !== undefined &&
  keeperEntered(now) !== undefined &&
  seen.fence === now.fence &&
  seen.digest === now.digest &&
  seen.kept === now.kept;

/** Installing a keeper allows it to act. */
export const released = (fence: number, digest: string): Fence => ({ fence, digest, kept: true, old: false });
