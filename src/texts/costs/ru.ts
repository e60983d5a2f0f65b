/** What work cost its owner, and operators' figures of it. ICU MessageFormat; markup is Telegram HTML. */
export const costsRu = {
  'command.costs': 'Расходы',
  'costs.title':
    '<b>Расходы за {days, plural, one {# день} few {# дня} many {# дней} other {# дня}}</b>',
  'costs.empty': 'За эти дни ничего не потрачено.',
  'costs.total':
    'Списано <b>{tokens}</b> ток. за {jobs, plural, one {# работу} few {# работы} many {# работ} other {# работы}}',
  'costs.free': 'Без оплаты: {free} бесплатно, {local} на локальной модели',
  'costs.reversed': 'Возвращено: {tokens} ток., в сумме это уже учтено',
  'costs.uncollected': 'Не хватило на балансе и не списано: {tokens} ток.',
  'costs.track':
    '• {track}: {tokens} ток., {jobs, plural, one {# работа} few {# работы} many {# работ} other {# работы}}',
  'costs.no_track': 'без названия',
  'costs.more_tracks': '• прочее: {tokens} ток.',
  'costs.jobs': '<b>Последние работы</b>',
  'costs.older_jobs': '<b>Работы раньше</b>',
  'costs.job': '{at} · {what}: {label}',
  'costs.job_reversed': '{at} · {what}: {label}, возвращено {reversed} ток.',
  'costs.no_jobs': 'Работ больше нет.',
  'costs.label.tokens': '{tokens} ток.',
  'costs.label.free': 'бесплатно',
  'costs.label.local': 'локальная модель',
  'costs.work': 'работа',
  'costs.span_7': '7 дней',
  'costs.span_30': '30 дней',
  'costs.span_90': '90 дней',
  'costs.chart': '📈 График',
  'costs.chart.title': 'Токены по дням',
  'costs.chart.other': 'прочее',

  'admin.button.usage': '🧮 Работа',
  'admin.csv.usage': '📄 Таблица работ',
  'admin.usage.title':
    '🧮 <b>Работа за {days, plural, one {# день} few {# дня} many {# дней} other {# дня}}</b>',
  'admin.usage.empty': 'Списаний не было.',
  'admin.usage.jobs':
    '{jobs, plural, one {# работа} few {# работы} many {# работ} other {# работы}}, с отчётом о стоимости {reported}, бесплатных {free}, на локальной модели {local}',
  'admin.usage.spent':
    'Списано <b>{spent}</b> ток., возвращено {reversed}, не собрано {uncollected}',
  'admin.usage.margin': 'Себестоимость {cost}, маржа <b>{margin}</b> ({percent})',
  'admin.usage.job':
    'Одна работа: в среднем {average} ток., медиана {median}, 95 % не дороже {p95}',
  'admin.usage.llm': 'Токены моделей: {total} ({prompt} + {completion}), вызовов {calls}',
  'admin.usage.by_track': '<b>Треки</b>',
  'admin.usage.by_model': '<b>Модели</b>',
  'admin.usage.by_user': '<b>Люди</b>',
  'admin.usage.row': '• {name}: {spent} ток., маржа {margin}, {jobs} шт.',
  'admin.usage.nameless': 'не указано',
  'admin.usage.chart.title': 'Работа по дням: токены и маржа в рублях',
  'admin.usage.chart.spent': 'токены',
  'admin.usage.chart.margin': 'маржа, ₽',
  'admin.usage.chart.caption':
    'Работа за {days, plural, one {# день} few {# дня} many {# дней} other {# дня}}',
} as const;
