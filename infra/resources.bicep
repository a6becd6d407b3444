// Everything in the resource group, and who may do what with it.

import { roles } from 'modules/roles.bicep'
import { model, access, limits, network, budget } from 'types.bicep'

@description('Base of the names: lower-case letters, digits and hyphens.')
param name string

@description('Region; GPU profiles are in few regions.')
param location string

@description('Tags of everything.')
param tags object

@description('Image of the control app, by digest.')
param controlImage string

@description('Image of the inference app, by digest.')
param inferenceImage string

@description('The model that the workers answer with.')
param answering model

@description('Who may call.')
param caller access

@description('Key of the role Reader.')
@secure()
param readerKey string

@description('Key of the role Runner.')
@secure()
param runnerKey string

@description('Key of the role Admin.')
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

@description('What runs may ask for.')
param runs limits

@description('Type of the GPU profile.')
param gpuProfileType string

@description('Fewest workers.')
param minWorkers int

@description('Most workers.')
param maxWorkers int

@description('Replicas of the control app.')
param controlReplicas int

@description('The network.')
param networking network

@description('Tier of the registry.')
param registrySku string

@description('Redundancy of the data account.')
param dataSku string

@description('Days after which a run\'s blobs become cool; 0 for never.')
param coolRunsDays int

@description('Most gigabytes of logs a day.')
param logsDailyQuotaGb int

@description('The budget.')
param spending budget

@description('Object id of a person or group that may upload question sets straight to the storage; empty for nobody.')
param uploaderPrincipalId string

@description('Kind of that principal.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param uploaderPrincipalType string

var token = uniqueString(resourceGroup().id)
var dataAccountName = 'medqadata${token}'
var registryName = 'medqa${token}'
var controlAppName = 'medqa-control'
var inferenceAppName = 'medqa-inference'
var fetchesModel = !empty(answering.sha256sums)
var modelSettings = [
  { name: 'Model__Name', value: answering.name }
  { name: 'Model__Fingerprint', value: answering.fingerprint }
  { name: 'Model__ContextLength', value: string(answering.contextLength) }
  { name: 'Model__HasChatTemplate', value: answering.hasChatTemplate ? 'true' : 'false' }
  { name: 'Model__GivesEmbeddings', value: answering.givesEmbeddings ? 'true' : 'false' }
]
var runSettings = concat(
  [
    { name: 'Split__DefaultProfile', value: runs.defaultProfile }
    { name: 'Split__TokensPerSecond', value: string(runs.tokensPerSecond) }
  ],
  runs.maxQuestions > 0 ? [{ name: 'Limits__MaxQuestions', value: string(runs.maxQuestions) }] : [],
  runs.maxGeneratedTokens > 0 ? [{ name: 'Limits__MaxGeneratedTokens', value: string(runs.maxGeneratedTokens) }] : [],
  runs.maxComputeHours > 0 ? [{ name: 'Limits__MaxComputeHours', value: string(runs.maxComputeHours) }] : [],
  runs.maxGeneratedTokensPerDay > 0 ? [{ name: 'Limits__MaxGeneratedTokensPerDay', value: string(runs.maxGeneratedTokensPerDay) }] : [],
  runs.maxComputeHoursPerDay > 0 ? [{ name: 'Limits__MaxComputeHoursPerDay', value: string(runs.maxComputeHoursPerDay) }] : [],
  runs.maxGeneratedTokensPerCallerPerDay > 0
    ? [{ name: 'Limits__MaxGeneratedTokensPerCallerPerDay', value: string(runs.maxGeneratedTokensPerCallerPerDay) }]
    : [],
  runs.maxComputeHoursPerCallerPerDay > 0
    ? [{ name: 'Limits__MaxComputeHoursPerCallerPerDay', value: string(runs.maxComputeHoursPerCallerPerDay) }]
    : [],
  runs.keepRunsDays > 0 ? [{ name: 'Retention__RunDays', value: string(runs.keepRunsDays) }] : [],
  runs.keepUploadsDays > 0 ? [{ name: 'Retention__UploadDays', value: string(runs.keepUploadsDays) }] : []
)

// Identities, one per app.

resource controlIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${controlAppName}'
  location: location
  tags: tags
}

resource inferenceIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${inferenceAppName}'
  location: location
  tags: tags
}

// Data, and the roles on it.

module data 'modules/storage.bicep' = {
  params: {
    accountName: dataAccountName
    location: location
    tags: tags
    skuName: dataSku
    coolRunsDays: coolRunsDays
    privateNetworking: networking.private
    withModels: fetchesModel
  }
}

