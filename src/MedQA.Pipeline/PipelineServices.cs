using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Annotating;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.SoftPrompts;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Pipeline;

/// <summary>The pipeline as services.</summary>
public static class PipelineServices
{
    /// <summary>
    /// Registers the pipeline over a storage, without what answers questions and what keeps runs going: that is the host's, as are logging
    /// and the triggers.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="storage">The storage.</param>
    /// <param name="options">What differs between hosts.</param>
    public static IServiceCollection AddMedQAPipeline(this IServiceCollection services, RunStorage storage, PipelineOptions options)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(storage)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<PipelineSignals>()
            .AddSingleton(new ProfileCatalog(options.Profiles, new ProfileStore(storage), options.EarlierProfiles))
            .AddSingleton(options.Split)
            .AddSingleton(options.Advance)
            .AddSingleton(options.Retention)
            .AddSingleton(options.Notices)
            .AddSingleton<NoticeSender>()
            .AddSingleton(options.Worker)
            .AddSingleton(new SoftPromptStore(storage, options.SoftPromptsFolder))
            .AddSingleton<RunReader>()
            .AddSingleton<RunControl>()
            .AddSingleton<RunAnnotations>()
            .AddSingleton<StudyStore>()
            .AddSingleton<RunAdvancer>()
            .AddSingleton<RunRetention>()
            .AddSingleton<RunSignals>();
        if (options.Attendance is { } attendance)
        {
            services.AddSingleton(attendance);
        }

        if (options.Budget.LimitsAnything)
        {
            services.AddSingleton(new BudgetLedger(storage, options.Budget, TimeProvider.System));
        }

        if (options.CountTokens is { } countTokens)
        {
            services.AddSingleton(countTokens);
        }

        if (options.Model is { } model)
        {
            services.AddSingleton(model)
                .AddSingleton(options.OtherModels)
                .AddSingleton<QuestionSetUploads>()
                .AddSingleton<QuestionSetSplitter>()
                .AddSingleton<PoisonUploadHandler>();
        }

        return services;
    }
}
