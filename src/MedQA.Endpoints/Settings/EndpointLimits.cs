namespace MedQA.Endpoints.Settings;

/// <summary>What a service allows to all that use the same account together.</summary>
/// <param name="RequestsPerMinute">Requests in any minute; <see langword="null"/> for no limit.</param>
/// <param name="TokensPerMinute">Tokens of prompts and answers in any minute; <see langword="null"/> for no limit.</param>
/// <param name="Concurrency">Requests at the same time.</param>
public sealed record EndpointLimits(int? RequestsPerMinute = null, int? TokensPerMinute = null, int Concurrency = 4);
