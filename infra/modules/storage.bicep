// The storage account that is the service's truth: the storage contract's containers, queues and tables.
// Identity only (no shared keys), nothing public, everything made here so that no app needs the right to make it.

@description('Name of the account: 3 to 24 lower-case letters and digits, unique in Azure.')
@minLength(3)
@maxLength(24)
param accountName string

@description('Region of the account.')
param location string

@description('Tags of the account.')
param tags object

@description('Kind of redundancy.')
param skuName string

@description('Days after which the blobs of a run move to the cool tier; 0 leaves them hot. What is still being appended to never moves.')
@minValue(0)
@maxValue(3650)
param coolRunsDays int

@description('Whether only private endpoints and Azure\'s trusted services (Event Grid, by identity) reach the account.')
param privateNetworking bool

@description('Whether a container for models stands beside the data.')
param withModels bool

var blobContainers = concat(
  [
    'question-sets'
    'runs'
    // Studies of human ratings: what they ask of whom. The ratings themselves are in the table.
    'studies'
    'prefixes'
    // Upload events that could not be delivered for a day.
    'event-dead-letters'
  ],
  withModels ? ['models'] : []
)

// A queue trigger moves a message that failed too often to the queue's poison twin: both must stand, also for the poison queues that have a trigger themselves.
var queues = [
  'question-batches'
  'question-batches-poison'
  'question-batches-poison-poison'
  'advance'
  'advance-poison'
  'uploads'
  'uploads-poison'
  'uploads-poison-poison'
  // Where the blob trigger puts uploads whose handling failed too often; the name is the extension's.
  'webjobs-blobtrigger-poison'
  'webjobs-blobtrigger-poison-poison'
]

var tables = [
  'Runs'
  'Batches'
  'Answers'
  'Scores'
  'Ratings'
]

var coolRule = {
  name: 'cool-finished-runs'
  enabled: true
  type: 'Lifecycle'
  definition: {
    filters: {
      // Append blobs (progress) have no tiers.
      blobTypes: [
        'blockBlob'
      ]
      prefixMatch: [
        'runs/'
      ]
    }
    actions: {
      baseBlob: {
        tierToCool: {
          daysAfterModificationGreaterThan: coolRunsDays
        }
      }
    }
  }
}

var lifecycleRules = coolRunsDays > 0 ? [coolRule] : []

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: skuName
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Denied by default instead of switched off: Event Grid delivers to the queue as a trusted service.
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: privateNetworking ? 'Deny' : 'Allow'
    }
  }
}

// Versioning stays off: the pipeline creates each finished blob once (If-None-Match) and never overwrites it, and appends would make a version each.
resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: false
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for name in blobContainers: {
    parent: blobService
    name: name
    properties: {
      publicAccess: 'None'
    }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource storageQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [
  for name in queues: {
    parent: queueService
    name: name
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource storageTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = [
  for name in tables: {
    parent: tableService
    name: name
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = if (!empty(lifecycleRules)) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: lifecycleRules
    }
  }
  dependsOn: [
    blobService
  ]
}

@description('Resource id of the account.')
output id string = account.id

@description('Where its services answer.')
output endpoints object = {
  blob: account.properties.primaryEndpoints.blob
  queue: account.properties.primaryEndpoints.queue
  table: account.properties.primaryEndpoints.table
}
