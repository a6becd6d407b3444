using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.SoftPrompts;
using MedQA.Inference.Tests.Engine;

namespace MedQA.Inference.Tests.SoftPrompts;

/// <summary>A model with a prefix, as strategies and hosts see it.</summary>
public sealed class ModelWithSoftPromptTests : IAsyncLifetime
{
    private const string Begin = "The patient has had";
    private const string Rest = " a fever and a cough since yesterday. The most likely";

    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-prefix-").FullName;
    private OnnxLanguageModel _model = null!;
    private SoftPromptFolder _prefix = null!;

    public async ValueTask InitializeAsync()
    {
        _model = await OnnxLanguageModel.LoadAsync(Repository.PathOf("models", "tiny", "llama-packed"), new() { Threads = 1 }, TestContext.Current.CancellationToken);
        using var loaded = LoadedModel.Tiny("llama-packed");
        _prefix = Write("begin", RealTokens.CacheOf(loaded, [.. loaded.Tokenizer.Prefix, .. loaded.Tokenizer.Encode(Begin)]), _model.Description.Fingerprint);
    }

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_prefix_of_a_texts_beginning_gives_what_the_whole_text_gives()
    {
        Assert.Equal(_model.CountTokens(new CompletionPrompt(Begin, 0)), _prefix.Manifest.Length);
        var prefixed = await WithAsync(_prefix);
        var (whole, rest) = (new CompletionPrompt(Begin + Rest, Begin.Length), new CompletionPrompt(Rest, 0));
        Assert.Equal(_model.CountTokens(whole), prefixed.CountTokens(rest));
        await using var plain = await _model.ReadAsync(whole, TestContext.Current.CancellationToken);
        await using var read = await prefixed.ReadAsync(rest, TestContext.Current.CancellationToken);
        Assert.Equal(plain.TokenCount, read.TokenCount);

        var request = new SampleRequest { Count = 5, Temperature = 0.7, MaxTokens = 8, StreamKey = 3 };
        var (expected, samples) = (await plain.SampleAsync(request, TestContext.Current.CancellationToken), await read.SampleAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal(expected.Select(static sample => (sample.Text, sample.LogLikelihood)), samples.Select(static sample => (sample.Text, sample.LogLikelihood)));

        ScoreRequest[] scores = [new([], "", [" cause", " diagnosis is"]), new(samples[0].Tokens, "\nAnswer:", [" A", " B"])];
        Assert.Equal((await plain.ScoreAsync(scores, TestContext.Current.CancellationToken)).SelectMany(static score => score), (await read.ScoreAsync(scores, TestContext.Current.CancellationToken)).SelectMany(static score => score));
        var rescored = await read.RescoreAsync(samples, TestContext.Current.CancellationToken);
        Assert.Equal(await plain.RescoreAsync(expected, TestContext.Current.CancellationToken), rescored);
        Assert.All(rescored.Zip(samples), static pair => Assert.Equal(pair.Second.LogLikelihood, pair.First.LogLikelihood, 1e-3));
    }

    [Fact]
    public async Task The_model_itself_and_several_prefixes_are_asked_side_by_side()
    {
        using var loaded = LoadedModel.Tiny("llama-packed");
        var other = Write("other", RealTokens.CacheOf(loaded, [.. loaded.Tokenizer.Prefix, .. loaded.Tokenizer.Encode("No patient ever")]), _model.Description.Fingerprint);
        ILanguageModel[] models = [_model, await WithAsync(_prefix), await WithAsync(other)];
        var alone = new List<string>();
        foreach (var model in models)
        {
            alone.Add(await AskAsync(model));
        }

        Assert.Equal(3, alone.Distinct(StringComparer.Ordinal).Count());
        var together = await Task.WhenAll(Enumerable.Range(0, 9).Select(index => AskAsync(models[index % 3])));
        Assert.Equal([.. alone, .. alone, .. alone], together);

        async Task<string> AskAsync(ILanguageModel model)
        {
            await using var read = await model.ReadAsync(new CompletionPrompt(Rest, 12), TestContext.Current.CancellationToken);
            return string.Join('|', (await read.SampleAsync(new SampleRequest { Count = 3, Temperature = 0.7, MaxTokens = 12, StreamKey = 3 }, TestContext.Current.CancellationToken)).Select(static sample => sample.Text));
        }
    }

    [Fact]
    public async Task A_prefix_for_another_model_is_refused_with_both_fingerprints()
    {
        var foreign = new string('a', 64);

        var exception = await Assert.ThrowsAsync<InputException>(
            () => WithAsync(Write("foreign", new(2, 1, 4, [new float[8], new float[8]]), foreign)));

        Assert.Equal(
            $"prefix foreign was tuned for model tiny with fingerprint {foreign}, and this model is llama-packed with fingerprint {_model.Description.Fingerprint}; use a prefix of this model, or the model that this one was tuned for.",
            exception.Message);
    }

    [Fact]
    public async Task Bytes_that_are_not_the_prefixs_or_of_another_shape_are_refused()
    {
        var reference = Reference(_prefix);
        Assert.Contains("is expected", (await Assert.ThrowsAsync<InputException>(() => _model.WithSoftPromptAsync(reference, new byte[40], TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);

        var narrow = Write("narrow", new(2, 1, 4, [new float[8], new float[8]]), _model.Description.Fingerprint);
        Assert.Contains("it has 1 layers, 1 key/value heads and heads of 4 numbers; the model has 2, 2 and 16", (await Assert.ThrowsAsync<InputException>(() => WithAsync(narrow))).Message, StringComparison.Ordinal);
    }

    private static SoftPromptReference Reference(SoftPromptFolder prefix) => SoftPromptReference.Parse(File.ReadAllBytes(Path.Combine(prefix.Path, SoftPromptFiles.Manifest)));

    private async Task<ILanguageModel> WithAsync(SoftPromptFolder prefix) => await _model.WithSoftPromptAsync(
        Reference(prefix),
        await File.ReadAllBytesAsync(Path.Combine(prefix.Path, SoftPromptFiles.KeyValues), TestContext.Current.CancellationToken),
        TestContext.Current.CancellationToken);

    private SoftPromptFolder Write(string name, SoftPromptKeyValues keyValues, string fingerprint) => SoftPromptFolder.Write(
        Path.Combine(_folder, name),
        new() { Name = name, Length = keyValues.Length, Model = new(fingerprint, "tiny"), Layers = keyValues.Layers, KeyValueHeads = keyValues.KeyValueHeads, HeadSize = keyValues.HeadSize, Hidden = 64 },
        keyValues,
        new float[keyValues.Length * 64]);
}
