#!/usr/bin/env bash
# Checks a deployment from outside, after `azd up`: bash infra/check.sh
# It starts two small runs, which costs some minutes of a GPU, and deletes them. Every line is a check; the last is "N passed, N failed", and the exit code is 0 where none failed.
#   MEDQA_CHECK_MINUTES   the longest wait for a run, for logs and for the workers to end (30)
#   MEDQA_CHECK_PAUSE     seconds between two looks (10)
# It needs az (signed in), azd, curl and node, the role Admin of the service, and for uploads and rows Storage Blob Data Contributor on the container question-sets and Storage Table
# Data Reader on the data account. With private networking run it inside the network.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
[ -n "${MEDQA_URL:-}" ] || { set -a; eval "$(azd env get-values)"; set +a; }
: "${MEDQA_URL:?no environment of azd here: azd env select NAME}" "${AZURE_SUBSCRIPTION_ID:?}" "${AZURE_RESOURCE_GROUP:?}" "${MEDQA_DATA_ACCOUNT:?}" "${MEDQA_CONTROL_APP:?}" "${MEDQA_INFERENCE_APP:?}" "${MEDQA_UPLOAD_TOPIC:?}"
export AZURE_EXTENSION_USE_DYNAMIC_INSTALL=yes_without_prompt
mode=${ACCESS_MODE:-EntraId} minutes=${MEDQA_CHECK_MINUTES:-30} pause=${MEDQA_CHECK_PAUSE:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # check NAME COMMAND…
  local name=$1 told
  shift
  if told=$("$@" 2>&1); then
    passed=$((passed + 1))
    printf 'passed: %s\n' "$name"
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$name"
    [ -z "$told" ] || printf '        %s\n' "${told:0:600}"
  fi
}
waits() { # waits COMMAND…: until it succeeds, for as long as MEDQA_CHECK_MINUTES
  local end=$((SECONDS + 60 * minutes))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || { echo "still not so after $minutes minutes"; return 1; }
    sleep "$pause"
  done
}
# status PATH CURL-ARGUMENT…: the status of an answer; its body is then in $work/body and its headers in $work/headers.
status() { curl --silent --max-time 120 --path-as-is --output "$work/body" --dump-header "$work/headers" --write-out '%{http_code}' "${@:2}" "$MEDQA_URL$1"; }
known() { status "$1" --header "@$work/credentials" "${@:2}"; }
# body EXPRESSION: of the last answer, as JSON named `it`.
body() { node -e 'const it = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")); const value = eval(process.argv[2]); if (value === undefined) process.exit(1); console.log(value);' "$work/body" "$1"; }
answers() { # answers STATUS PATH CURL-ARGUMENT…
  local got
  got=$(known "${@:2}")
  [ "$got" = "$1" ] || { echo "$2 answered $got, not $1: $(head -c 300 "$work/body")"; return 1; }
}
azure() { az "$@" --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP"; }

# Credentials go through a file that only this user reads: arguments are seen by everyone.
if [ "$mode" = Keys ]; then
  printf 'x-medqa-key: %s\n' "${ADMIN_KEY:?}" > "$work/credentials"
elif token=$(az account get-access-token --resource "api://${ENTRA_CLIENT_ID:?}" --query accessToken --output tsv); then
  printf 'Authorization: Bearer %s\n' "$token" > "$work/credentials"
else
  echo 'FAILED: the Azure CLI gets a token for the service'
  failed=$((failed + 1))
  : > "$work/credentials"
fi

# Who is let in.
healthy() { [ "$(status /healthz)" = 200 ] && [ "$(body it.status)" = ok ]; }
check 'the service is well' healthy
asks() { # asks PATH: whether it answers somebody unknown with a sign-in or a refusal of a caller
  local got
  got=$(status "$1")
  case $got in
    401 | 403) ;;
    302) grep -qi '^location:.*\(login\|\.auth\)' "$work/headers" ;;
    *) echo "$1 answered $got"; return 1 ;;
  esac
}
check 'somebody unknown is asked to sign in' asks /api/runs
check 'the sign-in does not leave out what only begins like a page of raters' asks /api/runs?from=/rate
# What the sign-in writes about an Admin, written by somebody else: it must count on no path, also not on one that the sign-in leaves out.
printf 'X-MS-CLIENT-PRINCIPAL: %s\n' "$(printf '{"auth_typ":"aad","claims":[{"typ":"roles","val":"Admin"}]}' | base64 | tr -d '\n')" > "$work/forged"
refuses() { # refuses TARGET: whether a raw target gets nothing from somebody unknown, who may also say that the sign-in knows them
  local got
  for got in "$(status "$1")" "$(status "$1" --header "@$work/forged")"; do
    case $got in
      2??) echo "$1 answered $got"; return 1 ;;
      000) echo "no answer to $1"; return 1 ;;
    esac
  done
}
for target in /api/runs /rate/../api/runs /rate/%2e%2e/api/runs /rate/%252e%252e/api/runs /api/rating/../runs /api/rating/%2e%2e/runs /api/rating/%252e%252e/runs /healthz/../api/runs; do
  check "$target is refused" refuses "$target"
