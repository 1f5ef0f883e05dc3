import { DEBUG_EFFECTS } from '../../lab/hosts/cluster/debug';
import { byOc } from '../runs/support/site';
import { everyCommandSpoiled } from './every-command';

// BIG-IP's commands are spoiled in the other scenarios.
const HOSTS = [byOc.cluster!.admin, byOc.ramp.nodes[0]!.node];
everyCommandSpoiled(10, { of: ({ host }) => HOSTS.includes(host) });
everyCommandSpoiled(10, { of: ({ line }) => line.includes(' debug '), effects: DEBUG_EFFECTS, least: 2 });
