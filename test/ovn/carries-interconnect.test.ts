import { carries } from './support/carries';

carries('interconnect', true);
