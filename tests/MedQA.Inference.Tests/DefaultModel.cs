using MedQA.Inference.Tests;
using MedQA.Tests;

[assembly: AssemblyFixture(typeof(DefaultModel))]

namespace MedQA.Inference.Tests;

/// <summary>The repository's default model, loaded once for all tests.</summary>
public sealed class DefaultModel : IAsyncLifetime
{
    public static string Folder => Repository.PathOf("models", "smollm2-135m-instruct");

    public OnnxLanguageModel Model { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Model = await OnnxLanguageModel.LoadAsync(Folder, new(), CancellationToken.None);

    public ValueTask DisposeAsync() => Model.DisposeAsync();
}
