#!/bin/sh
# Makes a certificate for a trial, which browsers warn of and payment providers refuse:
#
#   deploy/self-signed.sh billing.example.com temporal.example.com codec.example.com grafana.example.com
#
# A real one replaces the same two files: tls_certificate (the whole chain) and tls_key.
set -eu

if [ "$#" -eq 0 ]; then
  echo "usage: $0 HOST…" >&2
  exit 2
fi
folder="${SECRETS_DIR:-secrets}"
names=""
for host in "$@"; do
  names="$names${names:+,}DNS:$host"
done

umask 077
mkdir -p "$folder"
rm -f "$folder/tls_key" "$folder/tls_certificate"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$1" \
  -addext "subjectAltName=$names" -keyout "$folder/tls_key" -out "$folder/tls_certificate" 2>/dev/null
chmod 644 "$folder/tls_key" "$folder/tls_certificate"
echo "made   $folder/tls_certificate and $folder/tls_key for $*"
