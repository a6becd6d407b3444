using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Uploading;
using MedQA.Web;
using MedQA.Web.Access;
using MedQA.Web.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedQA.Functions.Settings;

/// <summary>The services of the control app.</summary>
internal static class ControlServices
{
    /// <summary>Registers the functions' dependencies.</summary>
    public static IServiceCollection AddControl(this IServiceCollection services, RunStorage storage, ControlSettings settings)
    {
        var ledger = settings.Budget.LimitsAnything ? new BudgetLedger(storage, settings.Budget, TimeProvider.System) : null;
        services.AddSingleton(storage);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IProfileSource>(new ProfileFolder(settings.ProfilesFolder));
        services.AddSingleton<RunReader>();
        services.AddSingleton<RunControl>();
        services.AddSingleton<StudyStore>();
        services.AddSingleton(new QuestionSetUploads(storage, TimeProvider.System, ledger, settings.Model.Fingerprint));
        services.AddSingleton(provider => new QuestionSetSplitter(
            storage,
            provider.GetRequiredService<IProfileSource>(),
            settings.Model,
            countTokens: null,
            settings.Split,
            TimeProvider.System,
            provider.GetRequiredService<ILogger<QuestionSetSplitter>>(),
            ledger: ledger));
        services.AddSingleton(
            provider => new PoisonUploadHandler(
                provider.GetRequiredService<QuestionSetSplitter>(), provider.GetRequiredService<ILogger<PoisonUploadHandler>>()));
        services.AddSingleton(provider => new RunAdvancer(
            storage, settings.Advance, TimeProvider.System, provider.GetRequiredService<ILogger<RunAdvancer>>(), ledger: ledger));
        services.AddSingleton(provider => new RunRetention(
            storage, settings.Retention, TimeProvider.System, provider.GetRequiredService<ILogger<RunRetention>>(), ledger: ledger));
        services.AddSingleton(
            provider =>
                new RunSignals(storage, provider.GetRequiredService<RunAdvancer>(), provider.GetRequiredService<ILogger<RunSignals>>()));
        services.AddSingleton(provider => new Api
        {
            Reader = provider.GetRequiredService<RunReader>(),
            Control = provider.GetRequiredService<RunControl>(),
            Studies = provider.GetRequiredService<StudyStore>(),
            Uploads = provider.GetRequiredService<QuestionSetUploads>(),
            Splitter = provider.GetRequiredService<QuestionSetSplitter>(),
            Ledger = ledger,
            Profiles = provider.GetRequiredService<IProfileSource>(),
            Models = [settings.Model],
            DefaultProfile = settings.Split.DefaultProfile,
            Stopping = provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping,
        });
        services.AddSingleton(new AccessPolicy(settings.Access));
        services.AddSingleton<GuardedApi>();
        return services;
    }
}
