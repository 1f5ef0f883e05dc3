import { everyCommandSpoiledOnce } from './every-command';

everyCommandSpoiledOnce(4);
