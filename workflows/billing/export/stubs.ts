import type { ExportActivities } from '../../../activities/billing';
import { PERSONAL_COPY } from '../../policies';
import { databaseStubs, stub } from '../../stubs';

const database = databaseStubs<ExportActivities>();

export const beginExport = database('beginExport', 'Record the wish for a copy, once a day');
export const emptyExport = database('emptyExport', 'Empty the copy: its link is over');

export const makeExport = stub<ExportActivities['makeExport']>('makeExport', {
  ...PERSONAL_COPY,
  summary: 'Collect the person’s data into an archive and promise its link',
});
