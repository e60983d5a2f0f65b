import { ConfigError } from '../config';
import { hiding } from '../log';
import { configuration, secretsKnownTo } from './configuration';
import { reportProviders } from './provider-report';
import { adoptRunning } from './running';
import { adaptersOf } from './wiring';

// Whether the configured payment providers would work: ends with 1 when something is wrong with any of them.

async function check(): Promise<boolean> {
  const config = configuration(process.env);
  const { unconfigured } = config.providers;
  const { publicBaseUrl } = config;
  const providers = adaptersOf(config);
  const report = await reportProviders({ providers, unconfigured, publicBaseUrl });
  process.stdout.write(`${report.lines.join('\n')}\n`);
  if (providers.size === 0) process.stdout.write('\nNo payment provider can be offered.\n');
  return report.isFine && providers.size > 0;
}

adoptRunning(process.env);
check().then(
  (isFine) => process.exit(isFine ? 0 : 1),
  (error: unknown) => {
    const isKnown = error instanceof ConfigError;
    const words = isKnown ? error.message : String(error);
    process.stderr.write(`${hiding(secretsKnownTo(process.env))(words)}\n`);
    process.exit(1);
  },
);
