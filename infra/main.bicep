// MedQA.Functions in Azure: one resource group. docs/deploy.md says how to deploy it, what it costs and which parameter does what.

targetScope = 'subscription'

@description('Name of the environment (azd): base of the names of everything.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('Region. The GPU profile must be offered there, and the subscription must have quota for it.')
param location string

// What hooks/preprovision.sh finds out has an empty default here: `azd up` asks people for every parameter without one before it runs the hook.

@description('Image of the control app by its digest: REGISTRY/medqa-control@sha256:…')
param controlImage string = ''

@description('Image of the inference app by its digest: REGISTRY/medqa-inference@sha256:…')
param inferenceImage string = ''

@description('Name of the model, for people; with modelSha256sums also its folder in the container models.')
@minLength(1)
param modelName string = 'smollm2-135m-instruct'

@description('Fingerprint of the model: 64 hexadecimal digits, as `medqa models describe` prints it. Part of a run\'s id; a worker with another model refuses to start.')
param modelFingerprint string = ''

@description('Tokens that fit the model\'s context, from the same source.')
@minValue(0)
param modelContextLength int = 0

@description('Whether the model has a chat template, from the same source.')
param modelHasChatTemplate bool = false

@description('Whether the model gives embeddings of texts, from the same source; profiles that choose the nearest examples need them.')
param modelGivesEmbeddings bool = false

@description('The model\'s folder in the inference image.')
param modelFolder string = '/models/baked'

@description('For a model that is not in the image: the SHA-256 of its sha256sums.txt in the container models. Empty: the model is in the image.')
param modelSha256sums string = ''

@description('Who may call: EntraId (sign-in by the platform, app roles Reader, Runner, Admin) or Keys (one secret per role in a header).')
@allowed([
  'EntraId'
  'Keys'
])
param accessMode string = 'EntraId'

@description('Application (client) id of the app registration; required with EntraId. hooks/preprovision.sh makes one where none is given.')
param entraClientId string = ''

@description('Key of the role Reader, at least 32 characters; required with Keys.')
@secure()
param readerKey string = ''

@description('Key of the role Runner, at least 32 characters; required with Keys.')
@secure()
param runnerKey string = ''

@description('Key of the role Admin, at least 32 characters; required with Keys.')
@secure()
param adminKey string = ''

@description('Whether notices of ended runs are sent. It stands apart because what a deployment sets must be known without the secrets.')
param sendNotices bool = false

@description('With sendNotices: where notices may be sent: NAME=URL, or a URL for all runs that name none, separated by spaces. URLs can contain tokens.')
@secure()
param noticeAddresses string = ''

@description('With sendNotices: secret that signs notices, whsec_ and base64. During a change two, separated by a space.')
@secure()
param noticeSecret string = ''

@description('GPU profile. Consumption profiles are paid by the second and end at zero workers; NC24-A100 is dedicated: paid by node while it has one.')
@allowed([
  'Consumption-GPU-NC8as-T4'
  'Consumption-GPU-NC24-A100'
  'NC24-A100'
])
param gpuProfileType string = 'Consumption-GPU-NC8as-T4'

@description('Fewest GPU workers. Each one above 0 costs its price all the time and spares its cold start.')
@minValue(0)
param minWorkers int = 0

@description('Most GPU workers; the subscription\'s quota of GPUs is the other limit.')
@minValue(1)
@maxValue(1000)
param maxWorkers int = 2

@description('Replicas of the control app, always this many: Durable Functions on Azure Storage are not scaled by the platform, and share 4 partitions.')
@minValue(1)
@maxValue(4)
param controlReplicas int = 1

@description('Whether the storage accounts and the apps are reached inside a virtual network only.')
param privateNetworking bool = false

@description('Address range of that network: a /22 or larger.')
param addressPrefix string = '10.42.0.0/16'

@description('Tier of the container registry; Premium can stream images, which shortens cold starts.')
@allowed([
  'Basic'
  'Standard'
  'Premium'
])
param registrySku string = 'Standard'

@description('Redundancy of the data account.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
])
param dataSku string = 'Standard_ZRS'

@description('Days after which a run\'s blobs move to the cool tier; 0 for never.')
@minValue(0)
@maxValue(3650)
param coolRunsDays int = 30

@description('Days after which a run that has ended is deleted by the control app, as over HTTP; 0 for never.')
@minValue(0)
@maxValue(3650)
param keepRunsDays int = 0

@description('Days after which an uploaded question set is deleted by the control app, its runs not; 0 for never.')
@minValue(0)
@maxValue(3650)
param keepUploadsDays int = 0

@description('Profile of uploads that name none.')
param defaultProfile string = 'self-consistency'

@description('Tokens a second that one worker generates; it decides how many questions a batch has. Measure it: docs/deploy.md.')
@minValue(1)
param tokensPerSecond int = 150

@description('Runs with more questions wait for approval; 0 for no limit.')
@minValue(0)
param maxQuestions int = 20000

@description('Runs that can generate more tokens wait for approval; 0 for no limit.')
@minValue(0)
param maxGeneratedTokens int = 0

@description('Runs on which workers have spent more hours wait for approval; 0 for no limit.')
@minValue(0)
param maxComputeHours int = 0

@description('Tokens that all runs of a day may generate together; 0 for no limit.')
@minValue(0)
param maxGeneratedTokensPerDay int = 0

@description('Hours that workers may spend on all runs of a day; 0 for no limit.')
@minValue(0)
param maxComputeHoursPerDay int = 0

@description('Tokens that one caller\'s runs of a day may generate together; 0 for no limit.')
@minValue(0)
param maxGeneratedTokensPerCallerPerDay int = 0

