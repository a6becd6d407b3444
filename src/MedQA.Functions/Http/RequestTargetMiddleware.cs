using MedQA.Web.Access;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace MedQA.Functions.Http;

/// <summary>
/// Refuses ambiguous request targets before a function is called. It runs for the invocation and not in the web server's pipeline,
/// because the invocation waits for its request and must be answered.
/// The Functions host has already decoded the path once and resolved its dot segments, so only repeated encoding arrives here.
/// </summary>
internal sealed class RequestTargetMiddleware : IFunctionsWorkerMiddleware
{
    /// <inheritdoc/>
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is { } request && RequestTarget.Refuse(request) is { } refusal)
        {
            context.GetInvocationResult().Value = refusal;
            return Task.CompletedTask;
        }

        return next(context);
    }
}
