// Groups of parameters.

@export()
@description('The model that the workers answer with, as `medqa models describe` states it.')
type model = {
  @description('Its name, for people.')
  name: string

  @description('Its fingerprint: 64 hexadecimal digits.')
  @minLength(64)
  @maxLength(64)
  fingerprint: string

  @description('Tokens that fit its context.')
  contextLength: int

  @description('Whether it has a chat template.')
  hasChatTemplate: bool

  @description('Whether it gives embeddings of texts.')
  givesEmbeddings: bool

  @description('Its folder in the image.')
  folder: string

  @description('SHA-256 of the file sha256sums.txt that lists its files in the container models, under its name; empty when it is in the image.')
  sha256sums: string
}

@export()
@description('Who may call the control app.')
type access = {
  @description('EntraId or Keys.')
  mode: 'EntraId' | 'Keys'

  @description('Application (client) id of the app registration.')
  entraClientId: string
}

@export()
@description('What runs may ask for.')
type limits = {
  @description('Profile of uploads that name none.')
  defaultProfile: string

  @description('Tokens a second that a worker draws; it decides the batch size.')
  @minValue(1)
  tokensPerSecond: int

  @description('Runs with more questions wait for approval; 0 for no limit.')
  @minValue(0)
  maxQuestions: int

  @description('Runs that can generate more tokens wait for approval; 0 for no limit.')
  @minValue(0)
  maxGeneratedTokens: int

  @description('Runs on which workers have spent more hours wait for approval; 0 for no limit.')
  @minValue(0)
  maxComputeHours: int

  @description('Tokens that all runs of a day may generate together; 0 for no limit.')
  @minValue(0)
  maxGeneratedTokensPerDay: int

  @description('Hours that workers may spend on all runs of a day; 0 for no limit.')
  @minValue(0)
  maxComputeHoursPerDay: int

  @description('Tokens that one caller\'s runs of a day may generate together; 0 for no limit.')
  @minValue(0)
  maxGeneratedTokensPerCallerPerDay: int

  @description('Hours that workers may spend on one caller\'s runs of a day; 0 for no limit.')
  @minValue(0)
  maxComputeHoursPerCallerPerDay: int

  @description('Days after which a run that has ended is deleted; 0 for never.')
  @minValue(0)
  keepRunsDays: int

  @description('Days after which an uploaded question set is deleted; 0 for never.')
  @minValue(0)
  keepUploadsDays: int
}

@export()
@description('The network.')
type network = {
  @description('Whether the apps and the storage are reached inside a network only.')
  private: bool

  @description('Address range of the network.')
  addressPrefix: string
}

@export()
@description('A budget that tells people.')
type budget = {
  @description('Amount a month, in the currency of the subscription.')
  @minValue(1)
  amount: int

  @description('Who is told; nobody means no budget.')
  emails: string[]

  @description('First day of a month from which it counts.')
  startDate: string
}
