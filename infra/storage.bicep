// The storage account that is the service's truth: DESIGN section 2, the storage contract.
// Identity only (no shared keys), nothing public, everything made here so that no app needs the right to make it.

@description('Name of the account: 3 to 24 lower-case letters and digits, unique in Azure.')
@minLength(3)
@maxLength(24)
param accountName string

@description('Region of the account.')
param location string = resourceGroup().location

@description('Days after which the blobs of a run are deleted; 0 keeps them. Question sets that people uploaded are never deleted by this rule.')
@minValue(0)
@maxValue(3650)
param keepRunsDays int = 0

@description('Whether the account answers on the public network. With false, private endpoints must be added beside this module.')
param publicNetworkAccess bool = true

var blobContainers = [
  'question-sets'
  'runs'
]

// A queue trigger moves a message that failed too often to the queue's poison twin: both must stand.
var queues = [
  'question-batches'
  'question-batches-poison'
  'advance'
  'advance-poison'
  'uploads'
  'uploads-poison'
]

var tables = [
  'Runs'
  'Batches'
  'Answers'
  'Scores'
]

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: accountName
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetworkAccess ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicNetworkAccess ? 'Allow' : 'Deny'
    }
  }
}

// Versioning stays off: the pipeline creates each finished blob once (If-None-Match) and never overwrites it.
resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
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

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
  for name in blobContainers: {
    parent: blobService
    name: name
    properties: {
      publicAccess: 'None'
    }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource storageQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [
  for name in queues: {
    parent: queueService
    name: name
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource storageTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01' = [
  for name in tables: {
    parent: tableService
    name: name
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = if (keepRunsDays > 0) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'delete-old-runs'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              // An append blob (progress) can be deleted by a rule, but not moved to a cooler tier.
              blobTypes: [
                'blockBlob'
                'appendBlob'
              ]
              prefixMatch: [
                'runs/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: keepRunsDays
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [
    blobService
  ]
}

@description('Resource id of the account, for role assignments.')
output accountId string = account.id

@description('Blob endpoint, for the setting that opens the storage by identity.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('Queue endpoint.')
output queueEndpoint string = account.properties.primaryEndpoints.queue

@description('Table endpoint.')
output tableEndpoint string = account.properties.primaryEndpoints.table
