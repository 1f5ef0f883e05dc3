import type { Keeps } from '../device/device';

/**
 * How a node's keeper learns of a pause (documents/ramp-apply.sh). A run that starts a keeper tells it in the same command, which holds the node's
 * lock: the keeper puts nothing back in between. It is told behind, since the keeper that was there before may be of a version that knows of no pause.
 */
export const keeps: Keeps = {
  told: (tunnel, pause) => `modify~pause ${tunnel}~-~${pause}`,
  withTold: (operations, tunnel, pause) =>
    operations.flatMap((operation) =>
      /^(?:create|modify)~keeper /.test(operation) ? [operation, keeps.told(tunnel, pause)] : [operation],
    ),
};
