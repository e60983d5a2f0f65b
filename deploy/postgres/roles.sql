-- Runs once, in an empty data folder: a role for each tenant of this PostgreSQL, with no more rights than it needs. The
-- superuser is for people; no process of the product or of Temporal knows its password.
\set ON_ERROR_STOP on
\set billing_password `cat /run/secrets/billing_password`
\set temporal_password `cat /run/secrets/temporal_password`
\set backup_password `cat /run/secrets/backup_password`

create role billing login password :'billing_password';
create database billing owner billing;
create role temporal login password :'temporal_password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;

-- Copies the whole cluster, and can read it only as a copy.
create role backup login replication password :'backup_password';
grant pg_read_all_settings to backup;

revoke connect on database billing, temporal, temporal_visibility from public;
grant connect on database billing to billing;
grant connect on database temporal, temporal_visibility to temporal;
