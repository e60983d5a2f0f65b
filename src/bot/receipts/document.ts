import { dirname, join } from 'node:path';
import pdfmake from 'pdfmake';
import type { Content, TableCell } from 'pdfmake/interfaces';
import type { ReceiptLine } from '../../domain/billing/fiscal';
import type { Money } from '../../domain/money';
import type { ReceiptView } from '../../reads/receipts';
import { TEXTS, type TextKey } from '../../texts';
import { providerText } from '../billing/plans';
import { amountText, instantText, type Place } from '../display';
import { sayPlainly, type TextParams } from '../wording';

/** Who sold, as it stands on paper: a name, and lines such as the tax number and the address. */
export interface Seller {
  readonly name: string;
  readonly requisites: readonly string[];
}

// The page is made of our own words and fonts only: no address is fetched and no other file is read.
const FONTS = join(dirname(require.resolve('pdfmake/package.json')), 'fonts', 'Roboto');
pdfmake.addFonts({
  Roboto: { normal: join(FONTS, 'Roboto-Regular.ttf'), bold: join(FONTS, 'Roboto-Medium.ttf') },
});
pdfmake.setLocalAccessPolicy((path) => dirname(path) === FONTS);
pdfmake.setUrlAccessPolicy(() => false);

/** A receipt as a PDF, in the person's language and zone. Takes some twenty milliseconds. */
export async function receiptDocument(
  receipt: ReceiptView,
  seller: Seller,
  place: Place,
): Promise<Buffer> {
  const say = wordsOf(place);
  const { content, no } = receipt;
  const title = say(`receipt.title.${content.kind}`, { no });
  const pdf = pdfmake.createPdf({
    info: { title, author: seller.name },
    pageSize: 'A5',
    pageMargins: [36, 36, 36, 36],
    defaultStyle: { font: 'Roboto', fontSize: 10, lineHeight: 1.2 },
    content: [
      { text: title, fontSize: 18, bold: true, margin: [0, 0, 0, 12] },
      particulars(receipt, seller, place),
      linesTable(receipt, place),
      { text: say('receipt.note'), fontSize: 8, color: '#666666', margin: [0, 16, 0, 0] },
    ],
  });
  return pdf.getBuffer();
}

type Words = (key: TextKey, params?: TextParams) => string;

function wordsOf({ locale }: Place): Words {
  return (key, params) => sayPlainly(locale, key, params);
}

function particulars({ content, issuedAt }: ReceiptView, seller: Seller, place: Place): Content {
  const say = wordsOf(place);
  const { invoiceNo, userId: id, provider, providerPaymentId } = content;
  const rows: readonly (readonly [TextKey, string])[] = [
    ['receipt.seller', [seller.name, ...seller.requisites].join('\n')],
    ['receipt.issued', instantText(issuedAt, place)],
    ...(invoiceNo === undefined
      ? []
      : ([['receipt.invoice', say('receipt.invoice_no', { no: invoiceNo })]] as const)),
    ['receipt.payer', say('receipt.payer_id', { id: String(id) })],
    ['receipt.provider', providerText(provider, place.locale)],
    ['receipt.payment', providerPaymentId],
    ['receipt.system', knownOr(place, `receipt.sno.${content.sno}`, content.sno)],
  ];
  const body = rows.map(([key, text]): TableCell[] => [{ text: say(key), color: '#666666' }, text]);
  return {
    table: { widths: [120, '*'], body },
    layout: 'noBorders',
    margin: [0, 0, 0, 16],
  };
}

function linesTable({ content }: ReceiptView, place: Place): Content {
  const say = wordsOf(place);
  const head = (['name', 'quantity', 'tax', 'sum'] as const).map((name): TableCell => ({
    text: say(`receipt.column.${name}`),
    bold: true,
    noWrap: true,
    alignment: name === 'sum' ? 'right' : 'left',
  }));
  const { total, kind } = content;
  const sum: TableCell[] = [
    { text: say(`receipt.total.${kind}`), bold: true, colSpan: 3 },
    '',
    '',
    { text: paperAmount(total, place), bold: true, alignment: 'right' },
  ];
  const body = [head, ...content.lines.map((line) => lineRow(line, total, place)), sum];
  return {
    table: { headerRows: 1, widths: ['*', 'auto', 'auto', 'auto'], body },
    layout: 'lightHorizontalLines',
  };
}

function lineRow(line: ReceiptLine, total: Money, place: Place): TableCell[] {
  const say = wordsOf(place);
  return [
    {
      stack: [
        printable(line.name[place.locale]),
        { text: say(`receipt.method.${line.method}`), fontSize: 8 },
      ],
    },
    String(line.quantity),
    { text: knownOr(place, `receipt.tax.${line.tax}`, line.tax), noWrap: true },
    { text: paperAmount({ ...total, minor: line.sumMinor }, place), alignment: 'right' },
  ];
}

/** The font knows letters and signs of money, and no pictures; a name may have some. */
function printable(text: string): string {
  return text.replace(/\p{Extended_Pictographic}|\ufe0f|\u200d/gu, '').trim() || '—';
}

/** Paper has no star to print. */
function paperAmount(amount: Money, { locale }: Place): string {
  const text = amountText(amount, locale);
  return amount.currency === 'XTR' ? text.replace(/^\D+/, '').concat('\u00a0XTR') : text;
}

function knownOr({ locale }: Place, key: string, otherwise: string): string {
  return key in TEXTS[locale] ? sayPlainly(locale, key as TextKey) : otherwise;
}
