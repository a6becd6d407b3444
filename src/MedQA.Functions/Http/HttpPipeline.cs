using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedQA.Functions.Http;

/// <summary>The HTTP pipeline in front of the functions.</summary>
internal static class HttpPipeline
{
    /// <summary>Serves requests with this process's web server, and refuses ambiguous request targets.</summary>
    public static void UseHttp(this FunctionsApplicationBuilder builder)
    {
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<RequestTargetMiddleware>();

        // The handlers have their own limit, reported in a problem; Kestrel's would break the connection.
        builder.Services.Configure<KestrelServerOptions>(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
    }
}
