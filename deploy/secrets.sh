#!/bin/sh
# Makes the files of secrets that docker-compose.yml hands to the containers: random ones for what nobody outside needs to
# know, empty ones for what only you know. Files that are there stay as they are.
#
#   deploy/secrets.sh            into ./secrets
#   deploy/secrets.sh FOLDER     into another folder; set SECRETS_DIR to it
#
# The folder is closed to everybody else on this machine. The files in it can be read by all, because each container has
# a user of its own and sees only the files that it is given.
set -eu

folder="${1:-secrets}"
umask 077
mkdir -p "$folder"
chmod 700 "$folder"

keep() {
  if [ ! -e "$folder/$1" ]; then
    printf '%s' "$2" >"$folder/$1"
    echo "made   $folder/$1"
  fi
  chmod 644 "$folder/$1"
}

for name in postgres_password billing_password temporal_password backup_password grafana_password; do
  keep "$name" "$(openssl rand -hex 24)"
done
for name in api_key_pepper data_key telegram_webhook_secret; do
  keep "$name" "$(openssl rand -hex 32)"
done
keep payload_keys "k1:$(openssl rand -base64 32)"

# Without a line here nobody enters the Web UI; deploy/web-ui-user.sh adds one.
keep web_ui_users ''

# What only you know. An empty file is a secret that is not set.
for name in telegram_bot_token temporal_api_key otel_exporter_otlp_headers \
  robokassa_password_1 robokassa_password_2 robokassa_password_3 yookassa_secret_key stripe_secret_key \
  stripe_webhook_secrets paypal_secret cryptopay_token cloudpayments_api_secret; do
  keep "$name" ''
done

if [ ! -s "$folder/telegram_bot_token" ]; then
  echo "needed $folder/telegram_bot_token: the token that BotFather gave you"
fi
if [ ! -s "$folder/web_ui_users" ]; then
  echo "needed $folder/web_ui_users: deploy/web-ui-user.sh NAME"
fi
for name in tls_certificate tls_key; do
  if [ ! -s "$folder/$name" ]; then
    echo "needed $folder/$name: your certificate, or deploy/self-signed.sh HOST… for a trial"
  fi
done
