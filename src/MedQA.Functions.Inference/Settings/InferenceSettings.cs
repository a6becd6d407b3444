using MedQA.Evaluation;
using MedQA.Functions.Hosting;
using MedQA.Inference.Sessions;
using MedQA.Pipeline.Answering;

namespace MedQA.Functions.Inference.Settings;

/// <summary>The inference app's settings.</summary>
internal sealed record InferenceSettings
{
    /// <summary>The model's folder.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>How it is loaded.</summary>
    public required ModelOptions Model { get; init; }

    /// <summary>The fingerprint that the model must have, or <see langword="null"/> for any.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>How batches are answered.</summary>
    public required WorkerOptions Worker { get; init; }

    /// <summary>Reads them.</summary>
    /// <exception cref="InputException">A setting is missing or cannot be used.</exception>
    public static InferenceSettings Read(AppSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var folder = FindModel(settings.Get("Model__Folder", "the model's folder"));

        var usual = new ModelOptions();
        var model = usual with
        {
            Graph = settings.Find("Model__Graph"),
            Provider = settings.FindName<ExecutionProvider>("Model__Provider") ?? ExecutionProvider.Cuda,
            DeviceId = settings.Find<int>("Model__DeviceId", "a number from 0") ?? usual.DeviceId,
            DeviceMemoryLimit = settings.Find<long>("Model__DeviceMemoryLimit", "a number of bytes"),
            Threads = settings.Find<int>("Model__Threads", "a number from 0") ?? usual.Threads,
            MemoryBudget = settings.Find<long>("Model__MemoryBudget", "a number of bytes") ?? usual.MemoryBudget,
            SharedPrefixBudget = settings.Find<long>("Model__SharedPrefixBudget", "a number of bytes") ?? usual.SharedPrefixBudget,
        };
        try
        {
            model.Validate();
        }
        catch (ArgumentException exception)
        {
            throw AppSettings.Fault($"Model__{exception.ParamName}", $"cannot be used. {exception.Message}", exception);
        }

        var worker = new WorkerOptions();
        return new InferenceSettings
        {
            ModelFolder = folder,
            Model = model,
            Fingerprint = settings.Find("Model__Fingerprint"),
            Worker = worker with
            {
                // Container Apps names its replicas; a container's host name is only a number.
                Name = settings.Find("CONTAINER_APP_REPLICA_NAME") ?? worker.Name,
                BatchTime = settings.Find<TimeSpan>("Worker__BatchTime", "a time such as 00:10:00") ?? TimeSpan.FromMinutes(10),
                Drain = settings.Find<TimeSpan>("Worker__Drain", "a time such as 00:00:20") ?? worker.Drain,
                QuestionsAtOnce = settings.Find<int>("Worker__QuestionsAtOnce", "a number from 1 to 256"),
            },
        };
    }

    private static string FindModel(string folder) =>
        AppFolder.Find(folder) ?? throw AppSettings.Fault("Model__Folder", Path.IsPathRooted(folder)
            ? $"is '{folder}', which does not exist."
            : $"is '{folder}', which does not exist in {AppContext.BaseDirectory} or any folder above it.");
}
