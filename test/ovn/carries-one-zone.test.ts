import { carries } from './support/carries';

carries('one zone', false);
