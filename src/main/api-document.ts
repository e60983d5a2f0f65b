import { writeFileSync } from 'node:fs';
import { ROUTES } from '../http/api';
import { apiDocument } from '../http/api/document';

// Prints the document of the API, or writes it to the file that is named: clients are generated from it. It needs no
// configuration, no database and no server.
const text = `${JSON.stringify(apiDocument(ROUTES), null, 2)}\n`;
const [file] = process.argv.slice(2);
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);
