import { TEARDOWN } from './bigip-pair-places';
import { everyCommandMet } from './bigip-pair-strangers';

everyCommandMet(TEARDOWN);
