using MedQA.Web.Access;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace MedQA.Functions.Http;

/// <summary>
/// Refuses addresses that are not plain before a function is called. It runs for the invocation and not in the web server's pipeline: the
/// invocation waits for its request, and must be answered.
/// The Functions host has decoded the path once and resolved its dot segments before, so it is what is coded more often that arrives here.
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
