import { ContractMismatch } from '../lib/tunnel/errors/errors';
import { CONTRACT } from '../lib/tunnel/run/outcome';

/** @throws ContractMismatch when a run began with the functions of another deployment */
export function refuseOtherContract(contract: number): void {
  if (contract !== CONTRACT)
    throw new ContractMismatch(
      'contract-mismatch',
      `this run has contract ${contract}, the functions have ${CONTRACT}: the app was deployed in the middle of the run; start a new execution`,
    );
}
