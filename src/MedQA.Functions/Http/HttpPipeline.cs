using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedQA.Functions.Http;

/// <summary>What requests pass through before a function answers them.</summary>
internal static class HttpPipeline
{
    /// <summary>Takes requests over the web server of this process, and refuses addresses that are not plain.</summary>
    public static void UseHttp(this FunctionsApplicationBuilder builder)
    {
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<RequestTargetMiddleware>();

        // The handlers have their own limit and say so in a problem; Kestrel's would break the connection.
        builder.Services.Configure<KestrelServerOptions>(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
    }
}
