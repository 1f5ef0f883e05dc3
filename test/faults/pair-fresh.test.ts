import { everyCommandSpoiledOnce } from './every-command';

everyCommandSpoiledOnce(3);
