#!/usr/bin/env bash
# The app registration of the sign-in.
#   app-registration.sh make NAME          finds or makes it with its roles, gives whoever is signed in the role Admin, and prints its application id
#   app-registration.sh redirect ID URI    adds an address at which people come back from signing in
# What it did is told on the standard error output.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
say() { printf 'app-registration: %s\n' "$*" >&2; }
no() { say "$*"; exit 1; }
instead="Have somebody make one who may (docs/deploy.md, An app registration), then: azd env set ENTRA_CLIENT_ID <application id>. Without Entra ID: azd env set ACCESS_MODE Keys"

# open_to_command_line ID GRAPH: a scope, and the Azure CLI as a program that may ask for it, so that `az account get-access-token --resource api://ID` gives a token for the service.
open_to_command_line() {
  local allowed scope='{
    "id": "5b0d2a52-0d5f-4c5c-9f0e-0c7b5f1c0004", "value": "user_impersonation", "type": "User", "isEnabled": true,
    "adminConsentDisplayName": "Use MedQA", "adminConsentDescription": "Calls MedQA in the name of whoever is signed in",
    "userConsentDisplayName": "Use MedQA", "userConsentDescription": "Calls MedQA in your name" }'
  # The scope must stand before a program is allowed to ask for it.
  for allowed in '[]' '[{ "appId": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "delegatedPermissionIds": ["5b0d2a52-0d5f-4c5c-9f0e-0c7b5f1c0004"] }]'; do
    cat > "$body" <<END
{ "identifierUris": ["api://$1"], "api": { "requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [$scope], "preAuthorizedApplications": $allowed } }
END
    az rest --method PATCH --url "$2/v1.0/applications(appId='$1')" --headers Content-Type=application/json --body "@$body" --output none || return
  done
}

make() {
  local name=$1 listed client graph service person admin given found=()
  listed=$(az ad app list --display-name "$name" --query "[?displayName=='$name'].appId" --output tsv) || no "cannot look for the app registration $name in the directory. $instead"
  [ -z "$listed" ] || mapfile -t found <<< "$listed"
  case ${#found[@]} in
    0)
      say "making the app registration $name"
      client=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --enable-id-token-issuance true --app-roles @app-roles.json --query appId --output tsv) \
        || no "cannot make the app registration $name: your directory may leave that to administrators. $instead"
      ;;
    1)
      client=${found[0]}
      say "taking the app registration $name, $client"
      ;;
    *) no "the directory has ${#found[@]} app registrations of the name $name. Choose one: azd env set ENTRA_CLIENT_ID <application id>" ;;
  esac
  admin=$(az ad app show --id "$client" --query "appRoles[?value=='Admin' && isEnabled].id | [0]" --output tsv)
  [ -n "$admin" ] || no "the app registration $name has no app role Admin: az ad app update --id $client --app-roles @infra/hooks/app-roles.json"
  az ad sp show --id "$client" --output none 2> /dev/null || az ad sp create --id "$client" --output none || no "cannot make the enterprise application of $client. $instead"

  graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
  graph=${graph%/}
  open_to_command_line "$client" "$graph" || say "the Azure CLI gets no tokens for the service: people can sign in, and commands cannot. Expose an API api://$client with a scope, and allow the Azure CLI to ask for it."

  service=$(az ad sp show --id "$client" --query id --output tsv)
  person=$(az ad signed-in-user show --query id --output tsv 2> /dev/null) || person=
  if [ -z "$person" ]; then
    say "no person is signed in, so nobody has the role Admin yet: give people the roles under Enterprise applications, $name, Users and groups"
  else
    given=$(az rest --method GET --url "$graph/v1.0/users/$person/appRoleAssignments" --query "length(value[?resourceId=='$service' && appRoleId=='$admin'])" --output tsv) || given=
    if [ "${given:-0}" = 0 ]; then
      printf '{ "principalId": "%s", "resourceId": "%s", "appRoleId": "%s" }' "$person" "$service" "$admin" > "$body"
      if az rest --method POST --url "$graph/v1.0/servicePrincipals/$service/appRoleAssignedTo" --headers Content-Type=application/json --body "@$body" --output none; then
        say "you have the role Admin; give other people theirs under Enterprise applications, $name, Users and groups"
      else
        say "you could not be given the role Admin: have somebody do it under Enterprise applications, $name, Users and groups"
      fi
    fi
  fi
  printf '%s\n' "$client"
}

redirect() {
  local listed uri known=()
  listed=$(az ad app show --id "$1" --query web.redirectUris --output tsv) || no "cannot read the app registration $1."
  [ -z "$listed" ] || mapfile -t known <<< "$listed"
  for uri in "${known[@]}"; do
    [ "$uri" != "$2" ] || return 0
  done
  az ad app update --id "$1" --enable-id-token-issuance true --web-redirect-uris "${known[@]}" "$2" --output none
  say "people come back to $2"
}

body=$(mktemp)
trap 'rm -f "$body"' EXIT
case "${1:-} $#" in
  'make 2') make "$2" ;;
  'redirect 3') redirect "$2" "$3" ;;
  *) no "takes: make NAME, or redirect ID URI" ;;
esac
