import type { GrammyError } from 'grammy';
import { Api, InputFile } from 'grammy';
import type { TelegramSandbox } from '../../sandbox/telegram/server';
import { startTelegramSandbox } from '../../sandbox/telegram/server';

const TOKEN = '4242:secret';

describe('the Telegram sandbox refuses what Telegram refuses, in its words', () => {
  let sandbox: TelegramSandbox;
  let api: Api;
  let anna: number;

  beforeAll(async () => {
    sandbox = await startTelegramSandbox({ port: 0, rates: 'unlimited' });
    api = new Api(TOKEN, { apiRoot: sandbox.apiRoot });
    sandbox.registerBot(TOKEN);
    anna = sandbox.createPerson({ firstName: 'Anna' }).id;
    sandbox.openChat(anna);
  });

  afterAll(() => sandbox.close());

  const refusal = async (call: Promise<unknown>): Promise<string> => {
    const error = await call.then(
      () => undefined,
      (it: unknown) => it as GrammyError,
    );
    return error === undefined ? 'accepted' : `${error.error_code} ${error.description}`;
  };

  const html = (text: string): Promise<string> =>
    refusal(api.sendMessage(anna, text, { parse_mode: 'HTML' }));

  it.each([
    ['4,096 characters', 'x'.repeat(4096), 'accepted'],
    ['4,096 astral characters', '😀'.repeat(4096), 'accepted'],
    ['4,097 characters', 'x'.repeat(4097), '400 Bad Request: message is too long'],
    ['no characters', '', '400 Bad Request: message text is empty'],
    ['white space', ' \n ', '400 Bad Request: message text is empty'],
  ])('answers a text of %s', async (_name, text, expected) => {
    expect(await refusal(api.sendMessage(anna, text))).toBe(expected);
  });

  it.each([
    ['<b>bold', `Can't find end tag corresponding to start tag "b"`],
    ['a < b', `Unsupported start tag "" at byte offset 2`],
    ['я <c> b', `Unsupported start tag "c" at byte offset 3`],
    ['<b>x</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['<b', 'Unclosed start tag at byte offset 0'],
    ['<span>x</span>', 'Tag "span" must have class "tg-spoiler"'],
  ])('complains about the HTML %s', async (text, complaint) => {
    expect(await html(text)).toContain(`400 Bad Request: can't parse entities: ${complaint}`);
  });

  it('turns HTML into entities with UTF-16 offsets', async () => {
    const text =
      '  😀<b>a<i>b</i></b> &lt;&amp; <a href="https://a.example/?x=1&amp;y">l</a> <pre><code class="language-ts">c</code></pre><tg-spoiler>s</tg-spoiler>';
    const message = await api.sendMessage(anna, text, { parse_mode: 'HTML' });
    expect(message.text).toBe('😀ab <& l cs');
    expect(message.entities).toEqual([
      { type: 'bold', offset: 2, length: 2 },
      { type: 'italic', offset: 3, length: 1 },
      { type: 'text_link', offset: 8, length: 1, url: 'https://a.example/?x=1&y' },
      { type: 'pre', offset: 10, length: 1, language: 'ts' },
      { type: 'spoiler', offset: 11, length: 1 },
    ]);
  });

  it('turns MarkdownV2 into entities and asks for missing backslashes', async () => {
    const message = await api.sendMessage(anna, '*b _i_* ||s|| [l](https://a.example) `c`', {
      parse_mode: 'MarkdownV2',
    });
    expect(message.text).toBe('b i s l c');
    expect(message.entities?.map((it) => it.type)).toEqual([
      'bold',
      'italic',
      'spoiler',
      'text_link',
      'code',
    ]);
    const markdown = (text: string): Promise<string> =>
      refusal(api.sendMessage(anna, text, { parse_mode: 'MarkdownV2' }));
    expect(await markdown('1.5')).toBe(
      "400 Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    );
    expect(await markdown('a *b')).toBe(
      "400 Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 2",
    );
  });

  it.each([
    ['64 bytes of callback data', { text: 'a', callback_data: 'x'.repeat(64) }, 'accepted'],
    [
      '65 bytes of callback data',
      { text: 'a', callback_data: 'я'.repeat(33) },
      '400 Bad Request: BUTTON_DATA_INVALID',
    ],
    [
      'empty callback data',
      { text: 'a', callback_data: '' },
      '400 Bad Request: BUTTON_DATA_INVALID',
    ],
    [
      'a pay button outside an invoice',
      { text: 'a', pay: true },
      '400 Bad Request: BUTTON_TYPE_INVALID',
    ],
    ['a local pay page', { text: 'a', url: 'http://localhost:8080/pay' }, 'accepted'],
    [
      'a foreign scheme',
      { text: 'a', url: 'ftp://a.example' },
      "400 Bad Request: inline keyboard button URL 'ftp://a.example' is invalid: Unsupported URL protocol",
    ],
  ])('judges a button with %s', async (_name, button, expected) => {
    const reply_markup = { inline_keyboard: [[button]] };
    expect(await refusal(api.sendMessage(anna, 'x', { reply_markup }))).toBe(expected);
  });

  it('refuses a button without an action', async () => {
    const reply_markup = { inline_keyboard: [[{ text: 'a' }]] } as never;
    expect(await refusal(api.sendMessage(anna, 'x', { reply_markup }))).toBe(
      "400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    );
  });

  it('refuses an edit that changes nothing, of nothing, and of another one’s message', async () => {
    const reply_markup = { inline_keyboard: [[{ text: 'a', callback_data: 'a' }]] };
    const { message_id } = await api.sendMessage(anna, 'x', { reply_markup });
    expect(await refusal(api.editMessageText(anna, message_id, 'x', { reply_markup }))).toBe(
      '400 Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
    expect(await refusal(api.editMessageText(anna, message_id, 'x'))).toBe('accepted');
    expect(await refusal(api.editMessageText(anna, 999_999, 'y'))).toBe(
      '400 Bad Request: message to edit not found',
    );
    const own = sandbox.send(anna, 'mine');
    expect(await refusal(api.editMessageText(anna, own.message_id, 'y'))).toBe(
      "400 Bad Request: message can't be edited",
    );
    expect(await refusal(api.editMessageText(anna, message_id, 'x'.repeat(4097)))).toBe(
      '400 Bad Request: MESSAGE_TOO_LONG',
    );
  });

  it('deletes a message once', async () => {
    const { message_id } = await api.sendMessage(anna, 'x');
    expect(await api.deleteMessage(anna, message_id)).toBe(true);
    expect(await refusal(api.deleteMessage(anna, message_id))).toBe(
      '400 Bad Request: message to delete not found',
    );
  });

  it('knows only chats that were opened', async () => {
    const ben = sandbox.createPerson({ firstName: 'Ben' });
    expect(await refusal(api.sendMessage(ben.id, 'x'))).toBe('400 Bad Request: chat not found');
    expect(await refusal(api.sendMessage('', 'x'))).toBe('400 Bad Request: chat_id is empty');
    expect(
      await refusal(api.sendMessage(anna, 'x', { reply_parameters: { message_id: 999_999 } })),
    ).toBe('400 Bad Request: message to be replied not found');
  });

  it('answers a malformed token, an unknown method and a second secret as Telegram does', async () => {
    const answer = async (path: string): Promise<unknown> =>
      (await fetch(`${sandbox.url}${path}`)).json();
    expect(await answer('/botnonsense/getMe')).toEqual({
      ok: false,
      error_code: 404,
      description: 'Not Found',
    });
    expect(await answer(`/bot${TOKEN}/noSuch`)).toMatchObject({
      description: 'Not Found: method not found',
    });
    expect(await answer('/bot4242:other/getMe')).toMatchObject({
      error_code: 401,
      description: 'Unauthorized',
    });
    expect(await answer(`/bot${TOKEN}/GETME`)).toMatchObject({
      ok: true,
      result: { id: 4242, is_bot: true },
    });
  });

  it('takes arguments from the query, from a form and from JSON alike', async () => {
    const url = `${sandbox.url}/bot${TOKEN}/sendMessage`;
    const fields = { chat_id: String(anna), text: 'x', reply_markup: '{"remove_keyboard":true}' };
    const answers = await Promise.all([
      fetch(`${url}?${new URLSearchParams(fields).toString()}`),
      fetch(url, { method: 'POST', body: new URLSearchParams(fields) }),
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      }),
    ]);
    expect(answers.map((it) => it.status)).toEqual([200, 200, 200]);
  });

  it('carries files by upload, by id, in groups, and gives them back', async () => {
    const pixel = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const sent = await api.sendDocument(anna, new InputFile(Buffer.from('a;b'), 'a.csv'), {
      caption: '<b>c</b>',
      parse_mode: 'HTML',
    });
    expect(sent.document).toMatchObject({
      file_name: 'a.csv',
      mime_type: 'text/csv',
      file_size: 3,
    });
    expect(sent.caption_entities).toEqual([{ type: 'bold', offset: 0, length: 1 }]);
    const file = await api.getFile(sent.document.file_id);
    const content = await fetch(`${sandbox.apiRoot}/file/bot${TOKEN}/${file.file_path}`);
    expect(await content.text()).toBe('a;b');
    expect((await api.sendDocument(anna, sent.document.file_id)).document.file_name).toBe('a.csv');
    const photo = await api.sendPhoto(anna, new InputFile(pixel, 'p.png'));
    expect(photo.photo[0]).toMatchObject({ width: 1, height: 1 });
    const group = await api.sendMediaGroup(anna, [
      { type: 'photo', media: new InputFile(pixel, 'p.png'), caption: 'both' },
      { type: 'photo', media: photo.photo[0]?.file_id ?? '' },
    ]);
    expect(
      new Set(group.map((it) => ('media_group_id' in it ? it.media_group_id : undefined))).size,
    ).toBe(1);
    expect(
      (await api.sendVoice(anna, new InputFile(Buffer.from('OggS'), 'v.ogg'), { duration: 3 }))
        .voice,
    ).toMatchObject({ duration: 3, mime_type: 'audio/ogg' });
    expect(
      await refusal(api.sendPhoto(anna, new InputFile(Buffer.from('no picture'), 'p.png'))),
    ).toBe('400 Bad Request: IMAGE_PROCESS_FAILED');
  });

  it('answers a press once, in time, and with at most 200 characters', async () => {
    const reply_markup = { inline_keyboard: [[{ text: 'a', callback_data: 'a' }]] };
    const { message_id } = await api.sendMessage(anna, 'x', { reply_markup });
    const stale =
      '400 Bad Request: query is too old and response timeout expired or query ID is invalid';
    const press = sandbox.press(anna, message_id, { data: 'a' });
    expect(await refusal(api.answerCallbackQuery(press.id, { text: 'x'.repeat(201) }))).toBe(
      '400 Bad Request: MESSAGE_TOO_LONG',
    );
    expect(await api.answerCallbackQuery(press.id)).toBe(true);
    expect(await refusal(api.answerCallbackQuery(press.id))).toBe(stale);
    expect(await refusal(api.answerCallbackQuery('1'))).toBe(stale);
  });

  it('keeps commands by scope and language', async () => {
    const commands = [{ command: 'start', description: 'Main menu' }];
    await api.setMyCommands(commands, { language_code: 'en' });
    expect(await api.getMyCommands({ language_code: 'en' })).toEqual(commands);
    expect(await api.getMyCommands()).toEqual([]);
    expect(await refusal(api.setMyCommands([{ command: 'Start!', description: 'x' }]))).toBe(
      '400 Bad Request: BOT_COMMAND_INVALID',
    );
  });
});
