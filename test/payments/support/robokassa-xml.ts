import type { FakeOperation } from './robokassa-fake';

// Answers as the XML services write them: with a namespace, sums of six decimals, instants of seven.

const NAMESPACE =
  'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://merchant.roboxchange.com/WebService/"';

export function resultXml(code: number): string {
  const result = `<Result><Code>${code}</Code><Description>code ${code}</Description></Result>`;
  return document(`<OperationStateResponse ${NAMESPACE}>${result}</OperationStateResponse>`);
}

export function currenciesXml(): string {
  return document(
    `<CurrenciesList ${NAMESPACE}><Result><Code>0</Code></Result><Groups /></CurrenciesList>`,
  );
}

export function operationXml(operation: FakeOperation): string {
  const { code, outSum, method, opKey, shp } = operation;
  const fields = Object.entries(shp).map(
    ([name, value]) =>
      `<Field><Name>${escaped(name)}</Name><Value>${escaped(value)}</Value></Field>`,
  );
  return document(`<OperationStateResponse ${NAMESPACE}>
  <Result><Code>0</Code></Result>
  <State>
    <Code>${code}</Code>
    <RequestDate>2026-11-13T10:21:22.0500029+03:00</RequestDate>
    <StateDate>2026-11-13T10:20:54.6833333+03:00</StateDate>
  </State>
  <Info xsi:type="OperationInfoExt">
    <IncCurrLabel>QCardR</IncCurrLabel>
    <IncSum>${outSum}0000</IncSum>
    <IncAccount>220000******0987</IncAccount>
    <PaymentMethod><Code>${method}</Code><Description>Банковской картой</Description></PaymentMethod>
    <OutCurrLabel>BNR</OutCurrLabel>
    <OutSum>${outSum}0000</OutSum>
    <OpKey>${opKey}</OpKey>
  </Info>
  <UserField>${fields.join('')}</UserField>
</OperationStateResponse>`);
}

function document(root: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${root}`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
