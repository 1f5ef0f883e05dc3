import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceError, type Operations } from './endpoint';
import { ACCOUNT, REGION } from './template';

/** Secrets Manager with an SSH key for each secret, made here and kept in a folder. */
export class Secrets {
  private readonly names: readonly string[];

  /** Makes the keys that `specs` name as `bigip[].secret`. @throws Error when ssh-keygen is not installed */
  constructor(
    private readonly directory: string,
    specs: readonly unknown[],
  ) {
    const units = (specs as { bigip?: { secret?: string }[] }[]).flatMap(({ bigip = [] }) => bigip);
    this.names = [...new Set(units.flatMap(({ secret }) => secret ?? []))];
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const name of this.names)
      if (!existsSync(this.file(name)))
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', this.file(name)]); // mode 0600
  }

  readonly operations: Operations = {
    'secretsmanager.GetSecretValue': ({ SecretId: id }) => {
      const name = this.names.find((each) => each === id || String(id).endsWith(`:secret:${each}`));
      if (!name)
        throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      return {
        ARN: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}`,
        Name: name,
        SecretString: readFileSync(this.file(name), 'utf8'),
        VersionStages: ['AWSCURRENT'],
      };
    },
  };

  /** The public key that belongs to a secret, as one line for authorized_keys. */
  publicKey(name: string): string | undefined {
    return this.names.includes(name) ? readFileSync(`${this.file(name)}.pub`, 'utf8').trim() : undefined;
  }

  private file(name: string): string {
    return join(this.directory, name.replaceAll('/', '_'));
  }
}
