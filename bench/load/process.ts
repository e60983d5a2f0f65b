import { runJob } from './generator';
import type { LoadJob } from './job';

// The generator's own process: it takes jobs from its parent and answers with what it saw.
process.on('message', (job: LoadJob) => {
  runJob(job).then(
    (sample) => process.send?.({ sample }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
// Open connections would keep a load without its bench alive.
process.on('disconnect', () => process.exit(0));
