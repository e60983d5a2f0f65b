import express, { type Express } from 'express';
import { listen } from '../../src/http/listen';

/** An endpoint like the product's, without its key, limits and checks: `POST /users/{id}/spend` with a key in a header. */
export async function serveSpends(
  port: number,
  spend: (wish: { key: string; userId: number }) => Promise<unknown>,
): Promise<void> {
  const app: Express = express();
  app.disable('x-powered-by');
  app.post('/users/:id/spend', express.json(), async (request, response) => {
    const key = request.get('idempotency-key') ?? '';
    response.json(await spend({ key, userId: Number(request.params.id) }));
  });
  await listen(app, { port, host: '127.0.0.1' });
}
