using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Settings;

/// <summary>The JSON of <c>endpoint.json</c>, as people write it.</summary>
internal sealed record EndpointContent(
    string Address,
    string Model,
    int ContextLength,
    int? Format = null,
    AuthenticationContent? Authentication = null,
    bool AllowInsecure = false,
    EndpointSupport? Supports = null,
    bool FixedTemperature = false,
    string MaxTokensField = EndpointFile.DefaultMaxTokensField,
    int TimeoutSeconds = EndpointFile.DefaultTimeoutSeconds,
    EndpointLimits? Limits = null,
    TokenPrices? Prices = null,
    JsonElement? Options = null,
    JsonElement? Parameters = null,
    JsonElement? ActiveParameters = null,
    string? Family = null);

/// <summary>How the file states an <see cref="EndpointAuthentication"/>.</summary>
internal sealed record AuthenticationContent(
    string? EnvironmentVariable = null,
    string? Header = null,
    bool EntraId = false,
    string? Scope = null);

/// <summary>What decides a model's answers: the part of the file that a fingerprint is made of.</summary>
internal sealed record EndpointIdentity(
    string Address,
    string Model,
    int ContextLength,
    EndpointSupport Supports,
    bool FixedTemperature,
    string MaxTokensField,
    JsonElement? Options);

/// <summary>How the file is read: strictly, in camelCase.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EndpointContent))]
[JsonSerializable(typeof(EndpointIdentity))]
internal sealed partial class EndpointJson : JsonSerializerContext;
