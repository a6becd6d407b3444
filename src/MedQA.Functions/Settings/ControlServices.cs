using MedQA.Pipeline;
using MedQA.Pipeline.Storage;
using MedQA.Web;
using MedQA.Web.Access;
using MedQA.Web.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedQA.Functions.Settings;

/// <summary>The services of the control app.</summary>
internal static class ControlServices
{
    /// <summary>Registers the functions' dependencies.</summary>
    public static IServiceCollection AddControl(this IServiceCollection services, RunStorage storage, ControlSettings settings) => services
        .AddMedQAPipeline(storage, settings.Pipeline)
        .AddResultCache()
        .AddSingleton(provider => Api.Of(provider) with
        {
            Stopping = provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping,
        })
        .AddSingleton(new AccessPolicy(settings.Access))
        .AddSingleton<GuardedApi>();
}
