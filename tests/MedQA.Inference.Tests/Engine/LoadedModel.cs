using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Engine;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Engine;

/// <summary>An engine over a model of the repository that draws as many tokens as are asked for, whatever they are.</summary>
internal sealed class LoadedModel : IDisposable
{
    public LoadedModel(string folder, ModelOptions? options = null)
    {
        Folder = ModelFolder.Open(folder, options?.Graph);
        Tokenizer = Tokenizer.Load(Folder);
        Engine = InferenceEngine.Load(Folder, Tokenizer, (options ?? new()) with { Threads = 1 }, passesEndTokens: true);
    }

    public ModelFolder Folder { get; }

    public Tokenizer Tokenizer { get; }

    public InferenceEngine Engine { get; }

    public static LoadedModel Tiny(string name, ModelOptions? options = null) => new(Repository.PathOf("models", "tiny", name), options);

    public static LoadedModel Default(ModelOptions? options = null) => new(Repository.PathOf("models", "smollm2-135m-instruct"), options);

    public static SampleRequest Greedy(int count, int tokens) => new() { Count = count, Temperature = 0, MaxTokens = tokens, StreamKey = 1 };

    public void Dispose() => Engine.Dispose();
}
