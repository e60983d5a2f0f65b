import type { MockMethod } from '../model';
import { html } from './html';
import type { Html } from './html';

export const METHOD_HEADS = ['Card', 'Of payment', 'Until', 'State', ''];

/** The cards that payers left with the shop, each with what its owner can do. */
export function methodRows(methods: readonly MockMethod[]): Html[] {
  return methods.slice(0, 30).map(
    ({ id, paymentId, label, expiresOn, state }) =>
      html`<tr>
        <td>${label}</td>
        <td class="mono" title="${paymentId}">${paymentId.slice(0, 11)}…</td>
        <td>${expiresOn ?? '–'}</td>
        <td><span class="pill ${state === 'active' ? 'good' : 'off'}">${state}</span></td>
        <td>${state === 'active' ? revokeForm(id) : undefined}</td>
      </tr>`,
  );
}

function revokeForm(id: string): Html {
  return html`<form method="post" action="/panel/methods/${id}" class="rowline">
    <button class="tiny" data-testid="method-revoke">Revoke</button>
  </form>`;
}
