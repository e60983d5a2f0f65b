import type { TemplateParams } from '../../domain/messages';
import { NEW_MESSAGE } from '../callback-data';
import { instantText, type Place } from '../display';
import { button, linkButton, type Screen } from '../screen';
import { say } from '../wording';

/** What a person is told about their data. */
export const PRIVACY_NOTICES = {
  'export.ready': ({ url, until }: TemplateParams['export.ready'], place: Place): Screen => ({
    text: say(place.locale, 'export.ready', { until: instantText(until, place) }),
    rows:
      url === undefined
        ? []
        : [[linkButton({ locale: place.locale, key: 'button.download' }, url)]],
  }),
  'erasure.accepted': ({ until }: TemplateParams['erasure.accepted'], place: Place): Screen => ({
    text: say(place.locale, 'erasure.accepted', { until: instantText(until, place) }),
    rows: [
      [
        button(
          { locale: place.locale, key: 'button.keep_data' },
          { route: 'data:keep', arg: NEW_MESSAGE },
        ),
      ],
    ],
  }),
  'erasure.withdrawn': (_params: TemplateParams['erasure.withdrawn'], place: Place): Screen => ({
    text: say(place.locale, 'erasure.withdrawn'),
    rows: [],
  }),
  'erasure.done': (_params: TemplateParams['erasure.done'], place: Place): Screen => ({
    text: say(place.locale, 'erasure.done'),
    rows: [],
  }),
};
