import { connect, connectReadOnly } from '../../drizzle/client';
import { ConfigError } from '../config';
import { createCodecApp } from '../http/codec/app';
import { listen } from '../http/listen';
import { createPayloadCodec } from '../payloads/codec';
import { requireUsable } from '../payloads/usable';
import { createReads } from '../reads/reads';
import { createRecords } from '../records/records';
import { runProcess } from './process';
import { readTerms } from './terms';

/** Reads encrypted payloads to operators: the Temporal Web UI has them decoded here. */
runProcess('codec-server', async ({ config, log, stopping }) => {
  const { keys, codec } = config.payloads;
  if (keys.length === 0) {
    throw new ConfigError(
      'PAYLOAD_KEYS is not set, so there is nothing to decode; see .env.example',
    );
  }
  const writes = connect(config.databaseUrl, { applicationName: 'codec-server', poolSize: 2 });
  const readOnly = connectReadOnly(config.databaseUrl, { applicationName: 'codec-server-reads' });
  const { uiUrl } = config.temporal;
  const app = createCodecApp({
    codec: createPayloadCodec(keys),
    reads: createReads(readOnly.db, config.secrets),
    records: createRecords(writes.db, {
      settings: config.billing,
      terms: readTerms(config.http.legalDir),
      secrets: config.secrets,
    }),
    probe: async () => {
      await requireUsable(keys);
      // Readers are looked up by one connection and counted by the other.
      await Promise.all([readOnly.sql`select id from api_keys limit 1`, writes.sql`select 1`]);
    },
    log,
    clock: { nowMs: () => Date.now() },
    settings: {
      apiKeyPepper: config.secrets.apiKeyPepper,
      trustedProxyHops: config.http.trustedProxyHops,
      publicUrl: codec.publicUrl,
      ...(uiUrl === undefined ? {} : { uiUrl }),
    },
  });
  const listening = await listen(app, { port: codec.port, host: codec.host });
  const readable = keys.map(({ id }) => id);
  log.info({ url: listening.url, keys: readable }, 'codec server ready');
  if (uiUrl === undefined) log.warn('TEMPORAL_UI_URL is not set: no page may have payloads read');
  await stopping;
  await listening.stop();
  await Promise.all([writes.close(), readOnly.close()]);
});
