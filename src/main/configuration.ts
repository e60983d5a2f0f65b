import { readFileSync } from 'node:fs';
import { ConfigError, readConfig, type Config } from '../config';
import { withSecretFiles } from '../config/secret-files';
import { secretValues } from '../config/secret-values';

/**
 * The configuration of a process from its environment and the files of secrets that the environment names. Throws
 * {@link ConfigError}, which names variables and no values.
 */
export function configuration(env: NodeJS.ProcessEnv): Config {
  const secrets = withSecretFiles(env, (path) => readFileSync(path, 'utf8'));
  if (secrets.problems.length > 0) throw new ConfigError(secrets.problems.join('\n'));
  return readConfig({ ...secrets.env });
}

/** What no line of a process may repeat, whether or not its configuration is a right one. */
export function secretsKnownTo(env: NodeJS.ProcessEnv): readonly string[] {
  return secretValues(withSecretFiles(env, (path) => readFileSync(path, 'utf8')).env);
}
