import type { Scene, Station } from '../model/scene';
import { boxHeight, LINE, type BoxPlace } from './box';

/** Where everything stands in a picture. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Placed[];
  /** The tunnel; null: there is none. */
  readonly pill: BoxPlace | null;
  readonly lines: readonly Line[];
}

interface Placed {
  readonly station: Station;
  readonly at: BoxPlace;
}

interface Line {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  /** Nothing goes along it as long as the other one of the pair carries. */
  readonly standby: boolean;
}

const GAP = 16;
export const PILL_HEIGHT = 7 * LINE + 6;

/** BIG-IPs, tunnel, nodes and Pods beside one another. */
export function across({ bigips, tunnel, nodes, pods }: Scene): Layout {
  const height = Math.max(...[bigips, nodes, [pods]].map(columnHeight), tunnel === null ? 0 : PILL_HEIGHT);
  const middle = tunnel === null ? 160 : 485;
  const right = tunnel === null ? 560 : 790;
  const ends = column(bigips, 0, 235, height);
  const inners = column(nodes, middle, 265, height);
  const [last] = column([pods], right, 210, height);
  const pill = tunnel === null ? null : { x: 265, y: (height - PILL_HEIGHT) / 2, width: 190 };
  const lines = [
    ...ends.map((end) => line(rightOf(end), [265, height / 2], end.station)),
    ...(pill === null ? [] : inners.map((node) => line([455, height / 2], leftOf(node), node.station))),
    ...inners.map((node) => line(rightOf(node), leftOf(last!), node.station)),
  ];
  return { width: 1000, height, boxes: [...ends, ...inners, last!], pill, lines };
}

/** The same below one another, for a narrow page. */
export function down({ bigips, tunnel, nodes, pods }: Scene): Layout {
  const width = 360;
  const boxes: Placed[] = [];
  const lines: Line[] = [];
  let y = 0;
  const below = (): void => {
    if (y === 0) return;
    lines.push({ from: [width / 2, y], to: [width / 2, y + 24], standby: false });
    y += 24;
  };
  const group = (stations: readonly Station[]): void => {
    if (stations.length === 0) return;
    below();
    for (const station of stations) {
      boxes.push({ station, at: { x: 0, y, width } });
      y += boxHeight(station) + GAP;
    }
    y -= GAP;
  };
  group(bigips);
  let pill: BoxPlace | null = null;
  if (tunnel !== null) {
    below();
    pill = { x: 40, y, width: width - 80 };
    y += PILL_HEIGHT;
  }
  group(nodes);
  group([pods]);
  return { width, height: y, boxes, pill, lines };
}

function columnHeight(stations: readonly Station[]): number {
  return stations.reduce((sum, station) => sum + boxHeight(station) + GAP, -GAP);
}

/** Boxes below one another, in the middle of the height. */
function column(stations: readonly Station[], x: number, width: number, height: number): readonly Placed[] {
  let y = (height - columnHeight(stations)) / 2;
  return stations.map((station) => {
    const at = { x, y, width };
    y += boxHeight(station) + GAP;
    return { station, at };
  });
}

function line(from: Line['from'], to: Line['to'], { holds }: Station): Line {
  return { from, to, standby: holds?.is === false };
}

function leftOf({ station, at }: Placed): Line['from'] {
  return [at.x, at.y + boxHeight(station) / 2];
}

function rightOf({ station, at }: Placed): Line['from'] {
  return [at.x + at.width, at.y + boxHeight(station) / 2];
}