done
opens() { [ "$(status /rate)" = 200 ] && [ "$(status /rate/rate.js)" = 200 ]; }
check 'a rater gets the page without signing in' opens
link() { # The app itself refuses, with a problem: no redirect of the sign-in.
  case $(status /api/rating) in
    401 | 403 | 404) body it.type > /dev/null ;;
    *) return 1 ;;
  esac
}
check 'the routes of raters ask for the secret of a link' link
if [ "$mode" = EntraId ]; then
  check 'excluded paths are exact: another file below /rate asks for sign-in' asks /rate/app.js
fi

# What the image has in it.
rubrics() { answers 200 /api/rubrics && [ "$(body it.length)" -gt 0 ]; }
check 'the rubrics are there' rubrics
profiles() { answers 200 /api/profiles && [ "$(body '(it.profiles ?? it).length')" -gt 0 ]; }
check 'the profiles are there' profiles
too_large() {
  local got
  head -c $((101 << 20)) /dev/zero > "$work/large"
  got=$(known '/api/runs?name=large.csv' --request POST --header 'Content-Type: text/csv' --upload-file "$work/large")
  rm "$work/large"
  [ "$got" = 413 ] || { echo "101 MiB were answered with $got"; return 1; }
  body it.title > /dev/null
}
check 'an upload that is too large is refused with a reason' too_large

# How it is deployed.
replicas() { azure containerapp replica list --name "$1" --query 'length(@)' --output tsv; }
all_there() {
  local count
  count=$(replicas "$MEDQA_CONTROL_APP")
  [ "$count" = "${CONTROL_REPLICAS:-1}" ] || { echo "it has $count"; return 1; }
}
check "the control app has ${CONTROL_REPLICAS:-1} replicas" all_there
hostname_set() {
  local told
  told=$(azure containerapp show --name "$MEDQA_CONTROL_APP" --query "join(' ', [properties.template.containers[0].env[?name=='WEBSITE_HOSTNAME'].value | [0], properties.configuration.ingress.fqdn])" --output tsv)
  if [ -z "$told" ] || [ "${told% *}" != "${told#* }" ]; then
    echo "WEBSITE_HOSTNAME and the app's name are '$told'"
    return 1
  fi
}
check 'the host knows its own address' hostname_set
data_account() { # data_account APP: its triggers' connection leads to the data account, and no setting stands in front of it
  local told
  told=$(azure containerapp show --name "$1" --query "properties.template.containers[0].env[?name=='MedQAData__queueServiceUri'].value | [0]" --output tsv)
  [[ $told = "https://$MEDQA_DATA_ACCOUNT.queue."* ]] || { echo "MedQAData__queueServiceUri of $1 is '$told'"; return 1; }
  told=$(azure containerapp show --name "$1" --query "length(properties.template.containers[0].env[?starts_with(name, 'AzureWebJobsMedQAData')])" --output tsv)
  [ "$told" = 0 ] || { echo "a setting AzureWebJobsMedQAData… of $1 stands in front of MedQAData"; return 1; }
}
check 'the triggers of the control app listen on the data account' data_account "$MEDQA_CONTROL_APP"
check 'the triggers of the inference app listen on the data account' data_account "$MEDQA_INFERENCE_APP"
if [ "${MEDQA_UPLOADS_BY_QUEUE:-false}" != true ]; then
  subscribed() { [ "$(azure eventgrid system-topic event-subscription show --name uploads --system-topic-name "$MEDQA_UPLOAD_TOPIC" --query provisioningState --output tsv)" = Succeeded ]; }
  check 'Event Grid tells the app of uploads' subscribed
fi

