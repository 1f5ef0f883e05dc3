import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { HostCommand } from '../../../lab/hosts/host';
import { single, type KernelSite } from './site';

const UNIT = `edge-ramp-${single.name}`;
/** A run that looked so many seconds ago is over or dead, for a keeper. */
const RUN_IS_OVER = 301;

/** A keeper's mark, by which a pair's virtual IP moves. */
export const isMark = (line: string): boolean => /^ip addr (replace|del) 127\.112\.\S+ dev lo\b/.test(line);
/** What a look of a keeper, and a second one before it puts something back, ask once. */
const BEGINS = 'ip -o -4 addr show';

const file = ({ hosts }: KernelSite, node: string, path: string): string =>
  join(hosts.host(node)!.environment['EDGE_RAMP_ROOT']!, path);

/** What a node's keeper said last, without the time: `ok`, `broken no route to ...`; '' while it has said nothing. */
export function saidBy(site: KernelSite, node: string): string {
  const report = file(site, node, `run/edge-ramp/${single.name}.report`);
  return existsSync(report)
    ? readFileSync(report, 'utf8')
        .trimEnd()
        .replace(/ [0-9]+/, '')
    : '';
}

export const stopKeeper = (site: KernelSite, node: string): Promise<string> =>
  site.type(node, `systemctl disable --now ${UNIT} 2>/dev/null`);
export const startKeeper = (site: KernelSite, node: string): Promise<string> =>
  site.type(node, `systemctl enable --now ${UNIT} 2>/dev/null`);

/** Lets five minutes pass for a node since a run has looked at it. */
export function letRunBeOver(site: KernelSite, node: string): void {
  const then = Date.now() / 1000 - RUN_IS_OVER;
  utimesSync(file(site, node, `var/lib/edge-ramp/${single.name}.node.fence`), then, then);
}

/** What happens on a node from now on. */
export interface Watched {
  /** The lines that changed the node, marks aside, in their order. */
  changes(): readonly string[];
  /** How often a keeper has begun to look; one that puts something back looks a second time before. */
  looks(between?: { readonly from: number; readonly to: number }): number;
  /** The time from one look of a keeper that finds nothing to do to the next on this machine, in milliseconds; of fewer than three looks NaN. */
  rhythm(): number;
  /** When the last of those lines had been answered, in milliseconds since the epoch; NaN: there is none. */
  lastChange(): number;
}

/** Watches a node's command lines. With no run under way, those that look and change are a keeper's. */
export function watch({ hosts }: KernelSite, node: string): Watched {
  const before = hosts.journal().length;
  const lines = (): readonly HostCommand[] =>
    hosts
      .journal()
      .slice(before)
      .filter(({ host }) => host === node);
  const changes = (): readonly HostCommand[] => lines().filter(({ line, writes }) => writes && !isMark(line));
  return {
    changes: () => changes().map(({ line }) => line),
    looks: ({ from, to } = { from: 0, to: Infinity }) =>
      lines().filter(({ line, at }) => line === BEGINS && at >= from && at <= to).length,
    rhythm() {
      const times = lines().flatMap(({ line, at }) => (line === BEGINS ? [at] : []));
      return times.length < 3 ? NaN : (times.at(-1)! - times[0]!) / (times.length - 1);
    },
    lastChange: () => changes().at(-1)?.at ?? NaN,
  };
}
