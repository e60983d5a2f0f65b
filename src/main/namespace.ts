import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { prepareNamespaces } from '../embedded/temporal';
import { runProcess } from './process';
import { temporalAccess } from './temporal';

/** Makes the configured namespace usable: registered, with the product's search attributes. Repeatable. */
runProcess('namespace', async ({ config, log }) => {
  const { reach, namespace: name } = config.temporal;
  await prepareNamespaces(temporalAccess(reach), [{ name, searchAttributes: SEARCH_ATTRIBUTES }]);
  log.info({ namespace: name }, 'the namespace is ready');
});
