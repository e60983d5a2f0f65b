import pino from 'pino';
import { Registry } from 'prom-client';
import { httpMetrics } from '../../src/http/metrics';
import { createRegistry, serveMetrics } from '../../src/main/metrics';
import { freePort } from '../../src/embedded/ports';
import { INVOICE_ID, notificationBody, notify, startTestServer } from './harness';

test('requests are measured by their route and status, never by the ids in their address', async () => {
  const registry = new Registry();
  const server = await startTestServer(httpMetrics(registry));
  await fetch(`${server.url}/health`);
  await fetch(`${server.url}/pay/status/${INVOICE_ID}`);
  await fetch(`${server.url}/nowhere/${INVOICE_ID}`);
  await notify(server, notificationBody({ OutSum: '1.00' }));
  const text = await registry.metrics();
  await server.stop();
  expect(text).toMatch(/count\{method="GET",route="\/health",status="200"\} 1/);
  expect(text).toMatch(/count\{method="GET",route="\/pay\/status\/:invoiceId",status="200"\} 1/);
  expect(text).toMatch(/count\{method="GET",route="none",status="404"\} 1/);
  expect(text).toContain('billing_webhook_verification_failed_total{provider="mock"} 1');
  expect(text).not.toContain(INVOICE_ID);
});

describe('the port of the metrics', () => {
  const log = pino({ level: 'silent' });

  test('shows the process and what is read anew each time, and nothing else', async () => {
    const port = await freePort();
    const registry = createRegistry('server');
    let readings = 0;
    const refresh = () => Promise.resolve(void (readings += 1));
    const metrics = { host: '127.0.0.1', port };
    const shown = await serveMetrics({ metrics }, { registry, refresh, log });
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(await response.text()).toContain('process_cpu_seconds_total{process="server"}');
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    await shown.stop();
    expect(readings).toBe(1);
  });

  test('answers 503 when the numbers cannot be read', async () => {
    const port = await freePort();
    const refresh = () => Promise.reject(new Error('the database is away'));
    const registry = createRegistry('server');
    const shown = await serveMetrics(
      { metrics: { host: '127.0.0.1', port } },
      { registry, refresh, log },
    );
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(503);
    await shown.stop();
  });
});
