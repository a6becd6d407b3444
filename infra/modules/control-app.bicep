// The control app: takes uploads, splits them, advances runs, answers HTTP. Its number of replicas is fixed, above zero: the platform does not scale Durable Functions on
// Azure Storage, and no run may wait for a wake-up that was lost.

import { setting, storageEndpoints } from 'function-app.bicep'

@description('Name of the app.')
param appName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Resource id of the environment.')
param environmentId string

@description('Domain of the environment; the app answers at its name below it.')
param defaultDomain string

@description('Resource id of the app\'s identity.')
param identityId string

@description('Client id of the app\'s identity.')
param clientId string

@description('Host name of the registry.')
param registryServer string

@description('The image, by digest.')
param image string

@description('Replicas, always this many.')
@minValue(1)
param replicas int

@description('The data account.')
param dataEndpoints storageEndpoints

@description('The app\'s own host account.')
param hostEndpoints storageEndpoints

@description('Application Insights.')
param insightsConnectionString string

@description('Settings of the model that the workers answer with.')
param modelSettings setting[]

@description('Settings of runs: profiles, batches and limits.')
param runSettings setting[]

@description('Whether uploads are told by Event Grid over the queue of uploads instead of the webhook.')
param uploadsByQueue bool

@description('Who may call: EntraId (the platform signs people in; their app roles decide) or Keys (a secret per role).')
@allowed([
  'EntraId'
  'Keys'
])
param accessMode string

@description('Application (client) id of the app registration; for EntraId.')
param entraClientId string

@description('Key of the role Reader; for Keys.')
@secure()
param readerKey string

@description('Key of the role Runner; for Keys.')
@secure()
param runnerKey string

@description('Key of the role Admin; for Keys.')
@secure()
param adminKey string

@description('Where notices of ended runs may be sent; empty for nowhere.')
@secure()
param noticeAddresses string

@description('Secret that signs notices.')
@secure()
param noticeSecret string

@description('Whether notices of ended runs are sent.')
param sendNotices bool

var keys = accessMode == 'Keys'

var settings = concat(
  [
    { name: 'Access__Mode', value: accessMode }
    // The dashboard is at the root.
    { name: 'AzureWebJobsDisableHomepage', value: 'true' }
    // The host knows its address from here, and makes the webhooks of its extensions of it: without one no function with a durable client runs, and Event Grid has nobody to call.
    // Written from parts: the app's own FQDN is known only when the app is made.
    { name: 'WEBSITE_HOSTNAME', value: '${appName}.${defaultDomain}' }
    // Far above the largest question set that the app takes (100 MiB), so that it is the app that refuses a larger one and says why.
    { name: 'FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', value: '1073741824' }
    // Exactly one source of uploads; the polling trigger is for the emulator.
    { name: 'AzureWebJobs_OnBlobFound_Disabled', value: 'true' }
    { name: 'AzureWebJobs_OnBlobEvent_Disabled', value: uploadsByQueue ? 'true' : 'false' }
    { name: 'AzureWebJobs_OnUploadMessage_Disabled', value: uploadsByQueue ? 'false' : 'true' }
  ],
  modelSettings,
  runSettings
)

var secretSettings = concat(
  keys
    ? [
        { name: 'Access__ReaderKey', secretRef: 'reader-key' }
        { name: 'Access__RunnerKey', secretRef: 'runner-key' }
        { name: 'Access__AdminKey', secretRef: 'admin-key' }
      ]
    : [],
  sendNotices
    ? [
        { name: 'Notices__Addresses', secretRef: 'notice-addresses' }
        { name: 'Notices__Secret', secretRef: 'notice-secret' }
      ]
    : []
)

module app 'function-app.bicep' = {
  params: {
    appName: appName
    location: location
    tags: tags
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    identityId: identityId
    clientId: clientId
    registryServer: registryServer
    image: image
    cpu: '1.0'
    memory: '2Gi'
    external: true
    minReplicas: replicas
    maxReplicas: replicas
    dataEndpoints: dataEndpoints
    hostEndpoints: hostEndpoints
    insightsConnectionString: insightsConnectionString
    settings: settings
    secretSettings: secretSettings
    secrets: concat(
      keys
        ? [
            { name: 'reader-key', value: readerKey }
            { name: 'runner-key', value: runnerKey }
            { name: 'admin-key', value: adminKey }
          ]
        : [],
      sendNotices
        ? [
            { name: 'notice-addresses', value: noticeAddresses }
            { name: 'notice-secret', value: noticeSecret }
          ]
        : []
    )
  }
}

resource existingApp 'Microsoft.App/containerApps@2025-07-01' existing = {
  name: appName
}

// The app believes the header that this sign-in sets, so the sign-in must stand wherever the mode is EntraId.
resource signIn 'Microsoft.App/containerApps/authConfigs@2025-07-01' = if (accessMode == 'EntraId') {
  parent: existingApp
  name: 'current'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      unauthenticatedClientAction: 'RedirectToLoginPage'
      redirectToProvider: 'azureactivedirectory'
      // Event Grid comes with the key of the blob extension, probes with nothing, and raters with the secret of their link; none of these paths reads the header.
      // Each is written out: a wildcard would also let through what only begins as it does, such as /rate/../api/runs.
      excludedPaths: [
        '/healthz'
        '/rate'
        '/rate/clicks.js'
        '/rate/dom.js'
        '/rate/icon.svg'
        '/rate/rate.css'
        '/rate/rate.js'
        '/rate/styles.css'
        '/api/rating'
        '/api/rating/clicks'
        '/api/rating/consent'
        '/api/rating/stop'
        '/api/rating/submit'
        '/runtime/webhooks/blobs'
      ]
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: entraClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [
            entraClientId
            'api://${entraClientId}'
          ]
        }
      }
    }
  }
  dependsOn: [
    app
  ]
}

@description('Host name of the app.')
output fqdn string = app.outputs.fqdn
