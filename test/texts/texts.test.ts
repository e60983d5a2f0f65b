import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { say, sayPlainly } from '../../src/bot/wording';
import { userMessage } from '../../src/http/api/problems';
import { TEXTS, type TextKey } from '../../src/texts';
import { readSource, trackedPaths } from '../support/house/tree';

const KEYS = Object.keys(TEXTS.ru) as TextKey[];
const LOCALES = ['ru', 'en'] as const;

/** Names a text asks for, its plural branches included. */
function namesIn(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.plural || element.type === TYPE.select) {
      const branches = Object.values(element.options).flatMap((option) => namesIn(option.value));
      return [element.value, ...branches];
    }
    return element.type === TYPE.argument ? [element.value] : [];
  });
}

function namesOf(locale: 'ru' | 'en', key: TextKey): string[] {
  return [...new Set(namesIn(parse(TEXTS[locale][key], { ignoreTag: true })))].sort();
}

function pluralsOf(locale: 'ru' | 'en', key: TextKey): string[][] {
  return parse(TEXTS[locale][key], { ignoreTag: true }).flatMap((element) =>
    element.type === TYPE.plural ? [Object.keys(element.options)] : [],
  );
}

const SAYERS = /^(src|activities|workflows)\//;

/** What the code outside the texts writes between quotes; between backticks, and by its family, as a pattern. */
function spokenKeys(): { literals: Set<string>; patterns: RegExp[] } {
  const code = trackedPaths()
    .filter((path) => SAYERS.test(path) && !path.startsWith('src/texts/') && path.endsWith('.ts'))
    .map((path) => readSource(path).text)
    .join('\n');
  const literals = new Set([...code.matchAll(/'([\w.]+)'/g)].map(([, key = '']) => key));
  const families = [...code.matchAll(/\bwordOf\(\s*\w+,\s*'([\w.]+)'/g)];
  const templates = [...code.matchAll(/`((?:[\w.]|\$\{[^{}`\n]*\})+)`/g)];
  const patterns = [
    ...families.map(([, family = '']) => `${family}.*`),
    ...templates.map(([, text = '']) => text.replace(/\$\{.*?\}/g, '*')),
  ]
    .filter((text) => text.replaceAll('*', '').length > 2)
    .map((text) => new RegExp(`^${text.replaceAll('.', '\\.').replaceAll('*', '.+')}$`));
  return { literals, patterns };
}

describe('texts', () => {
  it('are each said by something', () => {
    const { literals, patterns } = spokenKeys();
    const mute = KEYS.filter((key) => !literals.has(key) && !patterns.some((one) => one.test(key)));
    expect(mute).toEqual([]);
  });

  it('exist in both languages and ask for the same values', () => {
    expect(Object.keys(TEXTS.en).sort()).toEqual([...KEYS].sort());
    for (const key of KEYS) expect([key, namesOf('en', key)]).toEqual([key, namesOf('ru', key)]);
  });

  it.each(LOCALES)('are written for every plural form of %s', (locale) => {
    const forms = locale === 'ru' ? ['one', 'few', 'many', 'other'] : ['one', 'other'];
    const plurals = KEYS.flatMap((key) => pluralsOf(locale, key).map((has) => ({ key, has })));
    expect(plurals.length).toBeGreaterThan(5);
    for (const { key, has } of plurals)
      expect([key, has]).toEqual([key, expect.arrayContaining(forms)]);
  });

  it.each([
    [1, '1 день'],
    [2, '2 дня'],
    [5, '5 дней'],
    [11, '11 дней'],
    [21, '21 день'],
    [22, '22 дня'],
    [25, '25 дней'],
    [111, '111 дней'],
  ])('say %i days in Russian as "%s"', (count, text) => {
    expect(say('ru', 'period.day', { count })).toBe(text);
  });

  it('keep alerts within the 200 letters Telegram shows', () => {
    const alerts = KEYS.filter((key) =>
      /^(refused|quote\.(foreign|gone)|invoice\.(check|cancel|not|method)|unknown\.button|rate|tariffs\.gone|topup\.(un|below|above)|err\.(blocked|incident_short)|group)/.test(
        key,
      ),
    );
    const params = {
      seconds: 55,
      incident: 'ABCDEFGH',
      minimum: '₽1,000,000',
      maximum: '₽1,000,000',
    };
    for (const locale of LOCALES)
      for (const key of alerts)
        expect(sayPlainly(locale, key, params).length).toBeLessThanOrEqual(200);
  });

  it('T-E5 show no internal address', () => {
    const internal =
      /localhost|127\.0\.0\.1|\b10\.\d+\.\d+|192\.168|:\d{4,5}\b|\.local|temporal|postgres/i;
    for (const locale of LOCALES)
      for (const key of KEYS) expect(TEXTS[locale][key]).not.toMatch(internal);
  });

  it('escape what people are called', () => {
    expect(say('en', 'menu.greeting', { name: '<b>&"' })).toBe('Hello, &lt;b&gt;&amp;&quot;!');
    expect(sayPlainly('en', 'menu.greeting', { name: '<b>&"' })).toBe('Hello, <b>&"!');
  });
});

describe('core texts of the specification', () => {
  it.each<[TextKey, string, string]>([
    [
      'pay.ok.topup',
      'Оплата {amount} получена. Зачислено {tokens} ток. Баланс: {balance}.',
      'Payment of {amount} received. {tokens} tokens added. Balance: {balance}.',
    ],
    [
      'pay.ok.activated',
      'Оплата {amount} получена. Подписка до {until}, списано {fee} ток. Баланс: {balance}.',
      'Payment of {amount} received. Subscription until {until}, fee {fee} tokens. Balance: {balance}.',
    ],
    [
      'pay.confirming',
      'Проверяем оплату у платёжной системы. Ничего делать не нужно.',
      'We are checking your payment with the provider. No action is needed.',
    ],
    [
      'pay.late.wallet',
      'Счёт №{no} уже закрыт, поэтому {tokens} ток. зачислены на баланс.',
      'Invoice #{no} was already closed, so {tokens} tokens went to your balance.',
    ],
    [
      'pay.quarantine',
      'Платёж {amount} не совпал со счётом №{no}. Мы разбираемся, деньги не потеряны.',
      'Payment of {amount} does not match invoice #{no}. We are looking into it; your money is safe.',
    ],
    [
      'inv.reminder',
      'Счёт №{no} на {amount} ждёт оплаты до {until}.',
      'Invoice #{no} for {amount} is waiting until {until}.',
    ],
    ['inv.expired', 'Срок счёта №{no} истёк.', 'Invoice #{no} has expired.'],
    ['inv.cancelled', 'Счёт №{no} отменён.', 'Invoice #{no} is cancelled.'],
    [
      'sub.reminder',
      'Подписка закончится {when}. Спишем {fee} ток., на балансе {balance}.',
      'Your subscription ends {when}. We will take {fee} tokens; balance {balance}.',
    ],
    [
      'sub.renewed',
      'Подписка продлена до {until}. Списано {fee}.',
      'Subscription renewed until {until}. Charged {fee}.',
    ],
    [
      'sub.failed',
      'Не удалось продлить: {reason}. Следующая попытка {next}. Доступ: {access}.',
      'Renewal failed: {reason}. Next try {next}. Access: {access}.',
    ],
    [
      'sub.expired',
      'Подписка закончилась. Баланс {balance} сохранён.',
      'Subscription ended. Your balance {balance} is kept.',
    ],
    ['low.balance', 'Осталось {balance} ток.', '{balance} tokens left.'],
    ['promo.bad', 'Такой код не действует.', 'This code is not valid.'],
    ['promo.used', 'Вы уже использовали этот код.', 'You have already used this code.'],
    ['err.insufficient', 'Не хватает {missing} ток.', '{missing} tokens short.'],
    ['err.subscription', 'Нужна активная подписка.', 'An active subscription is required.'],
    [
      'err.blocked',
      'Доступ ограничен, напишите в поддержку.',
      'Access is limited, please contact support.',
    ],
  ])('%s is word for word', (key, ru, en) => {
    expect([TEXTS.ru[key], TEXTS.en[key]]).toEqual([ru, en]);
  });

  it.each([
    ['err.insufficient', 'insufficient_balance'],
    ['err.subscription', 'subscription_required'],
    ['err.blocked', 'user_blocked'],
  ] as const)('%s is what the API gives its callers to show', (key, code) => {
    for (const locale of LOCALES) {
      const words = sayPlainly(locale, key, { missing: '0.5' });
      expect(userMessage(locale, code, 500_000)).toBe(words);
    }
  });
});
