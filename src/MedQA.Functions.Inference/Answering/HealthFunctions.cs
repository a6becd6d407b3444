using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.Inference.Answering;

/// <summary>Reports whether the app can answer questions.</summary>
public sealed class HealthFunctions(LoadedWorker loaded)
{
    /// <summary>Returns 200 with the model's description once it is loaded, 503 before.</summary>
    [Function(nameof(GetHealth))]
    public IResult GetHealth([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "healthz")] HttpRequest request) =>
        loaded.Model is { } model
            ? Results.Json(new { status = "ok", model })
            : Results.Json(new { status = "loading" }, statusCode: StatusCodes.Status503ServiceUnavailable);
}