@description('Hours that workers may spend on one caller\'s runs of a day; 0 for no limit.')
@minValue(0)
param maxComputeHoursPerCallerPerDay int = 0

@description('Most gigabytes of logs a day; −1 for no limit.')
@minValue(-1)
param logsDailyQuotaGb int = 1

@description('Budget of the resource group a month, in the currency of the subscription.')
@minValue(1)
param monthlyBudget int = 200

@description('Addresses, with commas between, that are told at 80 % of the budget and when the forecast passes it; empty means no budget.')
param budgetEmails string = ''

@description('First day of a month from which the budget counts. Keep it the same in later deployments.')
param budgetStartDate string = utcNow('yyyy-MM-01')

@description('Object id of a person or group that may upload question sets straight to the storage, which is the right to spend GPU time; empty for nobody.')
param uploaderPrincipalId string = ''

@description('Kind of that principal.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param uploaderPrincipalType string = 'User'

var tags = {
  'azd-env-name': environmentName
}

// What the types cannot say is refused here, before anything is made.
var checkedControlImage = contains(controlImage, '@sha256:')
  ? controlImage
  : fail('controlImage must name the image by its digest (…@sha256:…), so that what was built is what runs')
var checkedInferenceImage = contains(inferenceImage, '@sha256:')
  ? inferenceImage
  : fail('inferenceImage must name the image by its digest (…@sha256:…), so that what was built is what runs')
var modelIsKnown = length(modelFingerprint) == 64 && modelContextLength > 0
var checkedFingerprint = modelIsKnown
  ? modelFingerprint
  : fail('modelFingerprint (64 hexadecimal digits) and modelContextLength must describe the model, as `medqa models describe` does')
var checkedClientId = accessMode == 'Keys' || !empty(entraClientId)
  ? entraClientId
  : fail('accessMode EntraId needs entraClientId, the application (client) id of the app registration')
var keysFit = accessMode == 'EntraId' || (length(readerKey) >= 32 && length(runnerKey) >= 32 && length(adminKey) >= 32)
var checkedAdminKey = keysFit
  ? adminKey
  : fail('accessMode Keys needs readerKey, runnerKey and adminKey, secrets of at least 32 characters each')
var checkedNoticeSecret = !sendNotices || (!empty(noticeAddresses) && !empty(noticeSecret))
  ? noticeSecret
  : fail('sendNotices needs noticeAddresses and noticeSecret')
var checkedMaxWorkers = maxWorkers >= minWorkers ? maxWorkers : fail('maxWorkers must not be below minWorkers')

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module resources 'resources.bicep' = {
  scope: group
  params: {
    name: toLower(environmentName)
    location: location
    tags: tags
    controlImage: checkedControlImage
    inferenceImage: checkedInferenceImage
    answering: {
      name: modelName
      fingerprint: checkedFingerprint
      contextLength: modelContextLength
      hasChatTemplate: modelHasChatTemplate
      givesEmbeddings: modelGivesEmbeddings
      folder: modelFolder
      sha256sums: modelSha256sums
    }
    caller: {
      mode: accessMode
      entraClientId: checkedClientId
    }
    readerKey: readerKey
    runnerKey: runnerKey
    adminKey: checkedAdminKey
    noticeAddresses: noticeAddresses
    noticeSecret: checkedNoticeSecret
    sendNotices: sendNotices
    runs: {
      defaultProfile: defaultProfile
      tokensPerSecond: tokensPerSecond
      maxQuestions: maxQuestions
      maxGeneratedTokens: maxGeneratedTokens
      maxComputeHours: maxComputeHours
      maxGeneratedTokensPerDay: maxGeneratedTokensPerDay
      maxComputeHoursPerDay: maxComputeHoursPerDay
      maxGeneratedTokensPerCallerPerDay: maxGeneratedTokensPerCallerPerDay
      maxComputeHoursPerCallerPerDay: maxComputeHoursPerCallerPerDay
      keepRunsDays: keepRunsDays
      keepUploadsDays: keepUploadsDays
    }
    gpuProfileType: gpuProfileType
    minWorkers: minWorkers
    maxWorkers: checkedMaxWorkers
    controlReplicas: controlReplicas
    networking: {
      private: privateNetworking
      addressPrefix: addressPrefix
    }
    registrySku: registrySku
    dataSku: dataSku
    coolRunsDays: coolRunsDays
    logsDailyQuotaGb: logsDailyQuotaGb
    spending: {
      amount: monthlyBudget
      emails: empty(budgetEmails) ? [] : split(replace(budgetEmails, ' ', ''), ',')
      startDate: budgetStartDate
    }
    uploaderPrincipalId: uploaderPrincipalId
    uploaderPrincipalType: uploaderPrincipalType
  }
}

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the data account, for uploads with the command line.')
output MEDQA_DATA_ACCOUNT string = resources.outputs.dataAccountName

@description('Resource id of the data account, for the subscription of uploads.')
output MEDQA_DATA_ACCOUNT_ID string = resources.outputs.dataAccountId

@description('Address of the service: API and dashboard.')
output MEDQA_URL string = 'https://${resources.outputs.controlHostName}'

@description('Name of the control app.')
output MEDQA_CONTROL_APP string = resources.outputs.controlAppName

@description('Name of the inference app.')
output MEDQA_INFERENCE_APP string = resources.outputs.inferenceAppName

@description('Name of the topic of upload events.')
output MEDQA_UPLOAD_TOPIC string = resources.outputs.topicName

@description('Whether uploads are told over the queue; otherwise hooks/postprovision.sh makes the subscription of the webhook.')
output MEDQA_UPLOADS_BY_QUEUE bool = privateNetworking
