import { everyCommandTroubled } from './bigip-pair';
import { TEARDOWN } from './bigip-pair-places';

everyCommandTroubled(TEARDOWN);
