#!/usr/bin/env bash
# After `azd provision` and `azd up`: tells the app registration where people come back from signing in, waits until the control app answers, and subscribes its blob webhook to
# uploads. With private networking the deployment has done the latter over the queue.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export AZURE_EXTENSION_USE_DYNAMIC_INSTALL=yes_without_prompt
no() { printf 'postprovision: %s\n' "$*" >&2; exit 1; }
say() { printf 'postprovision: %s\n' "$*"; }
: "${AZURE_SUBSCRIPTION_ID:?run this through azd}" "${AZURE_RESOURCE_GROUP:?}" "${MEDQA_URL:?}" "${MEDQA_CONTROL_APP:?}" "${MEDQA_UPLOAD_TOPIC:?}" "${MEDQA_DATA_ACCOUNT:?}" "${MEDQA_DATA_ACCOUNT_ID:?}"

if [ "${ACCESS_MODE:-EntraId}" = EntraId ]; then
  back="$MEDQA_URL/.auth/login/aad/callback"
  bash infra/hooks/app-registration.sh redirect "${ENTRA_CLIENT_ID:?}" "$back" \
    || say "NOBODY CAN SIGN IN YET: have the owner of the app registration add the redirect address: az ad app update --id $ENTRA_CLIENT_ID --web-redirect-uris $back"
fi

if [ "${MEDQA_UPLOADS_BY_QUEUE:-false}" = true ]; then
  say "uploads are told over the queue; the service answers inside the network at $MEDQA_URL"
  exit 0
fi

# Roles need some minutes to spread on a first deployment; each try waits for the app as long as curl does.
say "waiting for $MEDQA_URL/healthz"
curl -fsS --retry 60 --retry-delay 10 --retry-all-errors --max-time 10 --output /dev/null "$MEDQA_URL/healthz" || no "the control app does not answer. Its log: az containerapp logs show --name $MEDQA_CONTROL_APP --resource-group $AZURE_RESOURCE_GROUP"

# The blob extension makes its key when the host first starts it.
key=$(az containerapp function keys show --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" --name "$MEDQA_CONTROL_APP" \
  --key-type systemKey --key-name blobs_extension --query value.value --output tsv) || no "cannot read the system key blobs_extension. Its command is in an extension: az extension add --name containerapp --upgrade"
[ -n "$key" ] || no "the control app has no system key blobs_extension: is its function OnBlobEvent on?"
code=$(KEY=$key node -p 'encodeURIComponent(process.env.KEY)')

# Through a file that only this user reads: arguments are seen by everyone on the machine.
parameters=$(mktemp)
trap 'rm -f "$parameters"' EXIT
cat > "$parameters" <<END
{
  "\$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {
    "topicName": { "value": "$MEDQA_UPLOAD_TOPIC" },
    "accountId": { "value": "$MEDQA_DATA_ACCOUNT_ID" },
    "webhookUrl": { "value": "$MEDQA_URL/runtime/webhooks/blobs?functionName=Host.Functions.OnBlobEvent&code=$code" }
  }
}
END
az deployment group create --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" --name medqa-upload-webhook \
  --template-file infra/upload-webhook.bicep --parameters "@$parameters" --output none
say "uploads to the container question-sets of $MEDQA_DATA_ACCOUNT become runs; the service answers at $MEDQA_URL"
