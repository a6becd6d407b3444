#!/usr/bin/env bash
# Before `azd provision` and `azd up`: describes the model, makes the app registration where none is given, makes the registry and builds in it each image whose sources have
# changed, and hands what it found out to the deployment through the azd environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
no() { printf 'preprovision: %s\n' "$*" >&2; exit 1; }
say() { printf 'preprovision: %s\n' "$*"; }
keep() { [ "${!1:-}" = "$2" ] || azd env set "$1" "$2"; }
for program in az azd curl dotnet node; do
  command -v "$program" > /dev/null || no "$program is needed and not installed: docs/deploy.md lists what a deployment needs."
done
: "${AZURE_ENV_NAME:?run this through azd}" "${AZURE_LOCATION:?choose a region: azd env set AZURE_LOCATION swedencentral}" "${AZURE_SUBSCRIPTION_ID:?choose a subscription: azd env set AZURE_SUBSCRIPTION_ID $(az account show --query id --output tsv)}"
az account show --subscription "$AZURE_SUBSCRIPTION_ID" --output none || no "the Azure CLI is not signed in to the subscription $AZURE_SUBSCRIPTION_ID: az login"

# The base image by its digest, as its registry has it now; one that is given stays.
# shellcheck disable=SC2016 # The variable is the Dockerfile's.
base=$(sed -n 's/^FROM \(mcr[^@]*\)@\${FUNCTIONS_HOST_DIGEST}$/\1/p' infra/docker/control.Dockerfile)
host=${FUNCTIONS_HOST_DIGEST:-}
if [ -n "$host" ]; then
  [[ $host =~ ^sha256:[0-9a-f]{64}$ ]] || no "FUNCTIONS_HOST_DIGEST is '$host', which is no digest (sha256: and 64 hexadecimal digits). To have it looked up: azd env set FUNCTIONS_HOST_DIGEST \"\""
else
  path=${base#*/}
  address="https://${base%%/*}/v2/${path%:*}/manifests/${path##*:}"
  give="To go on without asking: azd env set FUNCTIONS_HOST_DIGEST sha256:…, the digest of $base"
  headers=$(curl -fsSIL --retry 3 --max-time 60 --header 'Accept: application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json' \
    --header 'Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json' "$address") || no "$address does not answer, which says the digest of the base image. $give"
  host=$(tr -d '\r' <<< "$headers" | awk 'tolower($1) == "docker-content-digest:" { digest = $2 } END { print digest }')
  [[ $host =~ ^sha256:[0-9a-f]{64}$ ]] || no "$address answered without the digest of the base image. $give"
fi

# The model, as the repository's own command describes it. Where its folder is elsewhere, what the environment says of it stays.
model=${MODEL:-models/smollm2-135m-instruct}
if [ -d "$model" ] || [ -z "${MODEL_FINGERPRINT:-}" ]; then
  say "describing $model"
  description=$(dotnet run --project src/MedQA.Cli -c Release -- models describe "$model" --output json --quiet) || no "medqa models describe $model failed."
  read -r fingerprint context template embeddings < <(DESCRIPTION=$description node -e '
    const { fingerprint, contextLength, hasChatTemplate, givesEmbeddings } = JSON.parse(process.env.DESCRIPTION);
    if (!/^[0-9a-f]{64}$/.test(fingerprint) || !(contextLength > 0) || typeof hasChatTemplate !== "boolean" || typeof givesEmbeddings !== "boolean") process.exit(1);
    console.log(fingerprint, contextLength, hasChatTemplate, givesEmbeddings);') || no "medqa models describe $model did not say fingerprint, contextLength, hasChatTemplate and givesEmbeddings."
  keep MODEL_NAME "$(basename "$model")"
  keep MODEL_FINGERPRINT "$fingerprint"
  keep MODEL_CONTEXT_LENGTH "$context"
  keep MODEL_HAS_CHAT_TEMPLATE "$template"
  keep MODEL_GIVES_EMBEDDINGS "$embeddings"
else
  say "$model is not on this machine: its description in the environment stays"
fi

if [ "${ACCESS_MODE:-EntraId}" = EntraId ] && [ -z "${ENTRA_CLIENT_ID:-}" ]; then
  client=$(bash infra/hooks/app-registration.sh make "medqa-$AZURE_ENV_NAME")
  keep ENTRA_CLIENT_ID "$client"
fi

group=rg-$AZURE_ENV_NAME
az group create --subscription "$AZURE_SUBSCRIPTION_ID" --name "$group" --location "$AZURE_LOCATION" --tags "azd-env-name=$AZURE_ENV_NAME" --output none
mapfile -t made < <(az deployment group create --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$group" --name medqa-registry \
  --template-file infra/modules/registry.bicep --parameters "skuName=${REGISTRY_SKU:-Standard}" "tags={\"azd-env-name\":\"$AZURE_ENV_NAME\"}" \
  --query '[properties.outputs.name.value, properties.outputs.loginServer.value]' --output tsv)
registry=${made[0]:-} server=${made[1]:-}
[ -n "$server" ] || no "the registry was not made."

digest_of() { az acr repository show --subscription "$AZURE_SUBSCRIPTION_ID" --name "$registry" --image "$1" --query digest --output tsv; }

# image NAME ARGUMENT=VALUE…: prints an image of these sources by its digest. Its tag is the hash of its sources: where the registry has it, nothing is built.
image() {
  local tag name digest argument arguments=()
  tag=$(node infra/hooks/image-sources.mjs "infra/docker/$1.Dockerfile" "${@:2}") || return
  name=medqa-$1:$tag
  if digest=$(digest_of "$name" 2> /dev/null) && [ -n "$digest" ]; then
    say "the image of the $1 app is that of these sources" >&2
  else
    say "building the image of the $1 app" >&2
    for argument in "${@:2}"; do
      arguments+=(--build-arg "$argument")
    done
    az acr build --subscription "$AZURE_SUBSCRIPTION_ID" --registry "$registry" --platform linux/amd64 --timeout 5400 --image "$name" --file "infra/docker/$1.Dockerfile" \
      "${arguments[@]}" . >&2 || return
    digest=$(digest_of "$name") || return
  fi
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { say "the registry does not say the digest of $name." >&2; return 1; }
  printf '%s/medqa-%s@%s' "$server" "$1" "$digest"
}
inside=${MODEL_IN_IMAGE:-$model}
[ -d "$inside" ] || no "the folder '$inside', which is to be put into the inference image, is not here. For a model that workers fetch: azd env set MODEL_IN_IMAGE infra/docker/no-model"
control=$(image control "FUNCTIONS_HOST_DIGEST=$host") || no "the control app has no image."
keep CONTROL_IMAGE "$control"
inference=$(image inference "FUNCTIONS_HOST_DIGEST=$host" "MODEL=$inside") || no "the inference app has no image."
keep INFERENCE_IMAGE "$inference"
