// A Functions app on Container Apps. Its replicas between the limits are the platform's affair: it reads the triggers and scales by them (for a queue trigger one replica
// for each batchSize of messages, from the app's host.json), so no scale rule is written here.

@description('An app setting with its value.')
@export()
type setting = {
  name: string
  value: string
}

@description('An app setting whose value is a secret of the app.')
@export()
type secretSetting = {
  name: string
  secretRef: string
}

@description('A secret of an app.')
@export()
type secret = {
  name: string

  @secure()
  value: string
}

@description('Where an app finds storage services.')
@export()
type storageEndpoints = {
  blob: string
  queue: string
  table: string
}

@description('Name of the app.')
param appName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Resource id of the environment.')
param environmentId string

@description('Workload profile that runs the app.')
param workloadProfileName string

@description('Resource id of the app\'s identity.')
param identityId string

@description('Client id of the app\'s identity.')
param clientId string

@description('Host name of the registry.')
param registryServer string

@description('The image, by digest.')
param image string

@description('Cores, as a decimal number.')
param cpu string

@description('Memory, for example 2Gi.')
param memory string

@description('Whether the app answers outside of its environment. It always answers inside: the platform scales only apps with ingress by events.')
param external bool

@description('Fewest replicas.')
@minValue(0)
param minReplicas int

@description('Most replicas.')
@minValue(1)
param maxReplicas int

@description('The data account.')
param dataEndpoints storageEndpoints

@description('The app\'s own host account.')
param hostEndpoints storageEndpoints

@description('Application Insights.')
param insightsConnectionString string

@description('Settings of this app.')
param settings setting[]

@description('Settings of this app that are secrets.')
param secretSettings secretSetting[] = []

@description('The secrets that those settings name.')
param secrets secret[] = []

@description('Arguments of the image\'s /opt/medqa/fetch-model before the app starts; empty when the model is in the image.')
param fetchModel string[] = []

// Both hosts listen here: an unprivileged port, because the containers do not run as root.
var port = 8080
var modelVolume = 'model'
var modelFolder = '/models/fetched'
var fetches = !empty(fetchModel)

var hostSettings = [
  { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'dotnet-isolated' }
  { name: 'FUNCTIONS_EXTENSION_VERSION', value: '~4' }
  // All replicas are one host: without it each would take its own name for one, and hold its own locks, keys and receipts.
  { name: 'AzureFunctionsWebHost__hostid', value: appName }
  // Keys outlive replicas: a replica's own files do not.
  { name: 'AzureWebJobsSecretStorageType', value: 'blob' }
  { name: 'AzureWebJobsStorage__blobServiceUri', value: hostEndpoints.blob }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: hostEndpoints.queue }
  { name: 'AzureWebJobsStorage__tableServiceUri', value: hostEndpoints.table }
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: clientId }
  { name: 'MedQAData__blobServiceUri', value: dataEndpoints.blob }
  { name: 'MedQAData__queueServiceUri', value: dataEndpoints.queue }
  { name: 'MedQAData__tableServiceUri', value: dataEndpoints.table }
  { name: 'MedQAData__credential', value: 'managedidentity' }
  { name: 'MedQAData__clientId', value: clientId }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insightsConnectionString }
]

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: appName
  location: location
  tags: tags
  kind: 'functionapp'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: workloadProfileName
    configuration: {
      // One revision at a time: two would take each other's host locks.
      activeRevisionsMode: 'Single'
      ingress: {
        external: external
        targetPort: port
        transport: 'auto'
        allowInsecure: false
      }
      registries: [
        {
          server: registryServer
          identity: identityId
        }
      ]
      identitySettings: [
        {
          identity: identityId
          lifecycle: fetches ? 'All' : 'Main'
        }
      ]
      secrets: [for item in secrets: { name: item.name, value: item.value }]
    }
    template: {
      // The inference app ends its current question within 20 seconds of a stop; the host and storage have the rest.
      terminationGracePeriodSeconds: 120
      initContainers: fetches
        ? [
            {
              name: 'fetch-model'
              image: image
              command: ['/opt/medqa/fetch-model']
              args: concat(fetchModel, [modelFolder])
              env: [
                { name: 'AZURE_CLIENT_ID', value: clientId }
              ]
              resources: {
                cpu: json('0.5')
                memory: '1Gi'
              }
              volumeMounts: [
                {
                  volumeName: modelVolume
                  mountPath: modelFolder
                }
              ]
            }
          ]
        : []
      containers: [
        {
          name: 'app'
          image: image
          env: concat(hostSettings, settings, secretSettings)
          resources: {
            cpu: json(cpu)
            memory: memory
          }
          probes: [
            {
              type: 'Startup'
              tcpSocket: {
                port: port
              }
              periodSeconds: 10
              failureThreshold: 10
            }
            {
              type: 'Liveness'
              tcpSocket: {
                port: port
              }
              periodSeconds: 30
              failureThreshold: 3
            }
            {
              type: 'Readiness'
              httpGet: {
                path: '/healthz'
                port: port
              }
              periodSeconds: 10
              timeoutSeconds: 5
              failureThreshold: 3
            }
          ]
          volumeMounts: fetches
            ? [
                {
                  volumeName: modelVolume
                  mountPath: modelFolder
                }
              ]
            : []
        }
      ]
      volumes: fetches
        ? [
            {
              name: modelVolume
              storageType: 'EmptyDir'
            }
          ]
        : []
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
      }
    }
  }
}

@description('Host name of the app.')
output fqdn string = app.properties.configuration.ingress.fqdn
