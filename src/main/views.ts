import { parseArgs } from 'node:util';
import { ConfigError } from '../config';
import { SAVED_VIEWS, viewUrl } from '../domain/billing/saved-views';
import { runCommand } from './process';
import { adoptRunning } from './running';

// Prints the views of operators, each with the link that opens it in the Web UI and keeps it there.

adoptRunning(process.env);
runCommand('views', ({ config }) => {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const { namespace, uiUrl } = config.temporal;
  if (uiUrl === undefined) throw new ConfigError('TEMPORAL_UI_URL is not set; see .env.example');
  const nowMs = Date.now();
  const views = SAVED_VIEWS.map((view) => ({
    ...{ name: view.name, finds: view.finds, remedy: view.remedy, query: view.query(nowMs) },
    url: viewUrl({ baseUrl: uiUrl, namespace }, view, nowMs),
  }));
  if (values.json) say(JSON.stringify(views, null, 2));
  else
    for (const { name, finds, query, url } of views)
      say(`${name}: ${finds}\n  ${query}\n  ${url}\n`);
  return Promise.resolve();
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
