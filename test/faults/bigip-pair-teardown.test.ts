import { everyCommandTroubled, TEARDOWN } from './bigip-pair';

everyCommandTroubled(TEARDOWN);
