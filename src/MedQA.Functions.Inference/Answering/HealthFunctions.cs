using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.Inference.Answering;

/// <summary>Says whether the app can answer questions.</summary>
public sealed class HealthFunctions(LoadedWorker loaded)
{
    /// <summary>200 and what the model is, once it is loaded; 503 before.</summary>
    [Function(nameof(GetHealth))]
    public IResult GetHealth([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "healthz")] HttpRequest request) =>
        loaded.Model is { } model
            ? Results.Json(new { status = "ok", model })
            : Results.Json(new { status = "loading" }, statusCode: StatusCodes.Status503ServiceUnavailable);
}
