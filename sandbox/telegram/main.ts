import pino from 'pino';
import { startTelegramSandbox } from './server';

/** The sandbox as a process of its own: TELEGRAM_SANDBOX_PORT, TELEGRAM_SANDBOX_HOST, TELEGRAM_SANDBOX_DATA. */
async function main(): Promise<void> {
  const log = pino({ name: 'telegram-sandbox' });
  const { TELEGRAM_SANDBOX_PORT, TELEGRAM_SANDBOX_HOST, TELEGRAM_SANDBOX_DATA } = process.env;
  const sandbox = await startTelegramSandbox({
    port: Number(TELEGRAM_SANDBOX_PORT ?? 8081),
    hasDemoPeople: true,
    ...(TELEGRAM_SANDBOX_HOST === undefined ? {} : { host: TELEGRAM_SANDBOX_HOST }),
    ...(TELEGRAM_SANDBOX_DATA === undefined ? {} : { dataFile: TELEGRAM_SANDBOX_DATA }),
  });
  log.info({ apiRoot: sandbox.apiRoot, chat: sandbox.chatUrl() }, 'The Telegram sandbox is ready');
  const stop = (): void => {
    // Long polls of the bot would otherwise keep the process alive.
    void sandbox.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
