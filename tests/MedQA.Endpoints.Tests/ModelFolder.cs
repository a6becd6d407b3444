using MedQA.Endpoints.Settings;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Tests;

/// <summary>A model's folder for one test.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("medqa-endpoint-");

    public ModelFolder(string endpointJson)
    {
        Directory.CreateDirectory(Path);
        File.WriteAllText(System.IO.Path.Combine(Path, EndpointFile.FileName), endpointJson);
    }

    public string Path => System.IO.Path.Combine(_parent.FullName, "asked");

    /// <summary>A conversation that ends with a question.</summary>
    public static ChatPrompt Prompt(string question = "Which vitamin does a person with scurvy lack?") => new(
        [new ChatMessage("system", "Answer the question."), new ChatMessage("user", question)], SharedMessages: 1, new DateOnly(2026, 1, 1));

    /// <summary>A request for samples.</summary>
    public static SampleRequest Request(int count = 1, int first = 0, int maxTokens = 64, params string[] stop) => new()
    {
        Count = count,
        FirstIndex = first,
        Temperature = 0.7,
        MaxTokens = maxTokens,
        StreamKey = 0x0123_4567_89AB_CDEF,
        Stop = [.. stop],
    };

    /// <summary>Asks a model once, counting.</summary>
    public static async Task<(IReadOnlyList<Sample> Samples, TokenUsage Usage)> AskAsync(
        ILanguageModel model, SampleRequest request, string question = "Which vitamin does a person with scurvy lack?")
    {
        var meter = new UsageMeter();
        await using var read = await model.WithMeter(meter).ReadAsync(Prompt(question), TestContext.Current.CancellationToken);
        var samples = await read.SampleAsync(request, TestContext.Current.CancellationToken);
        return (samples, meter.Sum ?? TokenUsage.None);
    }

    /// <summary>Asks a model once where that fails, counting.</summary>
    public static async Task<(T Fault, TokenUsage Usage)> FailAsync<T>(ILanguageModel model, SampleRequest request)
        where T : Exception
    {
        var meter = new UsageMeter();
        await using var read = await model.WithMeter(meter).ReadAsync(Prompt(), TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<T>(() => read.SampleAsync(request, TestContext.Current.CancellationToken));
        return (fault, meter.Sum ?? TokenUsage.None);
    }

    public void Dispose() => _parent.Delete(recursive: true);
}
