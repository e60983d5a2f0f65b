import type { Fault, MockOrder } from '../model';
import { html } from './html';
import type { Html } from './html';

export interface ScriptFormView {
  readonly orders: readonly MockOrder[];
  readonly faults: readonly Fault[];
}

/** The form that scripts what goes wrong with the next payment. */
export function scriptForm({ orders, faults }: ScriptFormView): Html {
  return html`<section class="panel">
    <h2>Script the next payment</h2>
    ${faults.length > 0 ? waitingFaults(faults) : undefined}
    <form method="post" action="/panel/faults" class="stack">
      <div class="grid">${orderChoice(orders)}${CHOICES.map(choice)}${INPUTS.map(input)}</div>
      <div class="grid">${CHECKS.map(check)}</div>
      <div class="rowline">
        <button class="main fit" data-testid="fault-add">Set the trap</button>
        <button name="clear" value="yes" data-testid="fault-clear">Clear all</button>
      </div>
    </form>
  </section>`;
}

type Pair = readonly [value: string, label: string];

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Pair[];
}

const CHOICES: readonly Choice[] = [
  {
    name: 'states',
    label: 'Order of events',
    options: [
      ['', 'as it happens'],
      ['pending', 'taken, decided later'],
      ['paid,authorised,failed', 'paid → authorised → failed'],
      ['failed,paid', 'failed → paid'],
      ['refunded,paid', 'refunded → paid'],
      ['disputed,paid', 'disputed → paid'],
    ],
  },
  {
    name: 'declineCode',
    label: 'The card says',
    options: [
      ['', 'yes'],
      ['insufficient_funds', 'no money now (soft)'],
      ['issuer_unavailable', 'its bank is away (soft)'],
      ['card_expired', 'expired (hard)'],
      ['permission_revoked', 'permission taken back (hard)'],
    ],
  },
  {
    name: 'currency',
    label: 'Currency',
    options: [
      ['', 'the order’s'],
      ['USD', 'US dollar'],
      ['EUR', 'euro'],
      ['RUB', 'rouble'],
    ],
  },
  {
    name: 'statusAnswer',
    label: 'Status API about it',
    options: [
      ['', 'tells the truth'],
      ['unknown', 'says unknown'],
      ['error', 'answers 503'],
      ['hang', 'never answers'],
    ],
  },
];

interface Input {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
}

const INPUTS: readonly Input[] = [
  { name: 'statusForSec', label: '… for seconds, then the truth', hint: '30' },
  { name: 'duplicates', label: 'Copies at once', hint: '1' },
  { name: 'delayMs', label: 'Delay, ms', hint: '0' },
  { name: 'outSum', label: 'Another sum', hint: '1.00' },
  { name: 'userId', label: 'Another person’s id', hint: 'the order’s' },
  { name: 'claimedInvoiceNo', label: 'Another order’s number', hint: 'the order’s' },
];

const CHECKS: readonly Pair[] = [
  ['variants', 'Every copy differs'],
  ['drop', 'Lose the notification'],
  ['badSignature', 'Wrong signature'],
  ['decline', 'Decline'],
  ['refuseRefunds', 'Refuse refunds'],
];

function orderChoice(orders: readonly MockOrder[]): Html {
  const options = orders
    .slice(0, 30)
    .map(({ invoiceNo, description }): Pair => [invoiceNo, `№ ${invoiceNo} ${description}`]);
  return choice({
    name: 'invoiceNo',
    label: 'For',
    options: [['', 'the next payment'], ...options],
  });
}

function choice({ name, label, options }: Choice): Html {
  const lines = options.map(([value, text]) => html`<option value="${value}">${text}</option>`);
  return html`<label>
    ${label}
    <select name="${name}" data-testid="fault-${name}">
      ${lines}
    </select>
  </label>`;
}

function input({ name, label, hint }: Input): Html {
  return html`<label>
    ${label}
    <input name="${name}" inputmode="decimal" placeholder="${hint}" data-testid="fault-${name}" />
  </label>`;
}

function check([name, label]: Pair): Html {
  return html`<label class="check">
    <input type="checkbox" name="${name}" data-testid="fault-${name}" /> ${label}
  </label>`;
}

function waitingFaults(faults: readonly Fault[]): Html {
  const pills = faults.map(({ invoiceNo, script }) => {
    const target = invoiceNo === undefined ? 'next' : `№ ${invoiceNo}`;
    return html`<span class="pill warn wrap">${target}: ${JSON.stringify(script)}</span>`;
  });
  return html`<div class="rowline" data-testid="faults">${pills}</div>`;
}
