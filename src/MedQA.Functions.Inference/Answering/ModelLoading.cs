using MedQA.Endpoints;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation.LanguageModels;
using MedQA.Functions.Hosting;
using MedQA.Functions.Inference.Settings;
using MedQA.Inference;
using MedQA.Pipeline.Answering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedQA.Functions.Inference.Answering;

/// <summary>
/// Loads the model once, in the background: the Functions host gives a worker process 60 s to respond, and a large model takes longer. If
/// the model cannot be loaded, the process exits with the reason, since a worker without one would only use up messages.
/// </summary>
internal sealed class ModelLoading(
    InferenceSettings settings,
    LoadedWorker loaded,
    TimeProvider time,
    ILogger<ModelLoading> logger,
    ILoggerFactory logging,
    IServiceProvider services) : BackgroundService
{
    private ILanguageModel? _model;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // The connection to the host closes after this: running work is cancelled now, and its result still reaches the host.
        await loaded.IdleAsync(cancellationToken);
        if (_model is not null)
        {
            await _model.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var began = time.GetTimestamp();
        _model = EndpointFile.Exists(settings.ModelFolder)
            ? EndpointModel.Open(settings.ModelFolder, new EndpointOptions { Logging = logging })
            : await OnnxLanguageModel.LoadAsync(settings.ModelFolder, settings.Model, stoppingToken);
        var model = _model.Description;
        if (settings.Fingerprint is { } expected && expected != model.Fingerprint)
        {
            throw AppSettings.Fault(
                "Model__Fingerprint", $"is {expected}, but the model in {settings.ModelFolder} has {model.Fingerprint}.");
        }

        logger.ModelLoaded(
            model.Name,
            time.GetElapsedTime(began).TotalSeconds,
            model.Fingerprint,
            model.ContextLength,
            model.HasChatTemplate,
            model.GivesEmbeddings);
        loaded.Complete(ActivatorUtilities.CreateInstance<BatchWorker>(services, _model), model);
    }
}