module controlDataRoles 'modules/data-roles.bicep' = {
  params: {
    accountName: dataAccountName
    principalId: controlIdentity.properties.principalId
    principalName: controlIdentity.id
    containerGrants: [
      // Uploads over HTTP are stored here, and a deleted run takes what the service itself stored.
      { on: 'question-sets', role: roles.blobDataContributor }
      { on: 'runs', role: roles.blobDataContributor }
      { on: 'studies', role: roles.blobDataContributor }
      // What a profile's prefix is; the workers fetch its numbers.
      { on: 'prefixes', role: roles.blobDataReader }
    ]
    queueGrants: [
      // It sends batches and counts what waits; it never takes one.
      { on: 'question-batches', role: roles.queueDataMessageSender }
      { on: 'question-batches', role: roles.queueDataReader }
      { on: 'question-batches-poison', role: roles.queueDataContributor }
      { on: 'question-batches-poison-poison', role: roles.queueDataContributor }
      { on: 'advance', role: roles.queueDataContributor }
      { on: 'advance-poison', role: roles.queueDataContributor }
      { on: 'uploads', role: roles.queueDataContributor }
      { on: 'uploads-poison', role: roles.queueDataContributor }
      { on: 'uploads-poison-poison', role: roles.queueDataContributor }
      { on: 'webjobs-blobtrigger-poison', role: roles.queueDataContributor }
      { on: 'webjobs-blobtrigger-poison-poison', role: roles.queueDataContributor }
    ]
    tableGrants: [
      { on: 'Runs', role: roles.tableDataContributor }
      { on: 'Batches', role: roles.tableDataContributor }
      { on: 'Answers', role: roles.tableDataContributor }
      { on: 'Scores', role: roles.tableDataContributor }
      { on: 'Ratings', role: roles.tableDataContributor }
    ]
  }
  dependsOn: [
    data
  ]
}

module inferenceDataRoles 'modules/data-roles.bicep' = {
  params: {
    accountName: dataAccountName
    principalId: inferenceIdentity.properties.principalId
    principalName: inferenceIdentity.id
    containerGrants: concat(
      [
        { on: 'runs', role: roles.blobDataContributor }
        { on: 'prefixes', role: roles.blobDataReader }
      ],
      fetchesModel ? [{ on: 'models', role: roles.blobDataReader }] : []
    )
    queueGrants: [
      // Contributor, not Message Processor: a message that is given back or moved to the poison queue is written.
      { on: 'question-batches', role: roles.queueDataContributor }
      { on: 'question-batches-poison', role: roles.queueDataContributor }
      { on: 'advance', role: roles.queueDataMessageSender }
    ]
    tableGrants: [
      { on: 'Runs', role: roles.tableDataReader }
      { on: 'Batches', role: roles.tableDataContributor }
    ]
  }
  dependsOn: [
    data
  ]
}

// Writing to question-sets is the right to spend GPU time.
module uploaderRoles 'modules/data-roles.bicep' = if (!empty(uploaderPrincipalId)) {
  params: {
    accountName: dataAccountName
    principalId: uploaderPrincipalId
    principalName: uploaderPrincipalId
    principalType: uploaderPrincipalType
    containerGrants: [
      { on: 'question-sets', role: roles.blobDataContributor }
    ]
  }
  dependsOn: [
    data
  ]
}

// The hosts' own accounts.

module controlHost 'modules/host-storage.bicep' = {
  params: {
    accountName: 'medqactl${token}'
    location: location
    tags: tags
    principalId: controlIdentity.properties.principalId
    principalName: controlIdentity.id
    withQueues: true
    privateNetworking: networking.private
  }
}

module inferenceHost 'modules/host-storage.bicep' = {
  params: {
    accountName: 'medqainf${token}'
    location: location
    tags: tags
    principalId: inferenceIdentity.properties.principalId
    principalName: inferenceIdentity.id
    withQueues: false
    privateNetworking: networking.private
  }
}

// The network of a private deployment.

module vnet 'modules/network.bicep' = if (networking.private) {
  params: {
    name: name
    location: location
    tags: tags
    addressPrefix: networking.addressPrefix
    services: ['blob', 'queue', 'table']
  }
}

module dataEndpoints 'modules/private-endpoints.bicep' = if (networking.private) {
  params: {
    accountName: 'data'
    accountId: data.outputs.id
    location: location
    tags: tags
    subnetId: vnet.?outputs.endpointsSubnetId ?? ''
    services: ['blob', 'queue', 'table']
  }
}

module controlHostEndpoints 'modules/private-endpoints.bicep' = if (networking.private) {
  params: {
    accountName: 'control'
    accountId: controlHost.outputs.id
    location: location
    tags: tags
    subnetId: vnet.?outputs.endpointsSubnetId ?? ''
    services: ['blob', 'queue', 'table']
  }
}

