import type { RequestHandler } from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Counters } from './ports';
import { routeOf } from './route-name';

export interface HttpMetrics {
  readonly measure: RequestHandler;
  readonly counters: Counters;
}

/** Seconds; the API answers within a tenth of one, a webhook within eight. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 8];

/** Measures every request by its route, never by its address: ids would make as many series as there are people. */
export function httpMetrics(registry: Registry): HttpMetrics {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const failures = new Counter({
    name: 'billing_webhook_verification_failed_total',
    help: 'Payment notifications that could not be verified',
    labelNames: ['provider'],
    registers: [registry],
  });
  const lags = new Histogram({
    name: 'billing_webhook_lag_seconds',
    help: 'Time from a payment to the arrival of its notification, by the provider’s clock',
    labelNames: ['provider'],
    buckets: [1, 2, 5, 10, 30, 60, 300, 1_800, 7_200],
    registers: [registry],
  });
  return {
    measure: (request, response, next) => {
      const end = durations.startTimer({ method: request.method });
      response.on('close', () => {
        end({ route: routeOf(request), status: String(response.statusCode) });
      });
      next();
    },
    counters: {
      increment: (_name, labels) => failures.inc(labels),
      webhookLag: (provider, seconds) => lags.observe({ provider }, seconds),
    },
  };
}
