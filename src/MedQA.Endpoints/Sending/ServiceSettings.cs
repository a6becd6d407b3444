using Microsoft.Extensions.Logging;

namespace MedQA.Endpoints.Sending;

/// <summary>How a service is asked, apart from what the model's file says.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where to log.</param>
/// <param name="MaxTries">How often a request is sent before it is given up.</param>
/// <param name="MaxWaiting">The most time that a request waits between its tries.</param>
internal sealed record ServiceSettings(TimeProvider Time, ILogger Logger, int MaxTries, TimeSpan MaxWaiting);
