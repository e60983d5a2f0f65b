import type { Notification, Verification } from '../notification';
import type {
  AskOutcome,
  AskRef,
  CabinetEntry,
  CredentialCheck,
  PaymentFact,
  PaymentProvider,
} from '../provider';
import { readResultFields } from '../robokassa-fields';
import { isUnambiguous, robokassaSignatures } from '../robokassa-signature';
import type { RobokassaSignatures } from '../robokassa-signature';
import {
  askOperation,
  askService,
  factOfOperation,
  namedBy,
  RESULT,
  rublesOf,
  type ServiceAnswer,
} from './operation';
import { canRecur, createPayLink } from './pay-link';
import { askRefund, createRefund } from './refunds';
import { chargeCard, savedCard } from './saved-cards';
import { CURRENCY, type RobokassaSettings } from './settings';

/** A number of the documented range that no invoice of ours reaches. */
const NOBODYS_INVOICE = '2147483647';

/**
 * Robokassa. The payment is its invoice number, which is ours. In production OpStateExt is asked for the truth; in test
 * mode it does not exist, so there the signed notification is the evidence, and nothing is saved or given back.
 */
export function robokassaProvider(settings: RobokassaSettings): PaymentProvider {
  const signatures = robokassaSignatures(settings);
  const { isTest, password3 } = settings;
  const canSave = canRecur(settings);
  return {
    name: 'robokassa',
    capabilities: {
      currencies: [CURRENCY],
      canAsk: !isTest,
      canRefund: isTest || !password3 ? 'none' : 'partial',
      isRefundRepeatable: false,
      // A link cannot be called back; its own end closes it.
      canCancel: false,
      canSave,
    },
    createPayment: (order) => createPayLink(order, settings, signatures),
    verify: (notification) => Promise.resolve(verify(notification, signatures)),
    ask: (ref) => ask(ref, settings, signatures),
    refund: (request) => createRefund(request, settings, signatures),
    askRefund: (request) => askRefund(request, settings),
    cancel: () => Promise.resolve(),
    check: () => check(settings, signatures),
    cabinet: (publicBaseUrl) => cabinet(publicBaseUrl, settings),
    ...(canSave
      ? {
          savedMethod: ({ providerPaymentId }) =>
            savedCard(providerPaymentId, settings, signatures),
          chargeSaved: (charge) => chargeCard(charge, settings, signatures),
        }
      : {}),
    answer: ({ providerPaymentId }) => ({
      status: 200,
      contentType: 'text/plain; charset=utf-8',
      body: `OK${providerPaymentId}`,
    }),
  };
}

/** The judgement over the text as received: signed first, meaning afterwards. */
function verify(notification: Notification, signatures: RobokassaSignatures): Verification {
  const fields = readResultFields(notification);
  if (!fields) return { verified: 'malformed', reason: 'not a notification of Robokassa' };
  const { outSum, invId, shp, signature, contentHash: dedupeKey } = fields;
  const named = namedBy(invId, shp);
  if (!isUnambiguous(shp) || !signatures.verifyResult(fields, signature)) {
    const claimedInvoiceNo = named.invoiceNo;
    return { verified: 'no', dedupeKey, reason: 'the signature does not match', claimedInvoiceNo };
  }
  // Only payments are told of here, and only once they are made.
  const fact: PaymentFact = {
    ...named,
    state: 'paid',
    amount: rublesOf(outSum),
    paidAt: undefined,
  };
  return { verified: 'yes', dedupeKey, providerPaymentId: invId, fact };
}

async function ask(
  ref: AskRef,
  settings: RobokassaSettings,
  signatures: RobokassaSignatures,
): Promise<AskOutcome> {
  if (settings.isTest) return { kind: 'unknown', reason: 'nobody can be asked in test mode' };
  const invId = ref.by === 'order' ? String(ref.invoiceNo) : ref.providerPaymentId;
  if (!/^\d{1,19}$/.test(invId)) return { kind: 'facts', facts: [] };
  const asked = await askOperation(invId, settings, signatures);
  switch (asked.kind) {
    case 'operation':
      return { kind: 'facts', facts: [factOfOperation(asked.operation)] };
    case 'none':
      return { kind: 'facts', facts: [] };
    case 'unknown':
      return asked;
  }
}

async function check(
  settings: RobokassaSettings,
  signatures: RobokassaSignatures,
): Promise<CredentialCheck> {
  const { merchantLogin: MerchantLogin, isTest } = settings;
  if (isTest) {
    const query = { MerchantLogin, Language: 'ru' };
    const account = `${MerchantLogin}, in test mode, where its passwords cannot be tried`;
    return checked(await askService('GetCurrencies', query, settings), account);
  }
  const InvoiceID = NOBODYS_INVOICE;
  const query = { MerchantLogin, InvoiceID, Signature: signatures.operation(InvoiceID) };
  return checked(await askService('OpStateExt', query, settings), MerchantLogin);
}

function checked(answer: ServiceAnswer, account: string): CredentialCheck {
  if (answer.kind === 'unknown') return answer;
  switch (answer.result) {
    case RESULT.ok:
    case RESULT.notFound:
      return { kind: 'valid', account };
    case RESULT.badSignature:
      return { kind: 'invalid', reason: 'ROBOKASSA_PASSWORD_2 or ROBOKASSA_HASH is another' };
    case RESULT.noShop:
      return { kind: 'invalid', reason: 'no active shop has this ROBOKASSA_MERCHANT_LOGIN' };
    default:
      return { kind: 'unknown', reason: `Robokassa answers with code ${answer.result}` };
  }
}

function cabinet(publicBaseUrl: string, { hash }: RobokassaSettings): readonly CabinetEntry[] {
  return [
    { field: 'Result URL', value: `${publicBaseUrl}/webhook/robokassa` },
    { field: 'Метод отсылки данных по Result URL', value: 'POST' },
    { field: 'Success URL', value: `${publicBaseUrl}/pay/success` },
    { field: 'Метод отсылки данных по Success URL', value: 'GET' },
    { field: 'Fail URL', value: `${publicBaseUrl}/pay/fail` },
    { field: 'Метод отсылки данных по Fail URL', value: 'GET' },
    { field: 'Алгоритм расчёта хеша', value: hash.toUpperCase() },
  ];
}
