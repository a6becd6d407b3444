// The storage account of one app's Functions host: its locks, keys, timers and receipts. Each app has its own, so that an app's rights end at its own account.

import { roles } from 'roles.bicep'

@description('Name of the account: 3 to 24 lower-case letters and digits, unique in Azure.')
@minLength(3)
@maxLength(24)
param accountName string

@description('Region of the account.')
param location string

@description('Tags of the account.')
param tags object

@description('Object id of the app\'s identity.')
param principalId string

@description('A name of the identity that is known before it exists.')
param principalName string

@description('Whether the host keeps queues of its own here: a blob trigger and Durable Functions do.')
param withQueues bool

@description('Whether only private endpoints reach the account.')
param privateNetworking bool

// The host and Durable Functions create containers, queues and tables of their own names here, so these roles are on the account.
var hostRoles = concat([roles.blobDataOwner, roles.tableDataContributor], withQueues ? [roles.queueDataContributor] : [])

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetworking ? 'Deny' : 'Allow'
    }
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in hostRoles: {
    name: guid(account.id, principalName, role)
    scope: account
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

@description('Resource id of the account.')
output id string = account.id

@description('Where its services answer.')
output endpoints object = {
  blob: account.properties.primaryEndpoints.blob
  queue: account.properties.primaryEndpoints.queue
  table: account.properties.primaryEndpoints.table
}
