using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Pipeline.Tests;

/// <summary>What hosts compose of the pipeline: everything that is registered can be made, whatever the host has.</summary>
public sealed class PipelineServicesTests
{
    private static readonly ServiceProviderOptions Checked = new() { ValidateOnBuild = true, ValidateScopes = true };

    [Fact]
    public async Task A_host_without_a_model_reads_and_advances_runs_and_starts_none()
    {
        await using var services = Over(new PipelineOptions()).BuildServiceProvider(Checked);
        Assert.NotNull(services.GetService<RunReader>());
        Assert.NotNull(services.GetService<RunAdvancer>());
        Assert.Null(services.GetService<QuestionSetSplitter>());
        Assert.Null(services.GetService<QuestionSetUploads>());
    }

    [Fact]
    public async Task A_host_whose_model_is_elsewhere_splits_and_counts_the_budget()
    {
        var options = new PipelineOptions { Model = new ScriptedModel().Description, Budget = new DayBudget { MaxComputeHoursPerDay = 1 } };
        await using var services = Over(options).BuildServiceProvider(Checked);
        Assert.NotNull(services.GetService<QuestionSetSplitter>());
        Assert.NotNull(services.GetService<PoisonUploadHandler>());
        Assert.NotNull(services.GetService<BudgetLedger>());
    }

    [Fact]
    public async Task A_host_that_adds_its_model_and_its_loops_has_all_they_need()
    {
        var model = new ScriptedModel();
        var options = new PipelineOptions { Model = model.Description, CountTokens = model.CountTokens };
        await using var services = Over(options)
            .AddSingleton<ILanguageModel>(model)
            .AddSingleton<BatchWorker>()
            .AddSingleton<BatchQueueReader>()
            .AddSingleton<RunLoop>()
            .BuildServiceProvider(Checked);
        Assert.NotNull(services.GetService<RunLoop>());
        Assert.NotNull(services.GetService<BatchQueueReader>());
        Assert.Null(services.GetService<BudgetLedger>());
    }

    private static IServiceCollection Over(PipelineOptions options) => new ServiceCollection()
        .AddLogging()
        .AddMedQAPipeline(StorageConnection.Open("UseDevelopmentStorage=true"), options);
}
