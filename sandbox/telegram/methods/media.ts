import type { File, Message, MessageEntity, PhotoSize } from '@grammyjs/types';
import { imageSize } from '../image-size';
import { isRecord, textField } from '../arguments';
import type { Posted } from '../conversation';
import { postFromBot } from '../conversation';
import type { FileFamily } from '../file-shelf';
import { badRequest } from '../failure';
import { formatText, readFormatted } from '../formatting/parse';
import type { FormattedText } from '../formatting/text';
import { characterCount } from '../formatting/text';
import { readMarkup } from '../keyboard';
import type { StoredFile } from '../state';
import type { Call } from './call';
import { admittedPlace } from './call';

const LONGEST_CAPTION = 1024;

interface Caption {
  caption?: string;
  caption_entities?: MessageEntity[];
}

export async function sendPhoto(call: Call): Promise<Message.PhotoMessage> {
  const content = { photo: photoSizes(call, await readFile(call, 'photo', 'photos')) };
  return post(call, content);
}

export async function sendDocument(call: Call): Promise<Message.DocumentMessage> {
  return post(call, documentFields(await readFile(call, 'document', 'documents')));
}

export async function sendVoice(call: Call): Promise<Message.VoiceMessage> {
  const file = await readFile(call, 'voice', 'voice');
  const duration = call.args.integer('duration') ?? 0;
  return post(call, { voice: { ...fileFields(file), duration, mime_type: file.mimeType } });
}

export async function sendMediaGroup(
  call: Call,
): Promise<(Message.PhotoMessage | Message.DocumentMessage)[]> {
  const list = call.args.json('media', "can't parse media JSON object");
  if (!Array.isArray(list)) throw badRequest("can't parse media: expected an Array");
  if (list.length < 2 || list.length > 10)
    throw badRequest('wrong number of items in the album: MEDIA_GROUP_INVALID');
  const items = await Promise.all(list.map((item: unknown) => groupItem(call, item)));
  const place = admittedPlace(call, items.length);
  const media_group_id = `${call.telegram.store.next('album', 1_390_000_000_000_001)}`;
  return items.map((item) => postFromBot(call.telegram, place, { ...item, media_group_id }));
}

export function getFile({ telegram, bot, args }: Call): File {
  const fileId = args.text('file_id') ?? '';
  if (fileId === '') throw badRequest('file_id not specified');
  const file = telegram.files.find(bot.id, fileId);
  if (file === undefined) throw badRequest('wrong file_id or the file is temporarily unavailable');
  return { ...fileFields(file), file_path: file.path };
}

type GroupItem = ({ photo: PhotoSize[] } | ReturnType<typeof documentFields>) & Caption;

async function groupItem(call: Call, item: unknown): Promise<GroupItem> {
  if (!isRecord(item)) throw badRequest("can't parse InputMedia: expected an Object");
  const reference = textField(item, 'media');
  const mode = item['parse_mode'] as string | undefined;
  const caption = formatText(textField(item, 'caption'), mode, item['caption_entities']);
  if (item['type'] === 'photo') {
    const file = await fileByReference(call, reference, 'photos');
    return { photo: photoSizes(call, file), ...captionFields(caption) };
  }
  if (item['type'] !== 'document')
    throw badRequest('type must be one of photo, document in InputMedia');
  const file = await fileByReference(call, reference, 'documents');
  return { ...documentFields(file), ...captionFields(caption) };
}

function post<T extends object>(call: Call, content: T): Posted<T & Caption> {
  const caption = captionFields(readFormatted(call.args, 'caption'));
  const markup = readMarkup(call.args);
  const place = admittedPlace(call);
  return postFromBot(call.telegram, place, { ...content, ...caption, markup });
}

function captionFields({ text, entities }: FormattedText): Caption {
  if (text === '') return {};
  if (characterCount(text) > LONGEST_CAPTION) throw badRequest('message caption is too long');
  return { caption: text, ...(entities.length === 0 ? {} : { caption_entities: [...entities] }) };
}

async function readFile(call: Call, name: string, family: FileFamily): Promise<StoredFile> {
  const reference = call.args.text(name) ?? (call.args.upload(name) === undefined ? '' : name);
  if (reference === '') throw badRequest(`there is no ${name} in the request`);
  return fileByReference(call, reference, family);
}

/** A new upload, an address to fetch, or the id of a file the bot has sent before. */
async function fileByReference(
  call: Call,
  reference: string,
  family: FileFamily,
): Promise<StoredFile> {
  const { telegram, bot, args } = call;
  const upload = args.upload(reference);
  if (upload?.bytes.length === 0) throw badRequest('file must be non-empty');
  if (upload !== undefined) return telegram.files.save(bot.id, family, upload);
  if (/^https?:\/\//i.test(reference)) return fetchFile(call, reference, family);
  const known = telegram.files.find(bot.id, reference);
  if (known !== undefined) return known;
  throw badRequest('wrong remote file identifier specified: Wrong string length');
}

async function fetchFile(call: Call, url: string, family: FileFamily): Promise<StoredFile> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (response?.ok !== true) throw badRequest('failed to get HTTP URL content');
  const bytes = Buffer.from(await response.arrayBuffer());
  const fileName = new URL(url).pathname.split('/').pop() ?? 'file';
  const mimeType =
    response.headers.get('content-type')?.split(';')[0] ?? 'application/octet-stream';
  return call.telegram.files.save(call.bot.id, family, { fileName, mimeType, bytes });
}

function photoSizes(call: Call, file: StoredFile): PhotoSize[] {
  const size = imageSize(call.telegram.files.bytes(file) ?? Buffer.alloc(0));
  if (size === undefined) throw badRequest('IMAGE_PROCESS_FAILED');
  return [{ ...fileFields(file), ...size }];
}

function documentFields(file: StoredFile): Pick<Message.DocumentMessage, 'document'> {
  return { document: { ...fileFields(file), file_name: file.fileName, mime_type: file.mimeType } };
}

function fileFields(file: StoredFile): {
  file_id: string;
  file_unique_id: string;
  file_size: number;
} {
  return {
    file_id: file.fileId,
    file_unique_id: `AgAD${file.fileId.slice(4, 15)}`,
    file_size: file.size,
  };
}