# Two runs: one uploaded over HTTP, one put into the container. Each set is new, so that it is a run of its own.
stamp=$(date -u +%Y%m%d%H%M%S)-$$
make_set() { # make_set NAME
  {
    echo 'id,question,option_a,option_b,option_c,option_d,answer'
    echo "$1-1,Which vitamin is missing in scurvy?,Vitamin A,Vitamin B12,Vitamin C,Vitamin D,C"
    echo "$1-2,Which organ makes insulin?,The liver,The pancreas,The spleen,The kidney,B"
    echo "$1-3,Which part of the blood carries oxygen?,Platelets,Plasma,White cells,Red cells,D"
  } > "$work/$1.csv"
}
make_set "check-http-$stamp"
make_set "check-blob-$stamp"
state_of() { [ "$(known "/api/runs/$1")" = 200 ] && body it.state; }
ended() { case $(state_of "$1") in completed | completedWithFailures | cancelled | rejected | failed) ;; *) return 1 ;; esac; }
http_run='' blob_run=''
upload() {
  local got
  got=$(known "/api/runs?name=check-http-$stamp.csv&profile=few-shot" --request POST --header 'Content-Type: text/csv' --data-binary "@$work/check-http-$stamp.csv")
  [ "$got" = 202 ] || { echo "the upload was answered with $got: $(head -c 300 "$work/body")"; return 1; }
  body it.run > "$work/http-run"
}
check 'a set that is uploaded over HTTP is taken' upload
[ ! -s "$work/http-run" ] || http_run=$(< "$work/http-run")
to_container() {
  az storage blob upload --auth-mode login --only-show-errors --account-name "$MEDQA_DATA_ACCOUNT" --container-name question-sets --name "check-blob-$stamp.csv" --file "$work/check-blob-$stamp.csv" --output none
}
check 'a set is put into the container (else: Storage Blob Data Contributor on question-sets)' to_container
appears() { [ "$(known '/api/runs?take=50')" = 200 ] && body "it.runs.find(run => run.name.includes('check-blob-$stamp'))?.run" > "$work/blob-run" 2> /dev/null; }
check 'it becomes a run' waits appears
[ ! -s "$work/blob-run" ] || blob_run=$(< "$work/blob-run")

workers() { replicas "$MEDQA_INFERENCE_APP"; }
ended_and_count() {
  local now
  now=$(workers)
  [ "${now:-0}" -le "$(< "$work/most")" ] || echo "$now" > "$work/most"
  ended "$1"
}
echo 0 > "$work/most"
finished() { # finished RUN
  [ -n "$1" ] || { echo 'there is no such run'; return 1; }
  waits ended_and_count "$1" || { echo "the run $1 is $(state_of "$1")"; return 1; }
  [ "$(state_of "$1")" = completed ] || { echo "the run $1 is $(state_of "$1"): $(body it.reason)"; return 1; }
}
check 'the run over HTTP is completed' finished "$http_run"
check 'the run out of the container is completed' finished "$blob_run"
came() { [ "$(< "$work/most")" -ge 1 ]; }
check 'a GPU worker has come for them' came
all_answers() { answers 200 "/api/runs/$1/answers" && [ "$(body it.answers.length)" = 3 ]; }
check 'their answers can be read' all_answers "$http_run"
scores() { answers 200 "/api/runs/$1/report" --header 'Accept: application/json' && [ "$(body 'it.accuracy.scored')" = 3 ]; }
check 'their scores can be read over HTTP' scores "$http_run"
rows() { # rows TABLE FILTER LEAST
  local count
  count=$(az storage entity query --auth-mode login --only-show-errors --account-name "$MEDQA_DATA_ACCOUNT" --table-name "$1" --filter "$2" --query 'length(items)' --output tsv) || return
  [ "${count:-0}" -ge "$3" ] || { echo "$1 has $count rows"; return 1; }
}
check 'rows of answers are in the table (else: Storage Table Data Reader on the data account)' rows Answers "PartitionKey ge '$http_run' and PartitionKey lt '$http_run~'" 3
check 'rows of scores are in the table' rows Scores "PartitionKey ge '$http_run' and PartitionKey lt '$http_run~'" 1

# What people see of it.
workspace=$(azure monitor log-analytics workspace list --query '[0].customerId' --output tsv)
logged() { [ "$(az monitor log-analytics query --workspace "$workspace" --analytics-query "$1 | take 1 | count" --query '[0].Count' --output tsv 2> /dev/null)" = 1 ]; }
check 'the logs of the containers arrive' waits logged 'ContainerAppConsoleLogs | where TimeGenerated > ago(1h)'
check "the app's own logs arrive and name the run" waits logged "AppTraces | where TimeGenerated > ago(1h) and (Message has '$http_run' or tostring(Properties) has '$http_run')"
check 'traces arrive' waits logged 'union AppRequests, AppDependencies | where TimeGenerated > ago(1h)'

for run in $http_run $blob_run; do
  check "the run $run is deleted" answers 202 "/api/runs/$run" --request DELETE
done
few() { [ "$(workers)" -le "${MIN_WORKERS:-0}" ]; }
check "the workers end at ${MIN_WORKERS:-0} when nothing waits" waits few

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
