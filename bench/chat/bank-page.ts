import type { Wire } from './wire';

/** The forms of the pay page carry signed fields, which go back with the payer's choice. */
const HIDDEN = /<input type="hidden" name="([^"]*)" value="([^"]*)"/g;

/** Opens the mock bank's page, presses Pay, and looks at the page that follows, as a browser does; gives when it paid. */
export async function payOnPage(wire: Wire, link: string): Promise<number> {
  const url = link.replace('//localhost:', '//127.0.0.1:');
  const page = await wire.ask({ url });
  if (page.status !== 200) throw new Error(`the pay page answers ${page.status}`);
  const form = new URLSearchParams(hiddenFields(page.text));
  form.append('action', 'pay');
  const paidAt = performance.now();
  const paid = await wire.ask({
    method: 'POST',
    url: new URL('/mock-payment', url).href,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  if (paid.status !== 303 || !paid.location?.includes('/result/'))
    throw new Error(`the bank answers ${paid.status} ${paid.location ?? ''}`);
  const result = await wire.ask({ url: new URL(paid.location, url).href });
  if (result.status !== 200) throw new Error(`the page after paying answers ${result.status}`);
  return paidAt;
}

function hiddenFields(page: string): string[][] {
  return [...page.matchAll(HIDDEN)].map(([, name = '', value = '']) => [
    unescaped(name),
    unescaped(value),
  ]);
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
