import { compose, start } from './composition.mjs';
import { same, until } from './judgement.mjs';

const RESTORING = { files: ['deploy/restore.yml'] };
const SUMS = `select (select count(*) from transfers) as transfers,
  (select count(*) from (select 1 from entries e join accounts a on a.id = e.account_id group by a.asset
    having sum(e.amount) <> 0) as broken) as broken`;

const sql = (text) =>
  compose([
    'exec',
    '-T',
    'postgres',
    'psql',
    '-U',
    'postgres',
    '-d',
    'billing',
    '-qAt',
    '-c',
    text,
  ]);

export async function judgeBackup() {
  await until(
    'there is a verified copy',
    () => inBackup('ls /var/lib/postgresql/base | grep -q Z') !== undefined,
  );
  inBackup('sh /opt/backup/check.sh');
  const metrics = compose(['exec', '-T', 'server', 'node', '-e', METRICS]);
  const age = Number(/^billing_backup_copy_age_seconds\S* (\S+)$/m.exec(metrics)?.[1]);
  same('the age of the copy is known', age < 3_600, true);
  const rules = compose([
    'exec',
    '-T',
    'prometheus',
    'wget',
    '-qO-',
    'http://127.0.0.1:9090/api/v1/targets?state=active',
  ]);
  const targets = JSON.parse(rules).data.activeTargets;
  same(
    'what Prometheus cannot reach',
    targets.filter(({ health }) => health === 'down').map(({ lastError }) => lastError),
    [],
  );
}

const METRICS =
  "fetch('http://127.0.0.1:9464/metrics').then(async (a) => console.log(await a.text()))";
const inBackup = (script) => compose(['exec', '-T', 'backup', 'sh', '-c', script]);

/** What docs/operations.md tells to do, with a spend after the copy that only the log holds. */
export async function restoreBackup(place, api, chat) {
  await api.spend(chat.personId, 'after-the-copy');
  const before = sql(SUMS);
  const balance = await api.balanceOf(chat.personId);
  sql('select pg_switch_wal()');
  await until('the log is received', () => sql(RECEIVED) === 't');
  compose(['stop', ...place.services]);
  const bring =
    'mv /var/lib/postgresql/18 /var/lib/postgresql/lost && sh /opt/backup/restore.sh /var/lib/postgresql/18/docker';
  compose(['run', '--rm', '--no-deps', '-T', 'postgres', 'sh', '-c', bring], RESTORING);
  compose(['up', '--detach', '--wait', 'postgres'], RESTORING);
  await until('PostgreSQL has read its log', () => sql('select pg_is_in_recovery()') === 'f');
  compose([
    'run',
    '--rm',
    '--no-deps',
    '-T',
    'backup',
    'sh',
    '-c',
    'mkdir /var/lib/postgresql/lost && cd /var/lib/postgresql && mv base wal lost/',
  ]);
  start();
  await until('everything is healthy again', () => place.isHealthy(), 300_000);
  same('transfers and broken sums after the restore', sql(SUMS), before);
  same('the balance after the restore', await api.balanceOf(chat.personId), balance);
}

const RECEIVED = `select flush_lsn >= pg_current_wal_flush_lsn() from pg_stat_replication where application_name = 'pg_receivewal'`;
