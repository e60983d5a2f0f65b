import { el, icon } from './dom.js';
import { showPicture } from './dialogs.js';

const fileUrl = (fileId) => `/sandbox/files/${encodeURIComponent(fileId)}`;

export function photoNode(photo) {
  const { file_id, width, height } = photo.at(-1);
  const url = fileUrl(file_id);
  return el('img', {
    class: 'photo',
    src: url,
    alt: 'Photo',
    width,
    height,
    loading: 'lazy',
    'data-testid': 'photo',
    style: { width: `min(${Math.max(220, Math.min(width, 420))}px, 78vw)`, height: 'auto' },
    onclick: () => showPicture(url),
  });
}

/** Photos sent together stand in one bubble; documents follow one another. */
export function albumNode(messages) {
  const photos = messages.filter((it) => it.photo).map((it) => photoNode(it.photo));
  for (const photo of photos) Object.assign(photo.style, { width: '', height: '' });
  return el('div', { class: 'album' }, photos);
}

export function documentNode(document) {
  return el(
    'a',
    {
      class: 'document',
      href: fileUrl(document.file_id),
      download: document.file_name ?? 'file',
      'data-testid': 'document',
    },
    el('span', { class: 'document-icon' }, icon('file')),
    el(
      'span',
      {},
      el('b', {}, document.file_name ?? 'file'),
      el('small', {}, sizeText(document.file_size ?? 0)),
    ),
  );
}

export function voiceNode(voice) {
  const audio = new Audio(fileUrl(voice.file_id));
  audio.preload = 'none';
  const button = el(
    'button',
    { class: 'document-icon', 'aria-label': 'Play the voice message' },
    icon('play'),
  );
  const show = (name) => button.replaceChildren(icon(name));
  button.addEventListener('click', () => (audio.paused ? void audio.play() : audio.pause()));
  audio.addEventListener('play', () => show('pause'));
  audio.addEventListener('pause', () => show('play'));
  return el(
    'div',
    { class: 'document', 'data-testid': 'voice' },
    button,
    el('span', {}, wave(voice.file_id), el('small', {}, durationText(voice.duration))),
  );
}

/** A wave drawn from the file's id: always the same for the same message. */
function wave(seed) {
  const bars = [...seed.slice(0, 36)].map((letter) => {
    const height = 4 + (letter.charCodeAt(0) % 11) * 2;
    return el('i', { style: { height: `${height}px` } });
  });
  return el('span', { class: 'wave' }, bars);
}

function durationText(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
