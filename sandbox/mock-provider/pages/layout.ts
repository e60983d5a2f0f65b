import { Html, html } from './html';
import { STYLE } from './style';

export interface PageOptions {
  readonly title: string;
  readonly locale: 'ru' | 'en';
  readonly body: Html;
  /** Seconds after which the browser looks again. */
  readonly refreshSec?: number;
  /** A script of our own; the caller allows its nonce. */
  readonly script?: { readonly nonce: string; readonly source: string };
}

/** A whole page: no file of it comes from anywhere else. */
export function page({ title, locale, body, refreshSec, script }: PageOptions): string {
  const refresh = refreshSec && html`<meta http-equiv="refresh" content="${refreshSec}" />`;
  const code =
    script &&
    html`<script nonce="${script.nonce}">
      ${new Html(script.source)};
    </script>`;
  return html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        ${refresh}
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        ${body}${code}
      </body>
    </html>`.markup;
}

/** The bank's mark. */
export const LOGO = html`<span class="logo"
  ><svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    aria-hidden="true"
  >
    <path d="M3 9.5 12 4l9 5.5M5 10v8m4.7-8v8m4.6-8v8M19 10v8M3 20.5h18" /></svg
></span>`;
