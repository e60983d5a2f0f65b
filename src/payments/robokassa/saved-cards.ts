import { asForm, callText } from '../outgoing';
import type { ChargeOutcome, SavedCharge, SavedMethodOutcome } from '../provider';
import type { RobokassaSignatures } from '../robokassa-signature';
import { askOperation, type AskedOperation } from './operation';
import { orderText } from './pay-link';
import { CURRENCY, TIMEOUT_MS, type RobokassaSettings } from './settings';

/**
 * The card that paid the parent. Robokassa keeps it and gives no name to it: what charges it again is the number of
 * the first payment, so that is the token.
 */
export async function savedCard(
  invId: string,
  settings: RobokassaSettings,
  signatures: RobokassaSignatures,
): Promise<SavedMethodOutcome> {
  const asked = await askOperation(invId, settings, signatures);
  if (asked.kind === 'unknown') return asked;
  if (asked.kind === 'none' || asked.operation.state !== 'paid') {
    return { kind: 'unknown', reason: 'Robokassa does not call it paid' };
  }
  const { method = 'BankCard', account } = asked.operation;
  if (method !== 'BankCard') return { kind: 'none' };
  return { kind: 'saved', method: { token: invId, label: labelOf(account), expiresOn: undefined } };
}

/**
 * Charges the card of a parent under a number of its own. The protocol has no keys, so Robokassa is asked about the
 * number first: what it knows already is not sent again. After silence only the same number is ever sent.
 */
export async function chargeCard(
  charge: SavedCharge,
  settings: RobokassaSettings,
  signatures: RobokassaSignatures,
): Promise<ChargeOutcome> {
  const invId = String(charge.order.invoiceNo);
  if (charge.order.amount.currency !== CURRENCY) {
    return { kind: 'refused', isHard: true, code: 'currency' };
  }
  const asked = await askOperation(invId, settings, signatures);
  if (asked.kind !== 'none') return chargedAlready(asked);
  const sent = await send(charge, settings, signatures);
  if (sent !== 'refused') return sent;
  // It said something else than OK: if it also knows no such number, there is no charge.
  const known = await askOperation(invId, settings, signatures);
  return known.kind === 'none'
    ? { kind: 'refused', isHard: false, code: 'not_accepted' }
    : chargedAlready(known);
}

function chargedAlready(asked: Exclude<AskedOperation, { kind: 'none' }>): ChargeOutcome {
  if (asked.kind === 'unknown') return asked;
  const { invId: providerPaymentId, state, code } = asked.operation;
  if (state === 'failed') return { kind: 'refused', isHard: false, code: `state_${code}` };
  return { kind: state === 'paid' ? 'paid' : 'sent', providerPaymentId };
}

async function send(
  { method, order }: SavedCharge,
  settings: RobokassaSettings,
  signatures: RobokassaSignatures,
): Promise<ChargeOutcome | 'refused'> {
  const { outSum, invId, description, receipt, shp, signature } = orderText(
    order,
    settings,
    signatures,
  );
  const fields = {
    MerchantLogin: settings.merchantLogin,
    InvoiceID: invId,
    PreviousInvoiceID: method.firstChargeId ?? method.token,
    Description: description,
    OutSum: outSum,
    ...(receipt === undefined ? {} : { Receipt: receipt }),
    ...shp,
    SignatureValue: signature,
  };
  const { baseUrl, timeoutMs = TIMEOUT_MS } = settings;
  const url = `${baseUrl}/Merchant/Recurring`;
  const answer = await callText({ method: 'POST', url, ...asForm(fields), timeoutMs });
  if (answer.kind === 'unknown') return answer;
  const accepted = /^OK\+?(\d+)$/.exec(answer.text.trim());
  if (!accepted) return 'refused';
  return accepted[1] === invId
    ? { kind: 'sent', providerPaymentId: invId }
    : { kind: 'unknown', reason: 'Robokassa accepted another number' };
}

/** `Robokassa •• 0987`: the last digits of the masked number, where it shows them. */
function labelOf(account: string | undefined): string {
  const digits = /\*(\d{4})$/.exec(account ?? '');
  return digits ? `Robokassa •• ${digits[1]}` : 'Robokassa';
}
