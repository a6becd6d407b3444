using MedQA.Inference.Tests;

[assembly: AssemblyFixture(typeof(DefaultModel))]

namespace MedQA.Inference.Tests;

/// <summary>The repository's default model, loaded once for all tests; with one thread, since tests run side by side and the number of threads does not change bits.</summary>
public sealed class DefaultModel : IAsyncLifetime
{
    public static string Folder => Repository.PathOf("models", "smollm2-135m-instruct");

    public OnnxLanguageModel Model { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Model = await OnnxLanguageModel.LoadAsync(Folder, new() { Threads = 1 }, CancellationToken.None);

    public ValueTask DisposeAsync() => Model.DisposeAsync();
}