module inferenceHostEndpoints 'modules/private-endpoints.bicep' = if (networking.private) {
  params: {
    accountName: 'inference'
    accountId: inferenceHost.outputs.id
    location: location
    tags: tags
    subnetId: vnet.?outputs.endpointsSubnetId ?? ''
    services: ['blob', 'table']
  }
}

// What the apps stand on.

module monitoring 'modules/monitoring.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    dailyQuotaGb: logsDailyQuotaGb
  }
}

module registry 'modules/registry.bicep' = {
  params: {
    registryName: registryName
    location: location
    tags: tags
    skuName: registrySku
  }
}

module registryRoles 'modules/registry-roles.bicep' = {
  params: {
    registryName: registryName
    pullers: [
      { principalId: controlIdentity.properties.principalId, principalName: controlIdentity.id }
      { principalId: inferenceIdentity.properties.principalId, principalName: inferenceIdentity.id }
    ]
  }
  dependsOn: [
    registry
  ]
}

module environment 'modules/environment.bicep' = {
  params: {
    environmentName: 'cae-${name}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    gpuProfileType: gpuProfileType
    dedicatedMaxNodes: maxWorkers
    privateNetworking: networking.private
    subnetId: vnet.?outputs.appsSubnetId ?? ''
  }
}

module environmentNames 'modules/environment-dns.bicep' = if (networking.private) {
  params: {
    #disable-next-line what-if-short-circuiting // Azure chooses the domain.
    domain: environment.outputs.defaultDomain
    address: environment.outputs.staticIp
    networkId: vnet.?outputs.id ?? ''
    tags: tags
  }
}

// The apps. Roles come first: an app that starts without them fails until they have spread.

module controlApp 'modules/control-app.bicep' = {
  params: {
    appName: controlAppName
    location: location
    tags: tags
    environmentId: environment.outputs.id
    defaultDomain: environment.outputs.defaultDomain
    identityId: controlIdentity.id
    clientId: controlIdentity.properties.clientId
    registryServer: registry.outputs.loginServer
    image: controlImage
    replicas: controlReplicas
    dataEndpoints: data.outputs.endpoints
    hostEndpoints: controlHost.outputs.endpoints
    insightsConnectionString: monitoring.outputs.connectionString
    modelSettings: modelSettings
    runSettings: runSettings
    uploadsByQueue: networking.private
    accessMode: caller.mode
    entraClientId: caller.entraClientId
    readerKey: readerKey
    runnerKey: runnerKey
    adminKey: adminKey
    noticeAddresses: noticeAddresses
    noticeSecret: noticeSecret
    sendNotices: sendNotices
  }
  dependsOn: [
    controlDataRoles
    registryRoles
    dataEndpoints
    controlHostEndpoints
  ]
}

module inferenceApp 'modules/inference-app.bicep' = {
  params: {
    appName: inferenceAppName
    location: location
    tags: tags
    environmentId: environment.outputs.id
    gpuProfileType: gpuProfileType
    identityId: inferenceIdentity.id
    clientId: inferenceIdentity.properties.clientId
    registryServer: registry.outputs.loginServer
    image: inferenceImage
    minReplicas: minWorkers
    maxReplicas: maxWorkers
    dataEndpoints: data.outputs.endpoints
    hostEndpoints: inferenceHost.outputs.endpoints
    insightsConnectionString: monitoring.outputs.connectionString
    modelFingerprint: answering.fingerprint
    modelFolder: answering.folder
    modelSums: answering.sha256sums
    modelName: answering.name
  }
  dependsOn: [
    inferenceDataRoles
    registryRoles
    dataEndpoints
    inferenceHostEndpoints
  ]
}

// Uploads are told, and money is watched.

module uploadEvents 'modules/upload-events.bicep' = {
  params: {
    topicName: 'evgt-${name}'
    location: location
    tags: tags
    accountName: dataAccountName
    uploadsByQueue: networking.private
  }
  dependsOn: [
    data
  ]
}

module money 'modules/budget.bicep' = if (!empty(spending.emails)) {
  params: {
    amount: spending.amount
    emails: spending.emails
    startDate: spending.startDate
  }
}

@description('Name of the data account.')
output dataAccountName string = dataAccountName

@description('Resource id of the data account.')
output dataAccountId string = data.outputs.id

@description('Host name of the control app.')
output controlHostName string = controlApp.outputs.fqdn

@description('Name of the control app.')
output controlAppName string = controlAppName

@description('Name of the inference app.')
output inferenceAppName string = inferenceAppName

@description('Name of the topic of upload events.')
output topicName string = uploadEvents.outputs.topicName
