import { html } from './markup';
import type { Markup } from './markup';

export interface PageOptions {
  readonly title: string;
  readonly locale: 'ru' | 'en';
  readonly body: Markup;
  /** A card in the middle, or a document to read. */
  readonly kind: 'card' | 'text';
  /** Watches the state of an order and reloads when it changes. */
  readonly isLive?: boolean;
}

/** A whole page: its style and script are ours, nothing comes from elsewhere. */
export function page({ title, locale, body, kind, isLive }: PageOptions): string {
  const script = isLive ? html`<script src="/pay/page.js" defer></script>` : undefined;
  return html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/pay/page.css" />
        ${script}
      </head>
      <body class="${kind}">
        <main>${body}</main>
      </body>
    </html>`.text;
}
